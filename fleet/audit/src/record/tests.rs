use alloc::{string::ToString, vec};

use proptest::prelude::*;

use super::*;

pub(crate) fn salts(n: u64) -> Salts {
    let salt = |tag| Hasher::tagged(tag).u64(n).finish();
    Salts { leaf: salt("leaf"), personal: salt("personal") }
}

pub(crate) fn by_a_person(reason: &str) -> Decision {
    Decision {
        kind: Kind::Propose,
        at: Wall(1_700_000_000_000_000),
        actor: Actor::Person(PersonId([1; 16])),
        subject: Subject::Order(OrderId([2; 16])),
        inputs: vec![Digest::of(b"order"), Digest::of(b"facts")],
        outcome: Outcome::Done,
        reason: Some(reason.parse().unwrap()),
    }
}

pub(crate) fn by_the_fleet() -> Decision {
    Decision {
        kind: Kind::Suspend,
        actor: Actor::Fleet,
        subject: Subject::Device(DeviceId([7; 16])),
        reason: None,
        ..by_a_person("x")
    }
}

#[test]
fn a_record_says_what_was_decided() {
    let decision = by_a_person("the lock was replaced");
    let record = record(&decision, salts(1));
    assert_eq!(record.kind(), "propose");
    let body = record.body().unwrap().unwrap();
    assert_eq!(
        (body.at, body.inputs.clone(), body.outcome.clone()),
        (decision.at, decision.inputs, Outcome::Done)
    );
    assert_eq!((body.actor, body.subject), (Party::Person, Party::Order(OrderId([2; 16]))));
    let personal = Personal {
        actor: Some(PersonId([1; 16])),
        subject: None,
        reason: Some("the lock was replaced".parse().unwrap()),
    };
    assert_eq!(record.personal(), Ok(Some(personal)));
}

#[test]
fn who_did_it_stands_nowhere_but_in_the_personal_part() {
    let record = record(&by_a_person("secret words"), salts(1));
    let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    assert!(!holds(record.bytes(), &[1; 16]) && !holds(record.bytes(), b"secret words"));
    let beside = record.beside().unwrap();
    assert!(holds(&beside.bytes, &[1; 16]) && holds(&beside.bytes, b"secret words"));
}

/// A salt that the leaf keeps would let anybody guess at what was erased.
#[test]
fn each_part_is_hidden_by_a_salt_of_its_own() {
    let record = record(&by_a_person("x"), salts(1));
    assert_eq!((*record.salt(), record.beside().unwrap().salt), (salts(1).leaf, salts(1).personal));
}

#[test]
fn erasing_the_personal_part_changes_no_leaf() {
    let mut record = record(&by_a_person("x"), salts(1));
    let before = record.leaf();
    record.erase();
    assert_eq!((record.leaf(), record.personal()), (before, Ok(None)));
    assert!(record.body().unwrap().unwrap().personal.is_some(), "that there was one remains");
}

#[test]
fn a_decision_without_people_has_no_personal_part() {
    let record = record(&by_the_fleet(), salts(1));
    assert_eq!((record.personal(), record.body().unwrap().unwrap().personal), (Ok(None), None));
}

#[test]
fn two_equal_decisions_have_two_leaves() {
    assert_ne!(record(&by_the_fleet(), salts(1)).leaf(), record(&by_the_fleet(), salts(2)).leaf());
    let other = Decision { kind: Kind::Lift, ..by_the_fleet() };
    assert_ne!(record(&by_the_fleet(), salts(1)).leaf(), record(&other, salts(1)).leaf());
}

#[test]
fn the_leaf_is_the_one_of_the_wire_format() {
    let Salts { leaf: salt, .. } = salts(1);
    let record = record(&by_the_fleet(), salts(1));
    assert_eq!(record.leaf(), wire::v1::proof::leaf("suspend", &salt, &Digest::of(record.bytes())));
}

#[test]
fn the_record_of_a_state_is_its_letter() {
    let letter = state_letter();
    let record = Record::of_state(&letter, salts(1).leaf);
    assert_eq!((record.kind(), record.bytes()), ("state", letter.bytes()));
    assert_eq!(record.leaf(), wire::v1::proof::leaf("state", &salts(1).leaf, &letter.digest()));
    assert_eq!((record.body(), record.personal()), (Ok(None), Ok(None)));
}

