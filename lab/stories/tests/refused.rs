//! What whoever holds a device's certificate may say, and what the fleet does about it: each way of breaking the
//! protocol, and each letter that is not the device's own, ends the session and is counted; what is only late, or is
//! the device's own and not believed, does not end it.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeMap, time::Duration};

use audit::Outcome;
use board::{ChipKey, RootOfTrust};
use control::{Effect, ledger};
use crypto::{
    key::{Journal, KeyId, SecretKey},
    signed::{Letter, Signed, ToSign},
};
use link::{Conn, Down, Frame, Goodbye, Purpose, Room, Up, frame::FRAME_LIMIT, part::Part};
use sim::{Heard, House, Underway, hand::label};
use vocab::{BootId, DeviceId, FleetName, Mono, Nonce, Time};
use wire::v1::{
    Beat, Boot, Evidence,
    enrol::{Renewal, Reproof},
    evidence::Claims,
};

/// Long enough that nobody knocks too often.
const CALM: Duration = Duration::from_secs(2);

/// A box on duty whose certificate, keys and recording somebody has; its own cable is cut.
struct Thief {
    house: House,
    device: DeviceId,
    certificate: Vec<u8>,
    tape: Vec<Vec<u8>>,
}

/// What came of what was said.
#[derive(Debug, Default, PartialEq, Eq)]
struct Came {
    /// The code with which the fleet ended the session, if it did.
    ended: Option<String>,
    /// What was counted meanwhile.
    counted: BTreeMap<&'static str, u64>,
}

impl Thief {
    fn new() -> Self {
        let mut house = House::new(5);
        house.open_fleet(vec![]);
        let number = house.join("dev-07", "harbour");
        house.commission(number);
        house.run(Duration::from_mins(1));
        let boxed = &house.boxes[0];
        let (device, certificate, tape) = (boxed.device, boxed.cable.certificate(), boxed.cable.tapped());
        house.boxes[0].cable.cut(Underway::Lost);
        house.run(CALM);
        Self { house, device, certificate, tape }
    }

    /// A new connection, on which nothing was said.
    fn connects(&mut self) -> Conn {
        self.house.run(CALM);
        let (now, certificate) = (self.house.now(), self.certificate.clone());
        let hq = self.house.hq.as_mut().unwrap();
        let conn = hq.number();
        hq.hear(None, Heard::Opened(conn, certificate), now).unwrap();
        conn
    }

    /// A connection that was welcomed with the recorded hello, and what the fleet asks there at once.
    fn is_welcomed(&mut self) -> (Conn, Nonce) {
        let conn = self.connects();
        let hello = self.taped(|said| matches!(said, Up::Hello { .. }));
        let (sent, ended) = self.says(conn, &hello);
        assert_eq!(ended, None, "the hello is good");
        (conn, asked(&sent, Purpose::Evidence))
    }

    /// The newest such message of the recording.
    fn taped(&self, is_it: fn(&Up) -> bool) -> Vec<u8> {
        let mut newest = self.tape.iter().rev();
        newest.find(|message| is_it(&Up::decode_message(message).unwrap())).unwrap().clone()
    }

    /// Says it; what the fleet answers, and with which code it ends the session.
    fn says(&mut self, conn: Conn, message: &[u8]) -> (Vec<Down>, Option<String>) {
        let now = self.house.now();
        let hq = self.house.hq.as_mut().unwrap();
        hq.hear(Some(self.device), Heard::Message(conn, message.to_vec()), now).unwrap();
        let (mut sent, mut closed) = (vec![], false);
        for _ in 0..3 {
            for told in hq.fleet.step(now).unwrap() {
                match told {
                    Effect::Send(_, on, message) if on == conn => {
                        sent.push(Down::decode_message(&message).unwrap());
                    }
                    Effect::Close(_, on) => closed |= on == conn,
                    _ => {}
                }
            }
        }
        let goodbye = sent.iter().find_map(|sent| match sent {
            Down::Goodbye(Goodbye { code, .. }) => Some(code.to_string()),
            _ => None,
        });
        assert_eq!(goodbye.is_some(), closed, "it says why, and closes: {sent:?}");
        (sent, goodbye)
    }

