//! The frames of the link: vectors of their own, good and bad, and the page.

use std::collections::BTreeSet;

use crypto::{cbor, digest::Digest};
use journal::{Branch, Cursor, Position, Run};
use link::{
    Adopted, Down, Frame, Goodbye, Purpose, Readings, Room, Up, Violation,
    frame::{FRAME_LIMIT, VERSION},
    part::Part,
};
use minicbor::{Decoder, bytes::ByteVec};
use vocab::{
    BootId, Generation, Label, Mono, Nonce, Reading, SensorName, Value, reading::Contact, unit::MicroG,
};

use super::{
    diagnostic::diagnostic,
    letters,
    page::Page,
    vectors::{Files, hold},
};

/// A letter as the vectors of `wire` have it.
fn letter(name: &str) -> Vec<u8> {
    let found = letters::of("good/letters").into_iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("no vector {name}")).1
}

fn run() -> Run {
    let (_, bytes) = letters::of("good/journal").remove(0);
    cbor::decode(&bytes, &cbor::Limits::FRAME).unwrap()
}

const NONCE: Nonce = Nonce(*b"thirty-two bytes, asked for once");

fn position() -> Position {
    run().ends_at()
}

fn part() -> Part {
    Part { digest: Digest::of(b"a long frame"), index: 1, count: 2, bytes: b"its second half".to_vec() }
}

fn readings() -> Readings {
    let at = Mono(90_000_000_000);
    let one = |sensor, value| Reading { sensor: SensorName::new(sensor).unwrap(), at, value };
    let axes = Value::Acceleration(MicroG(-1_200), MicroG(30), MicroG(999_800));
    let readings = vec![one("accel", axes), one("lid", Value::Contact(Contact::Closed))];
    Readings { now: Mono(90_200_000_000), readings }
}

fn up() -> Vec<(&'static str, Up)> {
    let branch = Branch { resumes: position(), lost_from: 48, lost_to: 50 };
    let adopted = |generation, state, proved| {
        Up::Adopted(Adopted { generation: Generation(generation), state, proved: Generation(proved) })
    };
    vec![
        ("hello", Up::Hello { version: VERSION, boot: letter("boot") }),
        ("time-asked", Up::TimeAsked { nonce: NONCE }),
        ("run", Up::Run { run: run(), seal: letter("beat"), branch: None }),
        ("run-with-a-branch", Up::Run { run: run(), seal: letter("beat"), branch: Some(branch) }),
        ("beat", Up::Beat { letter: letter("beat") }),
        ("adopted", adopted(8, Some(Digest::of(&letter("state"))), 7)),
        ("adopted-nothing", adopted(0, None, 0)),
        ("evidence", Up::Evidence { nonce: NONCE, letter: letter("evidence") }),
        ("renewal-asked", Up::RenewalAsked),
        ("renewal", Up::Renewal { nonce: NONCE, letter: letter("renewal") }),
        ("part", Up::Part(part())),
        ("readings", Up::Readings(readings())),
    ]
}

fn down() -> Vec<(&'static str, Down)> {
    let mark = Some(Cursor { boot: BootId(*b"its ninth boot.."), seq: 40 });
    let chain: [ByteVec; 2] = [b"a leaf in DER".to_vec().into(), b"its issuer in DER".to_vec().into()];
    let goodbye = Goodbye {
        code: Label::new("link/flood").unwrap(),
        sentence: Label::new("the peer sends too many frames in a second; it should slow down").unwrap(),
    };
    vec![
        ("welcome", Down::Welcome { accepted: Some(position()), mark, room: Room::Quarantine }),
        ("welcome-of-a-new-device", Down::Welcome { accepted: None, mark: None, room: Room::Open }),
        ("ack", Down::Ack { accepted: Some(position()), mark }),
        ("ack-of-nothing", Down::Ack { accepted: None, mark: None }),
        ("state", Down::State { letter: letter("state") }),
        ("proof", Down::Proof { letter: letter("proof") }),
        ("challenge", Down::Challenge { nonce: NONCE, purpose: Purpose::Evidence }),
        ("challenge-to-renew", Down::Challenge { nonce: NONCE, purpose: Purpose::Renewal }),
        ("time", Down::Time { letter: letter("time") }),
        ("certificate", Down::Certificate { chain: cbor::encode(&chain) }),
        ("room", Down::Room(Room::Quarantine)),
        ("goodbye", Down::Goodbye(goodbye)),
        ("part", Down::Part(part())),
        ("watch", Down::Watch),
    ]
}

