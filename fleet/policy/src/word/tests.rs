use alloc::{string::ToString, vec};

use super::*;

fn round<W: Word + fmt::Debug>() {
    for (word, meaning_of) in W::WORDS {
        assert_eq!(meaning::<W>(word), Ok(*meaning_of));
        assert_eq!(meaning_of.word(), *word);
        assert_eq!(W::WORDS.iter().filter(|(other, _)| other == word).count(), 1, "{word} has one meaning");
    }
}

#[test]
fn every_word_has_one_meaning_and_every_meaning_one_word() {
    round::<Arming>();
    round::<Interlock>();
    round::<Posture>();
    round::<Severity>();
    round::<TamperKind>();
    round::<Verification>();
    round::<crate::rule::IncidentKind>();
    round::<crate::rule::Undo>();
}

#[test]
fn a_word_without_a_meaning_is_answered_with_those_that_have_one() {
    let unknown = meaning::<Posture>("Sealed").unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "`Sealed` is not a posture: expected one of normal, guarded, isolated, sealed, wiped"
    );
}

#[test]
fn an_act_reads_as_it_is_spelt() {
    let unit = || UnitName::new("cups.service").unwrap();
    let acts = vec![
        Action::Isolate,
        Action::Rejoin,
        Action::LockUsb,
        Action::UnlockUsb,
        Action::StopUnit(unit()),
        Action::StartUnit(unit()),
        Action::LatchVault,
        Action::RearmVault,
        Action::DropKeys,
        Action::PowerOff,
        Action::Wipe,
    ];
    for act in acts {
        assert_eq!(action(&spell(&act)), Ok(act));
    }
}

#[test]
fn an_act_with_a_unit_missing_or_too_much_is_refused() {
    for (text, expected) in [
        ("stop-unit", "`stop-unit` needs the name of a unit after it"),
        ("stop-unit a;rm", "\"a;rm\" is not the name of a unit: a name of this kind cannot hold ';'"),
        ("isolate now", "`isolate` takes nothing after it"),
    ] {
        assert_eq!(action(text), Err(expected.to_string()));
    }
    assert!(action("explode").unwrap_err().starts_with("`explode` is not an act: expected one of isolate,"));
}