    /// The same, with what is counted meanwhile.
    fn comes_of(&mut self, conn: Conn, messages: &[Vec<u8>]) -> Came {
        let before = self.counts();
        let mut came = Came::default();
        for message in messages {
            let (_, ended) = self.says(conn, message);
            came.ended = came.ended.or(ended);
        }
        let more =
            |(code, times): (&'static str, u64)| (code, times - before.get(code).copied().unwrap_or(0));
        came.counted = self.counts().into_iter().map(more).filter(|(_, times)| *times > 0).collect();
        if came.ended.is_some() {
            assert!(!self.house.fleet().is_live(self.device));
        }
        came
    }

    fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.house.fleet().refusals().collect()
    }

    /// A letter under this header, signed with this key.
    fn signs<T: Letter>(&mut self, letter: &T, named: KeyId, key: ChipKey) -> Vec<u8> {
        let unsigned = ToSign::new(letter, named);
        let signature = self.house.boxes[0].board.root.sign(key, &unsigned.message()).unwrap();
        unsigned.finish(&signature).bytes().to_vec()
    }

    fn keys(&self) -> (KeyId, KeyId) {
        let root = &self.house.boxes[0].board.root;
        (root.attestation_key().id(), root.device_key().id())
    }

    /// The evidence of the recording as an answer to this question.
    fn evidence(&self, nonce: Nonce) -> Evidence {
        let taped = self.taped(|said| matches!(said, Up::Evidence { .. }));
        let Up::Evidence { letter, .. } = Up::decode_message(&taped).unwrap() else { panic!() };
        Evidence { nonce, ..Signed::<Evidence>::parse(letter).unwrap().claimed().unwrap() }
    }

    fn boot(&self) -> Boot {
        let taped = self.taped(|said| matches!(said, Up::Hello { .. }));
        let Up::Hello { boot, .. } = Up::decode_message(&taped).unwrap() else { panic!() };
        Signed::<Boot>::parse(boot).unwrap().claimed().unwrap()
    }

    fn beat(&self) -> Beat {
        let taped = self.taped(|said| matches!(said, Up::Beat { .. }));
        let Up::Beat { letter } = Up::decode_message(&taped).unwrap() else { panic!() };
        Signed::<Beat>::parse(letter).unwrap().claimed().unwrap()
    }

    /// A renewal of this device in this fleet, in answer to this question.
    fn renewal(&mut self, fleet: FleetName, device: DeviceId, nonce: Nonce) -> Renewal {
        let next = self.house.boxes[0].board.root.prepare().unwrap();
        let word = Reproof { fleet: fleet.clone(), device, nonce };
        let word = self.signs(&word, next.id(), ChipKey::NextDevice);
        Renewal { fleet, device, nonce, device_key: next, possession: Signed::parse(word).unwrap() }
    }
}

/// The question for this that was asked.
fn asked(sent: &[Down], wanted: Purpose) -> Nonce {
    let nonce = sent.iter().find_map(|sent| match sent {
        Down::Challenge { nonce, purpose } if *purpose == wanted => Some(*nonce),
        _ => None,
    });
    nonce.unwrap_or_else(|| panic!("nothing is asked: {sent:?}"))
}

fn ended(code: &'static str) -> Came {
    Came { ended: Some(code.into()), counted: [(code, 1)].into() }
}

fn other_fleet() -> FleetName {
    FleetName::new("south").unwrap()
}

