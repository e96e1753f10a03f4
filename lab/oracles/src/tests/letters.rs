//! Every vector of `base/wire` against the page.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crypto::{
    refusal::Refusal,
    signed::{Letter, Signed},
};
use wire::v1::{Beat, Boot, DeviceState, FleetTime};

use super::page::{Page, code, rules, vectors};

/// The vectors of a folder, by name.
pub(super) fn of(folder: &str) -> Vec<(String, Vec<u8>)> {
    vectors(&root().join(folder))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../base/wire/vectors")
}

const LETTERS: [&str; 20] = [
    "answer",
    "ask",
    "beat",
    "boot",
    "bundle",
    "consent",
    "evidence",
    "feed",
    "join",
    "joined",
    "keyset",
    "presence",
    "proof",
    "renewal",
    "reproof",
    "roster",
    "sign-in",
    "state",
    "time",
    "work-order",
];

const BODIES: [&str; 10] = [
    "entry-adopted",
    "entry-boot",
    "entry-branch",
    "entry-change",
    "entry-event",
    "entry-gap",
    "entry-receipt",
    "entry-standing",
    "entry-trace",
    "entry-work",
];

/// The longest rule that the vector's name begins with.
fn rule_of(name: &str, rules: &[&'static str], prefix: &str) -> &'static str {
    let begins = |rule: &&&str| {
        let rest = rule.strip_prefix(prefix).and_then(|rule| name.strip_prefix(rule));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    rules.iter().filter(begins).max_by_key(|rule| rule.len()).unwrap_or_else(|| panic!("no rule for {name}"))
}

#[test]
fn every_letter_is_what_the_page_says_and_nothing_more() {
    for (name, bytes) in of("good/letters") {
        let rule = rule_of(&name, &LETTERS, "");
        Page::Closed.judge(rule, &bytes).unwrap_or_else(|why| panic!("{name} is no {rule}: {why}"));
    }
}

#[test]
fn every_body_is_what_the_page_says_and_nothing_more() {
    for (name, bytes) in of("good/bodies") {
        let rule = rule_of(&name, &BODIES, "entry-");
        Page::Closed.judge(rule, &bytes).unwrap_or_else(|why| panic!("{name} is no {rule}: {why}"));
    }
}

#[test]
fn a_journal_is_a_run_of_entries() {
    for (name, bytes) in of("good/journal") {
        Page::Closed.judge("run", &bytes).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

#[test]
fn what_a_newer_sender_adds_is_allowed_for_and_is_an_addition() {
    for (name, bytes) in of("good/newer") {
        let rule = rule_of(&name, &LETTERS, "");
        Page::Open.judge(rule, &bytes).unwrap_or_else(|why| panic!("{name} is no {rule}: {why}"));
        assert!(Page::Closed.judge(rule, &bytes).is_err(), "{name} adds nothing");
    }
}

#[test]
fn what_a_consent_signs_is_what_the_page_says() {
    let (_, bytes) = of("good/hashed").remove(0);
    Page::Closed.judge("consent-subject", &bytes).unwrap();
}

#[test]
fn every_letter_and_every_body_of_the_page_has_a_vector() {
    let named = |folder, rules: &[&'static str], prefix| -> Vec<&str> {
        let mut named: Vec<_> = of(folder).iter().map(|(name, _)| rule_of(name, rules, prefix)).collect();
        named.dedup();
        named
    };
    assert_eq!(named("good/letters", &LETTERS, ""), LETTERS);
    assert_eq!(named("good/bodies", &BODIES, "entry-"), BODIES);
}

/// The judge is not asleep: it tells every letter from every other.
#[test]
fn no_letter_passes_under_the_rule_of_another() {
    for (name, bytes) in of("good/letters") {
        let own = rule_of(&name, &LETTERS, "");
        for other in LETTERS.iter().filter(|other| **other != own) {
            assert!(Page::Open.judge(other, &bytes).is_err(), "{name} passes for {other}");
        }
    }
}

/// As the files have it: whoever never saw our code must come to the same end.
#[test]
fn every_bad_letter_whose_structure_is_wrong_is_refused_with_the_code_beside_it() {
    let mut attacks = BTreeSet::new();
    for attack in fs::read_dir(root().join("bad")).unwrap() {
        let attack = attack.unwrap().path();
        for (name, bytes) in vectors(&attack) {
            let told = fs::read_to_string(attack.join(format!("{name}.txt"))).unwrap();
            let code = told.lines().next().unwrap();
            if code.starts_with("crypto/cbor-") {
                let refusal = refusal(rule_of(&name, &LETTERS, ""), bytes);
                assert_eq!(refusal.map(|refusal| refusal.code()), Some(code), "{}/{name}", attack.display());
                attacks.insert(attack.clone());
            }
        }
    }
    assert!(attacks.len() > 20, "{} attacks on the structure", attacks.len());
}

/// Why the bytes are no such letter, without a look at any key.
fn refusal(letter: &str, bytes: Vec<u8>) -> Option<Refusal> {
    fn read<T: Letter>(bytes: Vec<u8>) -> Option<Refusal> {
        Signed::<T>::parse(bytes).and_then(|letter| letter.claimed()).err()
    }
    match letter {
        "beat" => read::<Beat>(bytes),
        "boot" => read::<Boot>(bytes),
        "state" => read::<DeviceState>(bytes),
        "time" => read::<FleetTime>(bytes),
        other => panic!("no bad vector is a {other} yet"),
    }
}

#[test]
fn every_rule_of_the_page_is_defined_once_and_used() {
    let (rules, code) = (rules(), code());
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let uses = |rule: &str| code.split(|c| !is_word(c)).filter(|word| *word == rule).count();
    for rule in &rules {
        assert_eq!(rules.iter().filter(|other| *other == rule).count(), 1, "{rule} is defined once");
        let begins = LETTERS.contains(rule) || BODIES.contains(rule);
        let alone = ["up", "down", "audit-record", "audit-personal", "consent-subject"].contains(rule);
        assert!(begins || alone || uses(rule) > 1, "{rule} is used");
    }
}
