//! Shows that a note says only what its known signers signed: published notes, every truncation, every refusal.

use alloc::{string::String, vec::Vec};
use std::{format, vec};

use proptest::prelude::*;

use super::*;
use crate::merkle::{self, Frontier, Root};

mod checkpoints;
mod keys;
mod proofs;

/// The example of Go's `note` package.
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETERS_SEED: &str = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=";
const PETERS_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\
    \n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCHS_LINE: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

/// A key whose seed is this byte repeated, and its public half under a name.
fn signer(name: &str, kind: SignatureType, byte: u8) -> (Verifier, SecretKey<Log>) {
    let secret = SecretKey::from_seed([byte; 32]);
    (Verifier::new(name, kind, secret.public().as_bytes()).unwrap(), secret)
}

fn log() -> (Verifier, SecretKey<Log>) {
    signer("example.com/log", SignatureType::Note, 1)
}

fn witness() -> (Verifier, SecretKey<Log>) {
    signer("example.com/witness", SignatureType::Cosignature, 2)
}

fn known<const N: usize>(keys: [&Verifier; N]) -> Verifiers {
    Verifiers::new(keys.into_iter().cloned().collect()).unwrap()
}

fn note_by_log(text: &str) -> Note {
    let (key, secret) = log();
    Note::signed(text.into(), &key, &secret).unwrap()
}

const TEXT: &str = "one\n\ntwo\n";

#[test]
fn the_published_note_verifies_and_is_made_again_byte_for_byte() {
    let key: Verifier = PETER.parse().unwrap();
    let note = Note::parse(PETERS_NOTE).unwrap();
    let verified = note.verify(&known([&key])).unwrap();
    assert_eq!(verified.signers(), [Signer::Author(key.clone())]);
    assert!(verified.text().ends_with("what your problem is.\n"));

    let seed = base64::decode(PETERS_SEED).unwrap().try_into().unwrap();
    let again = Note::signed(verified.text().into(), &key, &SecretKey::from_seed(seed)).unwrap();
    assert_eq!(format!("{again}"), PETERS_NOTE);

    let (enoch, secret) = signer("EnochRoot", SignatureType::Note, 0);
    let both = again.also_signed(&enoch, &secret).unwrap();
    assert_eq!(format!("{both}"), format!("{PETERS_NOTE}{ENOCHS_LINE}"));
    assert_eq!(both.verify(&known([&enoch])).unwrap().signers(), [Signer::Author(enoch.clone())]);
    let signers = both.verify(&known([&enoch, &key])).unwrap().signers().to_vec();
    assert_eq!(signers, [Signer::Author(key), Signer::Author(enoch)]);
}

#[test]
fn a_text_may_hold_blank_lines() {
    let note = note_by_log(TEXT);
    let verified = Note::parse(&format!("{note}")).unwrap().verify(&known([&log().0])).unwrap();
    assert_eq!(verified.text(), TEXT);
}

#[test]
fn signatures_by_strangers_are_ignored_even_under_a_known_name_or_id() {
    let (key, _) = log();
    let (namesake, its_secret) = signer("example.com/log", SignatureType::Note, 3);
    let note = note_by_log(TEXT).also_signed(&namesake, &its_secret).unwrap();
    assert_eq!(note.verify(&known([&key])).unwrap().signers(), [Signer::Author(key.clone())]);

    let same_id =
        format!("{note}— stranger {}\n", base64::encode(&[&key.id().to_be_bytes()[..], b"?"].concat()));
    let note = Note::parse(&same_id).unwrap();
    assert_eq!(note.verify(&known([&key])).unwrap().signers(), [Signer::Author(key)]);
}

#[test]
fn a_note_that_nobody_known_signed_is_refused() {
    let (stranger, _) = signer("stranger", SignatureType::Note, 4);
    assert_eq!(note_by_log(TEXT).verify(&known([&stranger])), Err(Refusal::NoKnownSignature));
    assert_eq!(note_by_log(TEXT).verify(&Verifiers::default()), Err(Refusal::NoKnownSignature));
}

