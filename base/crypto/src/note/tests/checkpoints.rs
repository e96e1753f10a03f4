//! Checkpoints and the witnesses' cosignatures over them.

use super::*;

const BODY: &str = "example.com/log\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const AT: PosixTime = PosixTime(1_679_315_147);

fn cosigned(body: &str) -> Note {
    let (key, secret) = witness();
    note_by_log(body).cosigned(&key, AT, &secret).unwrap()
}

#[test]
fn a_checkpoint_is_read_and_written_back() {
    let checkpoint = Checkpoint::parse(BODY).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), ("example.com/log", 20_852_163));
    assert_eq!(checkpoint.root().0.0[..3], [0x0a, 0xc5, 0x18]);
    assert_eq!(format!("{checkpoint}"), BODY);
    let empty = Checkpoint::new("log", 0, Root::of_nothing()).unwrap();
    assert_eq!(Checkpoint::parse(&format!("{empty}")), Ok(empty));
}

#[test]
fn a_checkpoint_that_is_not_written_as_specified_is_refused() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    for (text, part) in [
        (String::new(), Part::FinalNewline),
        (format!("log\n1\n{root}"), Part::FinalNewline),
        (format!("\n1\n{root}\n"), Part::Origin),
        (format!("l\tog\n1\n{root}\n"), Part::ControlCharacter),
        ("log\n".into(), Part::Size),
        (format!("log\n\n{root}\n"), Part::Size),
        (format!("log\n01\n{root}\n"), Part::Size),
        (format!("log\n+1\n{root}\n"), Part::Size),
        (format!("log\n-1\n{root}\n"), Part::Size),
        (format!("log\n1 \n{root}\n"), Part::Size),
        (format!("log\n00\n{root}\n"), Part::Size),
        (format!("log\n0x1\n{root}\n"), Part::Size),
        (format!("log\n18446744073709551616\n{root}\n"), Part::Size),
        ("log\n1\n".into(), Part::Root),
        ("log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n".into(), Part::Root),
        ("log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n".into(), Part::Root),
        (format!("log\n1\n{root}\n\n"), Part::Extension),
        (format!("log\n1\n{root}\nmore\n\nmore\n"), Part::Extension),
    ] {
        assert_eq!(Checkpoint::parse(&text), Err(Refusal::Malformed(part)), "{text:?}");
    }
    assert!((0..BODY.len()).all(|at| Checkpoint::parse(&BODY[..at]).is_err()));
}

#[test]
fn an_extension_line_is_signed_and_let_through() {
    let verified = note_by_log(&format!("{BODY}more\n")).verify(&known([&log().0])).unwrap();
    assert_eq!(verified.checkpoint(), Checkpoint::parse(BODY));
    assert!(verified.text().ends_with("more\n"));
}

#[test]
fn an_origin_is_one_line() {
    for origin in ["", "two\nlines", "tab\t"] {
        assert_eq!(Checkpoint::new(origin, 0, Root::of_nothing()), Err(Mistake::Origin));
    }
}

#[test]
fn a_verified_note_that_is_no_checkpoint_says_so() {
    let verified = note_by_log(TEXT).verify(&known([&log().0])).unwrap();
    assert_eq!(verified.checkpoint(), Err(Refusal::Malformed(Part::Size)));
}

#[test]
fn a_cosignature_signs_the_time_and_the_body_under_its_own_header() {
    let (key, secret) = witness();
    let message = format!("cosignature/v1\ntime 1679315147\n{BODY}");
    let signature = secret.sign(message.as_bytes());
    let bytes = [&key.id().to_be_bytes()[..], &1_679_315_147_u64.to_be_bytes(), &signature].concat();
    let line = format!("— example.com/witness {}\n", base64::encode(&bytes));
    assert_eq!(format!("{}", cosigned(BODY)), format!("{}{line}", note_by_log(BODY)));

    let verified = cosigned(BODY).verify(&known([&key, &log().0])).unwrap();
    assert_eq!(verified.signers(), [Signer::Author(log().0), Signer::Witness(key, AT)]);
}

#[test]
fn a_cosignature_holds_for_its_own_time_and_body_alone() {
    let (key, _) = witness();
    let good = cosigned(BODY);
    for at in 0..72 {
        let mut altered = good.clone();
        altered.signatures[1].bytes[at] ^= 1;
        assert!(
            matches!(altered.verify(&known([&key])), Err(Refusal::BadSignature { .. })),
            "altered at {at}"
        );
    }
    for len in 1..72 {
        let mut short = good.clone();
        short.signatures[1].bytes.truncate(len);
        assert!(matches!(short.verify(&known([&key])), Err(Refusal::BadSignature { .. })), "cut at {len}");
    }
    let other_body = Note { text: BODY.replace("20852163", "20852164"), ..good };
    assert!(matches!(other_body.verify(&known([&key])), Err(Refusal::BadSignature { .. })));
}

#[test]
fn a_plain_signature_is_no_cosignature_and_the_reverse() {
    let ((log, log_secret), (witness, secret)) = (log(), witness());
    assert_eq!(Note::signed(BODY.into(), &witness, &secret), Err(Fault::WrongType));
    assert_eq!(note_by_log(BODY).cosigned(&log, AT, &log_secret), Err(Fault::WrongType));
    let (as_log, _) = signer("example.com/witness", SignatureType::Note, 2);
    assert_ne!(as_log.id(), witness.id());
    assert_eq!(cosigned(BODY).verify(&known([&as_log])), Err(Refusal::NoKnownSignature));
}

#[test]
fn a_witness_states_no_time_beyond_the_last_and_nothing_about_other_texts() {
    let (key, secret) = witness();
    let late = PosixTime(1 << 63);
    assert_eq!(note_by_log(BODY).cosigned(&key, late, &secret), Err(Fault::Text));
    assert_eq!(note_by_log(TEXT).cosigned(&key, AT, &secret), Err(Fault::Text));
    for (at, body) in [(late, BODY), (AT, TEXT)] {
        let signature = secret.sign(cosigned_message(at, body).as_bytes());
        let bytes = [&at.0.to_be_bytes()[..], &signature].concat();
        let forged = Signature { name: key.name().into(), id: key.id(), bytes };
        let note = Note { text: body.into(), signatures: vec![forged] };
        assert!(matches!(note.verify(&known([&key])), Err(Refusal::BadSignature { .. })));
    }
}

proptest! {
    #[test]
    fn a_checkpoint_that_parses_is_written_back_but_for_its_extensions(text in nearly(BODY.into())) {
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            let back = format!("{checkpoint}");
            prop_assert!(text.starts_with(&back));
        }
    }
}