#[test]
fn each_way_of_breaking_the_protocol_ends_the_session_and_is_counted() {
    let mut thief = Thief::new();
    let beat = thief.taped(|said| matches!(said, Up::Beat { .. }));
    let hello = thief.taped(|said| matches!(said, Up::Hello { .. }));
    let run = thief.taped(|said| matches!(said, Up::Run { .. }));
    let part = |index: u32| {
        let (digest, bytes) = (crypto::digest::Digest::of(b"x"), vec![0; 60 * 1024]);
        Up::Part(Part { digest, index, count: 3, bytes }).to_bytes()
    };
    let adopted = Up::Adopted(link::Adopted::default()).to_bytes();
    let cases: Vec<(&'static str, Vec<Vec<u8>>)> = vec![
        ("link/malformed", vec![beat[..beat.len() - 1].to_vec()]),
        ("link/malformed", vec![[&beat[..], &[0]].concat()]),
        ("link/oversize", vec![vec![0; FRAME_LIMIT + 1]]),
        ("link/wrong-way", vec![Down::Room(Room::Open).to_bytes()]),
        ("link/unknown-frame", vec![vec![0x82, 0x0f, 0xa0]]),
        ("link/hello-twice", vec![hello.clone()]),
        ("link/part-out-of-order", vec![part(1)]),
        ("link/replayed", vec![run]),
        ("link/flood", vec![adopted; 300]),
    ];
    for (code, messages) in cases {
        let (conn, _) = thief.is_welcomed();
        assert_eq!(thief.comes_of(conn, &messages), ended(code));
    }
    let conn = thief.connects();
    assert_eq!(thief.comes_of(conn, &[beat]), ended("link/before-hello"));
    let conn = thief.connects();
    let Up::Hello { boot, .. } = Up::decode_message(&hello).unwrap() else { panic!() };
    assert_eq!(thief.comes_of(conn, &[Up::Hello { version: 2, boot }.to_bytes()]), ended("link/version"));
}

#[test]
fn a_boot_letter_that_is_not_the_device_s_own_ends_the_session_and_is_counted() {
    let mut thief = Thief::new();
    let (attester, device) = thief.keys();
    let boot = thief.boot();
    let foreign = Boot { fleet: other_fleet(), ..boot.clone() };
    let other = Boot { device: DeviceId([7; 16]), ..boot.clone() };
    let evidence = thief.evidence(Nonce([1; 32]));
    let good = thief.signs(&boot, device, ChipKey::Device);
    let letters = [
        ("truncated", good[..good.len() - 1].to_vec()),
        ("of another key", thief.signs(&boot, attester, ChipKey::Attestation)),
        ("that names the right key and is of another", thief.signs(&boot, device, ChipKey::Attestation)),
        ("of another role", thief.signs(&evidence, attester, ChipKey::Attestation)),
        ("for another fleet", thief.signs(&foreign, device, ChipKey::Device)),
        ("for another device", thief.signs(&other, device, ChipKey::Device)),
    ];
    for (why, boot) in letters {
        let conn = thief.connects();
        let hello = Up::Hello { version: link::frame::VERSION, boot }.to_bytes();
        assert_eq!(thief.comes_of(conn, &[hello]), ended("incident/boot-letter"), "{why}");
    }
    let conn = thief.connects();
    let hello = Up::Hello { version: link::frame::VERSION, boot: good }.to_bytes();
    assert_eq!(thief.comes_of(conn, &[hello]), Came::default(), "and its own is welcome");
}