#[test]
fn every_frame_is_written_to_the_byte_as_its_vector_and_is_what_the_page_says() {
    let mut files = Files::new();
    told("up", &up(), &mut files);
    told("down", &down(), &mut files);
    hold("frames/good", &files, "WRALE_BLESS");
}

fn told<F: Frame + PartialEq + core::fmt::Debug>(way: &str, frames: &[(&str, F)], files: &mut Files) {
    for (name, frame) in frames {
        let bytes = frame.to_bytes();
        assert_eq!(F::decode_message(&bytes).as_ref(), Ok(frame), "{name}");
        Page::Closed.judge(way, &bytes).unwrap_or_else(|why| panic!("{name} goes not {way}: {why}"));
        files.insert(format!("{way}-{name}.txt"), format!("{}\n", diagnostic(&bytes)).into_bytes());
        files.insert(format!("{way}-{name}.cbor"), bytes);
    }
}

#[test]
fn every_tag_has_a_vector() {
    let tag = |bytes: &[u8]| {
        let mut decoder = Decoder::new(bytes);
        decoder.array().and_then(|_| decoder.u64()).unwrap()
    };
    let up: BTreeSet<u64> = up().iter().map(|(_, frame)| tag(&frame.to_bytes())).collect();
    let down: BTreeSet<u64> = down().iter().map(|(_, frame)| tag(&frame.to_bytes())).collect();
    assert!(up.into_iter().eq(Up::TAGS) && down.into_iter().eq(Down::TAGS));
}

#[test]
fn no_frame_goes_the_other_way() {
    for (name, frame) in up() {
        let bytes = frame.to_bytes();
        assert!(Page::Open.judge("down", &bytes).is_err(), "{name}");
        assert_eq!(code(Down::decode_message(&bytes)), Err("link/wrong-way"), "{name}");
    }
    for (name, frame) in down() {
        let bytes = frame.to_bytes();
        assert!(Page::Open.judge("up", &bytes).is_err(), "{name}");
        assert_eq!(code(Up::decode_message(&bytes)), Err("link/wrong-way"), "{name}");
    }
}

#[test]
fn every_end_that_is_missing_is_missed() {
    let frames = up().into_iter().map(|(name, frame)| (name, frame.to_bytes()));
    for (name, bytes) in frames {
        for end in 0..bytes.len() {
            assert_eq!(code(Up::decode_message(&bytes[..end])), Err("link/malformed"), "{end} of {name}");
        }
    }
    for (name, frame) in down() {
        let bytes = frame.to_bytes();
        for end in 0..bytes.len() {
            assert_eq!(code(Down::decode_message(&bytes[..end])), Err("link/malformed"), "{end} of {name}");
        }
    }
}

fn code<F>(read: Result<F, Violation>) -> Result<(), &'static str> {
    read.map(drop).map_err(|violation| violation.code())
}

#[test]
fn bad_frames_are_refused_each_for_its_own_reason() {
    let mut files = Files::new();
    for (folder, name, bytes, reason) in bad() {
        let violation = Up::decode_message(&bytes).expect_err(name);
        assert_eq!(violation.code(), reason, "{folder}/{name}");
        // A file shows the attack; one of this size only shows that it is long.
        if bytes.len() <= 8 * 1024 {
            files.insert(format!("{folder}/up-{name}.txt"), format!("{reason}\n{violation}\n").into_bytes());
            files.insert(format!("{folder}/up-{name}.cbor"), bytes);
        }
    }
    hold("frames/bad", &files, "WRALE_BLESS");
    let oversize = Up::decode_message(&vec![0; FRAME_LIMIT + 1]);
    assert_eq!(code(oversize), Err("link/oversize"), "whatever it says");
}