#[test]
fn one_bad_signature_by_a_known_key_voids_the_good_ones() {
    let ((key, _), (other, secret)) = (log(), signer("other", SignatureType::Note, 5));
    let note = format!("{}", note_by_log(TEXT).also_signed(&other, &secret).unwrap());
    for bad in [vec![0; 64], vec![0; 63], vec![0]] {
        let line = base64::encode(&[&key.id().to_be_bytes()[..], &bad].concat());
        let note = Note::parse(&format!("{note}— example.com/log {line}\n")).unwrap();
        let refusal = Refusal::BadSignature { name: "example.com/log".into(), id: key.id() };
        assert_eq!(note.verify(&known([&other, &key])), Err(refusal));
        assert!(note.verify(&known([&other])).is_ok());
    }
}

#[test]
fn a_key_that_signed_twice_counts_once() {
    let (key, secret) = log();
    let note = note_by_log(TEXT).also_signed(&key, &secret).unwrap();
    assert_eq!(note.verify(&known([&key])).unwrap().signers(), [Signer::Author(key)]);
}

#[test]
fn sixty_four_signatures_are_read_and_no_more() {
    let (key, secret) = log();
    let full =
        (1..MAX_SIGNATURES).try_fold(note_by_log(TEXT), |note, _| note.also_signed(&key, &secret)).unwrap();
    let text = format!("{full}");
    assert_eq!(Note::parse(&text).as_ref(), Ok(&full));
    let line = &text[text.rfind('—').unwrap()..];
    assert_eq!(Note::parse(&format!("{text}{line}")), Err(Refusal::TooManySignatures));
    assert_eq!(full.also_signed(&key, &secret), Err(Fault::TooManySignatures));
}

#[test]
fn sixteen_signatures_of_five_kilobytes_are_read() {
    let line = format!("— someone.example/post-quantum {}\n", base64::encode(&[7; 5000]));
    let note = format!("{}{}", note_by_log(TEXT), line.repeat(16));
    assert!(Note::parse(&note).unwrap().verify(&known([&log().0])).is_ok());
}

#[test]
fn a_note_beyond_the_limit_is_refused_unread() {
    let note = format!("{}\n{PETERS_NOTE}", "x".repeat(MAX_NOTE));
    assert_eq!(Note::parse(&note), Err(Refusal::TooLarge(note.len())));
    assert_eq!(LogProof::parse(&note), Err(Refusal::TooLarge(note.len())));
}

#[test]
fn a_note_that_is_not_written_as_specified_is_refused() {
    let good = "— name AAAAAAA=\n";
    assert!(Note::parse(&format!("text\n\n{good}")).is_ok());
    for (note, part) in [
        (String::new(), Part::FinalNewline),
        (format!("text\n\n{}", good.trim_end()), Part::FinalNewline),
        (format!("te\rxt\n\n{good}"), Part::ControlCharacter),
        (format!("te\0xt\n\n{good}"), Part::ControlCharacter),
        (format!("text\n\n{good}\t\n"), Part::ControlCharacter),
        (format!("text\n{good}"), Part::Separator),
        ("text\n".into(), Part::Separator),
        ("text\n\n".into(), Part::Separator),
        ("text\n\n\n".into(), Part::SignatureLine),
        (format!("text\n\n{good}\n"), Part::SignatureLine),
        ("text\n\n- name AAAAAAA=\n".into(), Part::SignatureLine),
        ("text\n\n—name AAAAAAA=\n".into(), Part::SignatureLine),
        ("text\n\n—  AAAAAAA=\n".into(), Part::SignatureLine),
        ("text\n\n— name\n".into(), Part::SignatureLine),
        ("text\n\n— name \n".into(), Part::SignatureLine),
        ("text\n\n— na+me AAAAAAA=\n".into(), Part::SignatureLine),
        ("text\n\n— na\u{2003}me AAAAAAA=\n".into(), Part::SignatureLine),
        ("text\n\n— name AAAAAAA= \n".into(), Part::SignatureLine),
        ("text\n\n— name AAAAAAA\n".into(), Part::SignatureLine),
        ("text\n\n— name AAAAAAB=\n".into(), Part::SignatureLine),
        ("text\n\n— name AAAAAA==\n".into(), Part::SignatureLine),
        ("text\n\n— name AAAA\n".into(), Part::SignatureLine),
    ] {
        assert_eq!(Note::parse(&note), Err(Refusal::Malformed(part)), "{note:?}");
    }
}