/// A thief who has the device's key can begin a boot of their own, whose beats they sign.
#[test]
fn a_beat_that_is_not_of_the_boot_that_speaks_ends_the_session_and_is_counted() {
    let mut thief = Thief::new();
    let (_, device) = thief.keys();
    let (mine, another) = (SecretKey::<Journal>::from_seed([9; 32]), SecretKey::from_seed([8; 32]));
    let after = thief.house.fleet().record(thief.device).unwrap().accepted;
    let boots = (1..).map(|number| BootId([number; 16]));
    let boot = Boot { journal_key: mine.public().clone(), after, ..thief.boot() };
    let beat = Beat { at: Time { mono: Mono(u64::MAX), ..thief.beat().at }, ..thief.beat() };
    let truncated = |letter: &[u8]| letter[..letter.len() - 1].to_vec();
    type Made<'a> = &'a dyn Fn(&mut Thief, Beat) -> Vec<u8>;
    let cases: [(&str, &str, Made<'_>); 6] = [
        ("incident/seal", "truncated", &|_, beat| truncated(Signed::seal(&beat, &mine).bytes())),
        ("incident/seal", "of another key", &|_, beat| Signed::seal(&beat, &another).bytes().to_vec()),
        ("incident/seal", "of another role", &|thief, _| thief.signs(&thief.boot(), device, ChipKey::Device)),
        ("incident/seal", "for another fleet", &|_, beat| {
            Signed::seal(&Beat { fleet: other_fleet(), ..beat }, &mine).bytes().to_vec()
        }),
        ("incident/seal", "for another device", &|_, beat| {
            Signed::seal(&Beat { device: DeviceId([7; 16]), ..beat }, &mine).bytes().to_vec()
        }),
        ("incident/seal-boot", "of another boot", &|thief, beat| {
            Signed::seal(&Beat { boot: thief.boot().boot, ..beat }, &mine).bytes().to_vec()
        }),
    ];
    for ((code, why, made), number) in cases.into_iter().zip(boots) {
        let conn = thief.connects();
        let boot = Boot { boot: number, ..boot.clone() };
        let boot = thief.signs(&boot, device, ChipKey::Device);
        let (_, turned_away) =
            thief.says(conn, &Up::Hello { version: link::frame::VERSION, boot }.to_bytes());
        assert_eq!(turned_away, None);
        let letter = made(&mut thief, Beat { boot: number, ..beat.clone() });
        assert_eq!(thief.comes_of(conn, &[Up::Beat { letter }.to_bytes()]), ended(code), "{why}");
    }
    let (conn, _) = thief.is_welcomed();
    let late = thief.taped(|said| matches!(said, Up::Beat { .. }));
    let counted = [("incident/stale-beat", 1)].into();
    assert_eq!(
        thief.comes_of(conn, &[late]),
        Came { ended: None, counted },
        "one that came before is only late"
    );
}

#[test]
fn evidence_that_is_not_the_device_s_own_ends_the_session_and_is_counted() {
    let mut thief = Thief::new();
    let (attester, device) = thief.keys();
    type Made = fn(&mut Thief, KeyId, KeyId, Nonce) -> Vec<u8>;
    let cases: [(&str, &str, Made); 8] = [
        ("admit/letter", "truncated", |thief, attester, _, nonce| {
            let mut letter = thief.signs(&thief.evidence(nonce), attester, ChipKey::Attestation);
            letter.pop();
            letter
        }),
        ("admit/letter", "of another key", |thief, _, device, nonce| {
            thief.signs(&thief.evidence(nonce), device, ChipKey::Device)
        }),
        ("admit/letter", "that names the right key and is of another", |thief, attester, _, nonce| {
            thief.signs(&thief.evidence(nonce), attester, ChipKey::Device)
        }),
        ("admit/letter", "of another role", |thief, _, device, _| {
            thief.signs(&thief.boot(), device, ChipKey::Device)
        }),
        ("admit/letter", "for another fleet", |thief, attester, _, nonce| {
            let evidence = Evidence { fleet: other_fleet(), ..thief.evidence(nonce) };
            thief.signs(&evidence, attester, ChipKey::Attestation)
        }),
        ("admit/letter", "for another device", |thief, attester, _, nonce| {
            let evidence = Evidence { device: DeviceId([7; 16]), ..thief.evidence(nonce) };
            thief.signs(&evidence, attester, ChipKey::Attestation)
        }),
        ("admit/nonce-other", "to another question", |thief, attester, _, _| {
            thief.signs(&thief.evidence(Nonce([1; 32])), attester, ChipKey::Attestation)
        }),
        ("admit/key-other", "of a machine with another device key", |thief, attester, _, nonce| {
            let device_key = thief.house.boxes[0].board.root.prepare().unwrap();
            let evidence = Evidence { device_key, ..thief.evidence(nonce) };
            thief.signs(&evidence, attester, ChipKey::Attestation)
        }),
    ];
    for (code, why, made) in cases {
        let (conn, nonce) = thief.is_welcomed();
        let letter = made(&mut thief, attester, device, nonce);
        assert_eq!(thief.comes_of(conn, &[Up::Evidence { nonce, letter }.to_bytes()]), ended(code), "{why}");
    }
}

#[test]
fn evidence_that_is_late_or_says_what_is_not_believed_ends_nothing_and_is_counted() {
    let mut thief = Thief::new();
    let (attester, _) = thief.keys();
    let stays = |code: &'static str| Came { ended: None, counted: [(code, 1)].into() };
    let (conn, nonce) = thief.is_welcomed();
    let other = Evidence { claims: Claims::Software { version: label("metald 9") }, ..thief.evidence(nonce) };
    let letter = thief.signs(&other, attester, ChipKey::Attestation);
    let answer = Up::Evidence { nonce, letter }.to_bytes();
    assert_eq!(thief.comes_of(conn, std::slice::from_ref(&answer)), stays("admit/software"));
    assert_eq!(
        thief.comes_of(conn, &[answer]),
        stays("link/nonce-unknown"),
        "each question is answered once"
    );

    let (conn, nonce) = thief.is_welcomed();
    let letter = thief.signs(&thief.evidence(nonce), attester, ChipKey::Attestation);
    thief.house.run(Duration::from_secs(61));
    let answer = Up::Evidence { nonce, letter }.to_bytes();
    assert_eq!(thief.comes_of(conn, &[answer]), stays("link/nonce-expired"));

    let (conn, nonce) = thief.is_welcomed();
    let letter = thief.signs(&thief.evidence(nonce), attester, ChipKey::Attestation);
    let answer = Up::Evidence { nonce, letter }.to_bytes();
    assert_eq!(thief.comes_of(conn, &[answer]), Came::default(), "and an answer in time is believed");
}

#[test]
fn a_renewal_that_is_not_the_device_s_own_ends_the_session_and_is_counted() {
    let mut thief = Thief::new();
    let (attester, device) = thief.keys();
    let (fleet, id) = (thief.house.ceremony.fleet().clone(), thief.device);
    type Made = fn(&mut Thief, KeyId, KeyId, Renewal) -> Vec<u8>;
    let cases: [(&str, &str, Made); 7] = [
        ("admit/letter", "truncated", |thief, _, device, renewal| {
            let mut letter = thief.signs(&renewal, device, ChipKey::Device);
            letter.pop();
            letter
        }),
        ("admit/key-other", "of another key", |thief, attester, _, renewal| {
            thief.signs(&renewal, attester, ChipKey::Attestation)
        }),
        ("admit/letter", "that names the right key and is of another", |thief, _, device, renewal| {
            thief.signs(&renewal, device, ChipKey::Attestation)
        }),
        ("admit/letter", "of another role", |thief, attester, _, renewal| {
            thief.signs(&thief.evidence(renewal.nonce), attester, ChipKey::Attestation)
        }),
        ("admit/letter", "for another fleet", |thief, _, device, renewal| {
            let foreign = thief.renewal(other_fleet(), renewal.device, renewal.nonce);
            thief.signs(&foreign, device, ChipKey::Device)
        }),
        ("admit/unenrolled", "for another device", |thief, _, device, renewal| {
            let foreign = thief.renewal(renewal.fleet, DeviceId([7; 16]), renewal.nonce);
            thief.signs(&foreign, device, ChipKey::Device)
        }),
        ("admit/nonce-other", "to another question", |thief, _, device, renewal| {
            let other = thief.renewal(renewal.fleet, renewal.device, Nonce([1; 32]));
            thief.signs(&other, device, ChipKey::Device)
        }),
    ];
    for (code, why, made) in cases {
        let (conn, _) = thief.is_welcomed();
        let (sent, _) = thief.says(conn, &Up::RenewalAsked.to_bytes());
        let nonce = asked(&sent, Purpose::Renewal);
        let renewal = thief.renewal(fleet.clone(), id, nonce);
        let letter = made(&mut thief, attester, device, renewal);
        assert_eq!(thief.comes_of(conn, &[Up::Renewal { nonce, letter }.to_bytes()]), ended(code), "{why}");
        // No more certificates than a device needs in so long.
        thief.house.run(Duration::from_mins(10));
    }
    let (conn, _) = thief.is_welcomed();
    let (sent, _) = thief.says(conn, &Up::RenewalAsked.to_bytes());
    let nonce = asked(&sent, Purpose::Renewal);
    let renewal = thief.renewal(fleet, id, nonce);
    let letter = thief.signs(&renewal, device, ChipKey::Device);
    assert_eq!(
        thief.comes_of(conn, &[Up::Renewal { nonce, letter }.to_bytes()]),
        Came::default(),
        "its own is good"
    );
}

/// How often the log says that this was refused, and what it says of the others.
fn written(house: &House, code: &str) -> Vec<Option<String>> {
    let records =
        ledger::records(&house.hq().store, 0, usize::MAX).unwrap().into_iter().map(|(_, record)| record);
    let of_it = |record: &audit::Record| {
        record.body().unwrap().is_some_and(|body| body.outcome == Outcome::Refused(code.into()))
    };
    let reason = |record: audit::Record| record.personal().unwrap().and_then(|personal| personal.reason);
    records.filter(of_it).map(|record| reason(record).map(|reason| reason.to_string())).collect()
}

/// A stolen key, a connection every second: neither the log nor the disk is filled, and nothing of it is kept silent.
#[test]
fn a_thousand_greetings_of_a_stolen_key_are_two_entries_an_hour() {
    let mut thief = Thief::new();
    let hello = Up::Hello { version: link::frame::VERSION, boot: vec![0xd2] }.to_bytes();
    let leaves = thief.house.fleet().ledger().size();
    let commits = thief.house.fleet().commits();
    for _ in 0..1_000 {
        let conn = thief.connects();
        assert_eq!(thief.says(conn, &hello).1.as_deref(), Some("incident/boot-letter"));
    }
    let (grown, committed) =
        (thief.house.fleet().ledger().size() - leaves, thief.house.fleet().commits() - commits);
    assert!(grown < 20, "{grown} leaves in half an hour");
    assert!(committed < 400, "{committed} commits, most of them because the fleet listens");
    assert_eq!(written(&thief.house, "incident/boot-letter"), [None], "the first stands there at once");
    thief.house.run(Duration::from_mins(40));
    let told = written(&thief.house, "incident/boot-letter");
    assert_eq!(told, [None, Some("999 more since".into())]);
    assert_eq!(thief.counts()["incident/boot-letter"], 1_000);
}

/// The same for what is said in a session: evidence that is none, again and again.
#[test]
fn a_hundred_answers_that_are_none_are_two_entries_an_hour() {
    let mut thief = Thief::new();
    for _ in 0..100 {
        let (conn, nonce) = thief.is_welcomed();
        let (_, ended) = thief.says(conn, &Up::Evidence { nonce, letter: vec![0xd2] }.to_bytes());
        assert_eq!(ended.as_deref(), Some("admit/letter"));
    }
    thief.house.run(Duration::from_mins(61));
    assert_eq!(written(&thief.house, "admit/letter"), [None, Some("99 more since".into())]);
}

/// Whoever knocks too often is turned away, and the session that stands is narrowed all the same when its identity is
/// suspended, and ends with its certificate.
#[test]
fn whoever_knocks_too_often_does_not_hide_the_session_that_stands() {
    let mut thief = Thief::new();
    let (conn, nonce) = thief.is_welcomed();
    let certificate = thief.certificate.clone();
    let now = thief.house.now();
    let hq = thief.house.hq.as_mut().unwrap();
    // Whoever knocks is in until it is one too many, and this one stands since then.
    let mut standing = conn;
    for _ in 0..40 {
        let number = hq.number();
        hq.hear(None, Heard::Opened(number, certificate.clone()), now).unwrap();
        let closed = hq
            .fleet
            .step(now)
            .unwrap()
            .into_iter()
            .any(|told| matches!(told, Effect::Close(_, on) if on == number));
        if !closed {
            standing = number;
        }
    }
    assert_ne!(standing, conn);
    assert_eq!(thief.counts()["link/flood"], 40 - 9, "those beyond a burst");
    assert_eq!(thief.house.fleet().room(thief.device), Some(Room::Open), "the fleet knows of it");
    let hello = thief.taped(|said| matches!(said, Up::Hello { .. }));
    let (sent, _) = thief.says(standing, &hello);
    assert_ne!(asked(&sent, Purpose::Evidence), nonce);
    let permit = thief.house.permit(0, access::Action::Suspend, 0);
    let (device, now) = (thief.device, thief.house.now());
    let hq = thief.house.hq.as_mut().unwrap();
    hq.fleet.suspend(&permit, device, label("a stranger was seen there"), now).unwrap();
    let told = hq.fleet.step(now).unwrap();
    let narrowed = told.iter().any(|told| match told {
        Effect::Send(_, on, message) if *on == standing => {
            Down::decode_message(message).unwrap() == Down::Room(Room::Quarantine)
        }
        _ => false,
    });
    assert!(narrowed, "the session that stands is told that it is in quarantine");
    assert_eq!(thief.house.fleet().room(device), Some(Room::Quarantine));
}
