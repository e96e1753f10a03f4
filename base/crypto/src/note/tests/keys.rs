//! Verifier keys as text, and sets of them.

use super::*;

#[test]
fn a_key_is_read_from_its_text_and_written_back() {
    let key: Verifier = PETER.parse().unwrap();
    assert_eq!((key.name(), key.id(), key.kind()), ("PeterNeumann", 0xc74f_20a3, SignatureType::Note));
    assert_eq!(format!("{key}"), PETER);
    let (witness, _) = witness();
    assert_eq!(format!("{witness}").parse(), Ok(witness));
}

#[test]
fn every_fragment_and_every_altered_character_of_a_key_is_a_mistake() {
    for from in 0..PETER.len() {
        for to in from..=PETER.len() {
            assert!(to - from == PETER.len() || PETER[from..to].parse::<Verifier>().is_err());
        }
    }
    for at in 0..PETER.len() {
        let mut altered = PETER.as_bytes().to_vec();
        altered[at] ^= 1;
        assert!(core::str::from_utf8(&altered).unwrap().parse::<Verifier>().is_err(), "altered at {at}");
    }
}

#[test]
fn each_mistake_in_a_key_is_named() {
    let key = |name: &str, id: &str, bytes: &[u8]| format!("{name}+{id}+{}", base64::encode(bytes));
    let ed25519 = |kind: u8, len: usize| [&[kind][..], &[9; 40][..len]].concat();
    for (text, mistake) in [
        ("name".into(), Mistake::KeyText),
        ("name+c74f20a3".into(), Mistake::KeyText),
        ("name+c74f20a3+".into(), Mistake::KeyText),
        ("name+c74f20a3+?".into(), Mistake::KeyText),
        (PETER.replace("c74f20a3", "c74f20a4"), Mistake::KeyId),
        (PETER.replace("c74f20a3", "C74F20A3"), Mistake::KeyId),
        (PETER.replace("Peter", "Petra"), Mistake::KeyId),
        (key("", "c74f20a3", &ed25519(1, 32)), Mistake::KeyName),
        (key("two names", "c74f20a3", &ed25519(1, 32)), Mistake::KeyName),
        (key("two\nlines", "c74f20a3", &ed25519(1, 32)), Mistake::KeyName),
        (key("name", "c74f20a3", &ed25519(1, 31)), Mistake::PublicKey),
        (key("name", "c74f20a3", &ed25519(1, 33)), Mistake::PublicKey),
        // A point of small order: anybody can make its signatures.
        (key("name", "c74f20a3", &[&[1][..], &[0; 32]].concat()), Mistake::PublicKey),
        (key("name", "c74f20a3", &ed25519(0, 32)), Mistake::UnknownType(0)),
        (key("name", "c74f20a3", &ed25519(2, 32)), Mistake::UnknownType(2)),
        (key("name", "c74f20a3", &ed25519(6, 32)), Mistake::UnknownType(6)),
    ] {
        assert_eq!(text.parse::<Verifier>(), Err(mistake), "{text}");
    }
}

#[test]
fn one_key_under_two_names_cannot_make_a_quorum() {
    let (one, _) = signer("one", SignatureType::Cosignature, 6);
    let (other, _) = signer("other", SignatureType::Cosignature, 6);
    let (as_log, _) = signer("one", SignatureType::Note, 6);
    for twin in [&one, &other, &as_log] {
        let mistake = Mistake::SharedKey("one".into(), twin.name().into());
        assert_eq!(Verifiers::new(vec![one.clone(), twin.clone()]).err(), Some(mistake));
    }
}