#[test]
fn every_truncation_and_every_altered_byte_is_refused() {
    let known = known([&PETER.parse().unwrap()]);
    let verifies = |note: &[u8]| {
        let note = core::str::from_utf8(note).ok().and_then(|note| Note::parse(note).ok());
        note.is_some_and(|note| note.verify(&known).is_ok())
    };
    let good = PETERS_NOTE.as_bytes();
    assert!(verifies(good));
    for at in 0..good.len() {
        assert!(!verifies(&good[..at]), "cut at {at}");
        let mut altered = good.to_vec();
        altered[at] ^= 1;
        assert!(!verifies(&altered), "altered at {at}");
    }
}

#[test]
fn we_do_not_sign_what_no_note_can_hold_nor_with_another_key() {
    let (key, secret) = log();
    for text in ["", "no line feed", "tab\t\n", "bell\u{7}\n"] {
        assert_eq!(Note::signed(text.into(), &key, &secret), Err(Fault::Text));
    }
    let (_, other) = signer("other", SignatureType::Note, 9);
    assert_eq!(Note::signed(TEXT.into(), &key, &other), Err(Fault::OtherKey));
}

#[test]
fn base64_has_one_spelling_for_each_value() {
    // RFC 4648 §10.
    let spelled = [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ];
    for (bytes, text) in spelled {
        assert_eq!(base64::encode(bytes.as_bytes()), text);
        assert_eq!(base64::decode(text).as_deref(), Some(bytes.as_bytes()));
    }
    let wrong = [
        "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Zm-v", "Zm_v",
        "Zé=",
    ];
    for text in wrong {
        assert_eq!(base64::decode(text), None, "{text:?}");
    }
}

#[test]
fn every_reason_has_a_code_and_a_sentence() {
    let parts = [
        Part::ControlCharacter,
        Part::Extension,
        Part::Extra,
        Part::FinalNewline,
        Part::Header,
        Part::Index,
        Part::Origin,
        Part::Path,
        Part::Root,
        Part::Separator,
        Part::SignatureLine,
        Part::Size,
    ];
    let refusals = [
        Refusal::BadSignature { name: "name".into(), id: 7 },
        Refusal::NoKnownSignature,
        Refusal::TooLarge(MAX_NOTE + 1),
        Refusal::TooManySignatures,
    ];
    let mistakes = [
        Mistake::KeyId,
        Mistake::KeyName,
        Mistake::KeyText,
        Mistake::Origin,
        Mistake::PublicKey,
        Mistake::SharedKey("one".into(), "other".into()),
        Mistake::UnknownType(6),
    ];
    let faults = [Fault::OtherKey, Fault::Text, Fault::TooManySignatures, Fault::WrongType];
    let refusals = parts.into_iter().map(Refusal::Malformed).chain(refusals);
    let said: Vec<_> = refusals
        .map(|r| (r.code(), format!("{r}")))
        .chain(mistakes.iter().map(|m| (m.code(), format!("{m}"))))
        .chain(faults.iter().map(|fault| (fault.code(), format!("{fault}"))))
        .collect();
    assert!(said.iter().all(|(code, sentence)| code.starts_with("crypto/note-") && sentence.len() > 30));
    let sentences: alloc::collections::BTreeSet<_> = said.iter().map(|(_, sentence)| sentence).collect();
    assert_eq!(sentences.len(), said.len());
}

/// A text that was well formed before a few characters of it were replaced, dropped or doubled.
fn nearly(text: String) -> impl Strategy<Value = String> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), "[\n +=—A0é]{0,2}"), 0..4);
    edits.prop_map(move |edits| {
        let mut chars: Vec<String> = text.chars().map(String::from).collect();
        for (at, new) in &edits {
            let at = at.index(chars.len());
            chars[at].clone_from(new);
        }
        chars.concat()
    })
}

proptest! {
    #[test]
    fn bytes_survive_base64(bytes: Vec<u8>) {
        prop_assert_eq!(base64::decode(&base64::encode(&bytes)), Some(bytes));
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in any::<String>()) {
        let _ = Note::parse(&text);
        let _ = Checkpoint::parse(&text);
        let _ = LogProof::parse(&text);
        let _ = text.parse::<Verifier>();
        let _ = base64::decode(&text);
    }

    #[test]
    fn a_note_that_parses_is_written_back_as_it_came(text in nearly(PETERS_NOTE.into())) {
        if let Ok(note) = Note::parse(&text) {
            prop_assert_eq!(format!("{note}"), text);
        }
    }
}