/// An envelope of a state is enough here: the audit log reads no letters.
pub(crate) fn state_letter() -> Signed<DeviceState> {
    use crypto::key::{self, SecretKey};
    use wire::v1::{Keyset, Roster};
    let fleet: vocab::FleetName = "nord".parse().unwrap();
    let root = SecretKey::<key::Root>::from_seed([1; 32]);
    let keyset = Keyset {
        fleet: fleet.clone(),
        version: 1,
        state: vec![],
        work_order: vec![],
        log: vec![],
        authorities: vec![],
    };
    let roster = Roster { fleet: fleet.clone(), version: 1, people: vec![] };
    let position = journal::Position {
        boot: vocab::BootId([1; 16]),
        seq: 1,
        head: journal::Head::genesis(&DeviceId([7; 16])),
    };
    let state = DeviceState {
        fleet,
        device: DeviceId([7; 16]),
        generation: vocab::Generation(1),
        previous: None,
        issued: Wall(1),
        basis: position,
        arming: vocab::Arming::Armed,
        tuning: vocab::Tuning::default(),
        reflexes: vec![],
        interlocks: vec![],
        posture: vocab::Posture::Normal,
        orders: vec![],
        secrets: vec![],
        lease: None,
        floor: vocab::Generation(1),
        roster: Signed::seal(&roster, &root),
        keyset: Signed::seal(&keyset, &root),
    };
    Signed::seal_whole(&state, &SecretKey::from_seed([2; 32])).unwrap()
}

#[test]
fn every_kind_has_one_word() {
    for (kind, word) in WORDS {
        assert_eq!((kind.word(), Kind::of(word)), (word, Some(kind)));
        assert_eq!(WORDS.iter().filter(|(other, text)| *other == kind || *text == word).count(), 1);
    }
    assert_eq!(Kind::of("state"), None);
}

#[test]
fn a_stored_record_comes_back_and_another_text_does_not() {
    let record = record(&by_a_person("x"), salts(1));
    let bytes = record.encode();
    assert_eq!(Record::decode(&bytes), Ok(record));
    assert!((0..bytes.len()).all(|end| Record::decode(&bytes[..end]).is_err()));
}

#[test]
fn a_party_is_named_without_naming_a_person() {
    let said: Vec<_> =
        [Subject::Fleet, Subject::Person(PersonId([1; 16]))].map(|s| s.party().to_string()).into();
    assert_eq!(said, ["the fleet", "a person"]);
}

proptest! {
    #[test]
    fn every_decision_is_read_back_as_it_was_made(
        kind in 0usize..16, at in any::<i64>(), actor in 0u8..3, subject in 0u8..6, inputs in 0u8..5, refused in any::<bool>()
    ) {
        let id = [9; 16];
        let decision = Decision {
            kind: WORDS[kind].0,
            at: Wall(at),
            actor: [Actor::Device(DeviceId(id)), Actor::Fleet, Actor::Person(PersonId(id))][usize::from(actor)],
            subject: [
                Subject::Device(DeviceId(id)), Subject::Fleet, Subject::Incident(IncidentId(id)),
                Subject::Order(OrderId(id)), Subject::Person(PersonId(id)), Subject::Plan(PlanId(id)),
            ][usize::from(subject)],
            inputs: (0..inputs).map(|n| Digest([n; 32])).collect(),
            outcome: if refused { Outcome::Refused("access/refused".into()) } else { Outcome::Done },
            reason: None,
        };
        let record = Record::decode(&record(&decision, salts(1)).encode()).unwrap();
        let body = record.body().unwrap().unwrap();
        let personal = record.personal().unwrap().unwrap_or_default();
        prop_assert_eq!(Kind::of(record.kind()), Some(decision.kind));
        prop_assert_eq!((body.at, body.inputs, body.outcome), (decision.at, decision.inputs, decision.outcome));
        prop_assert_eq!((body.actor, personal.actor), (decision.actor.party(), decision.actor.person()));
        prop_assert_eq!((body.subject, personal.subject), (decision.subject.party(), decision.subject.person()));
    }
}