/// Folder, name, bytes and code.
fn bad() -> Vec<(&'static str, &'static str, Vec<u8>, &'static str)> {
    let asked = Up::TimeAsked { nonce: NONCE }.to_bytes();
    let nonce = [&[0x58, 0x20][..], &NONCE.0].concat();
    let of = |head: &[u8], rest: &[u8]| [head, &nonce[..], rest].concat();
    let entries = run().into_entries();
    let written = |entries: &[&journal::Entry]| {
        let seal: ByteVec = letter("beat").into();
        [&[0x82, 0x02, 0xa2, 0x00][..], &cbor::encode(&entries), &[0x01], &cbor::encode(&seal)].concat()
    };
    let shortest = entries.iter().min_by_key(|entry| entry.body().len()).unwrap();
    let malformed = "link/malformed";
    vec![
        ("a-run-of-none", "run", written(&[]), malformed),
        ("a-run-of-too-many", "run", written(&[shortest; 257]), malformed),
        ("a-run-with-a-gap", "run", written(&[&entries[0], &entries[2]]), malformed),
        ("a-run-out-of-order", "run", written(&[&entries[1], &entries[0]]), malformed),
        (
            "critical-key-that-is-unknown",
            "time-asked",
            of(&[0x82, 0x01, 0xa2, 0x00], &[0x20, 0x00]),
            malformed,
        ),
        (
            "duplicate-key",
            "time-asked",
            { [&of(&[0x82, 0x01, 0xa2, 0x00], &[0x00])[..], &nonce].concat() },
            malformed,
        ),
        ("float", "time-asked", of(&[0x82, 0x01, 0xa2, 0x00], &[0x01, 0xf9, 0x3c, 0x00]), malformed),
        ("indefinite-length", "array", of(&[0x9f, 0x01, 0xa1, 0x00], &[0xff]), malformed),
        ("indefinite-length", "map", of(&[0x82, 0x01, 0xbf, 0x00], &[0xff]), malformed),
        ("missing-field", "time-asked", vec![0x82, 0x01, 0xa0], malformed),
        ("no-frame", "array-of-one", vec![0x81, 0x01], malformed),
        ("no-frame", "array-of-three", of(&[0x83, 0x01, 0xa1, 0x00], &[0x00]), malformed),
        ("no-frame", "map", vec![0xa1, 0x01, 0xa0], malformed),
        ("no-frame", "nothing", vec![], malformed),
        ("no-frame", "tag-of-text", vec![0x82, 0x61, 0x31, 0xa0], malformed),
        ("non-minimal-integer", "tag", of(&[0x82, 0x18, 0x01, 0xa1, 0x00], &[]), malformed),
        ("tag", "frame", [&[0xc1][..], &asked].concat(), malformed),
        ("trailing-bytes", "time-asked", [&asked[..], &[0x00]].concat(), malformed),
        ("truncated", "time-asked", asked[..asked.len() - 1].to_vec(), malformed),
        ("unknown-frame", "tag-15", vec![0x82, 0x0f, 0xa0], "link/unknown-frame"),
        ("unknown-frame", "tag-99", vec![0x82, 0x18, 0x63, 0xa0], "link/unknown-frame"),
        ("wrong-way", "room", Down::Room(Room::Open).to_bytes(), "link/wrong-way"),
        ("nonce-too-short", "time-asked", vec![0x82, 0x01, 0xa1, 0x00, 0x41, 0x00], malformed),
    ]
}

/// A newer peer may say more in any frame.
#[test]
fn what_a_newer_peer_adds_is_passed_over() {
    let more = [&[0x82, 0x01, 0xa2, 0x00, 0x58, 0x20][..], &NONCE.0, &[0x18, 0x63], b"\x65later"].concat();
    assert_eq!(Up::decode_message(&more), Ok(Up::TimeAsked { nonce: NONCE }));
    Page::Open.judge("up", &more).unwrap();
    assert!(Page::Closed.judge("up", &more).is_err());
}

#[test]
fn only_states_and_evidence_travel_in_parts() {
    for (name, frame) in up() {
        let long = matches!(frame, Up::Evidence { .. });
        let expected = if long { Ok(()) } else { Err("link/not-long") };
        assert_eq!(code(Up::decode_whole(&frame.to_bytes())), expected, "{name}");
    }
    for (name, frame) in down() {
        let long = matches!(frame, Down::State { .. });
        let expected = if long { Ok(()) } else { Err("link/not-long") };
        assert_eq!(code(Down::decode_whole(&frame.to_bytes())), expected, "{name}");
    }
}
