use super::*;
use crate::{
    appraise::{Appraisal, appraise},
    testing::{ADA, NOW, Shelf, asked, enrolled, facts, later, reference},
};

const LID: Cause = Cause::Latch(EventId([1; 16]));
const LOOP: Cause = Cause::Latch(EventId([2; 16]));
const FORK: Cause = Cause::Incident(IncidentId([3; 16]));
const REVOCATION: Revocation = Revocation { reason: Reason::KeyCompromised, by: ADA, at: NOW };

/// A proof at this entry, of a device that obeys this generation.
fn proof(seq: u64, generation: u64) -> Attested {
    let (machine, identity, _) = enrolled();
    let shelf = Shelf {
        accepted: seq,
        adopted: [(1, generation)].into(),
        published: [(generation, NOW)].into(),
        ..Shelf::new()
    };
    let letter = machine.attestation.seal(&machine.evidence(Shelf::position(seq), generation));
    match appraise(letter, asked(NOW), &facts(&identity, &reference(), &shelf), NOW) {
        Ok(Appraisal::Attested(attested)) => attested,
        other => panic!("the evidence is good: {other:?}"),
    }
}

fn released(generation: u64, seq: u64) -> Release {
    Release { generation: Generation(generation), seq }
}

#[test]
fn what_each_standing_opens_with_each_certificate_at_each_door() {
    let active = Standing::new();
    let mut suspended = Standing::new();
    suspended.suspend(LID, NOW);
    let mut owing = suspended.clone();
    owing.release(LID, released(1, 4));
    assert_eq!(owing.lift(&proof(4, 1), NOW), Lift::Lifted);
    let mut revoked = suspended.clone();
    revoked.revoke(REVOCATION);
    let gone = Err(Refusal::Revoked(Reason::KeyCompromised));

    let table = [
        (
            &active,
            State::Active,
            [Ok(Room::Open), Ok(Room::Quarantine), Ok(Room::Open), Err(Refusal::QuarantineOnly)],
        ),
        (
            &suspended,
            State::Suspended,
            [Ok(Room::Quarantine), Ok(Room::Quarantine), Err(Refusal::Suspended), Err(Refusal::Suspended)],
        ),
        (
            &owing,
            State::RenewalOwed,
            [
                Ok(Room::Quarantine),
                Ok(Room::Quarantine),
                Err(Refusal::RenewalOwed),
                Err(Refusal::RenewalOwed),
            ],
        ),
        (&revoked, State::Revoked, [gone.clone(), gone.clone(), gone.clone(), gone]),
    ];
    let doors = [
        (Certificate::Full, Place::Hardware),
        (Certificate::Quarantine, Place::Hardware),
        (Certificate::Full, Place::Elsewhere),
        (Certificate::Quarantine, Place::Elsewhere),
    ];
    for (standing, state, rooms) in table {
        assert_eq!(standing.state(), state);
        for ((certificate, place), room) in doors.into_iter().zip(rooms) {
            assert_eq!(standing.room(certificate, place), room, "{state:?} {certificate:?} {place:?}");
        }
    }
}

#[test]
fn the_first_cause_suspends_and_the_same_again_changes_nothing() {
    let mut standing = Standing::new();
    assert_eq!(standing.suspend(LID, NOW), Change::Doors);
    assert_eq!(standing.suspend(LID, later(1)), Change::Nothing);
    assert_eq!(standing.suspend(LOOP, later(2)), Change::Noted);
    assert_eq!(standing.suspensions().len(), 2);
    assert_eq!(standing.suspensions()[0].since, NOW);
}

#[test]
fn a_suspension_is_lifted_only_at_the_generation_that_released_the_last_cause() {
    let mut standing = Standing::new();
    standing.suspend(LID, NOW);
    standing.suspend(LOOP, NOW);
    assert_eq!(standing.lift(&proof(20, 9), NOW), Lift::Held(LID), "nothing was released");
    assert_eq!(standing.release(LID, released(2, 11)), Change::Noted);
    assert_eq!(standing.release(LID, released(2, 11)), Change::Nothing);
    assert_eq!(standing.lift(&proof(20, 9), NOW), Lift::Held(LOOP));
    standing.release(LOOP, released(3, 15));
    assert_eq!(standing.lift(&proof(20, 2), NOW), Lift::Held(LOOP), "an older generation");
    assert_eq!(standing.lift(&proof(14, 3), NOW), Lift::Held(LOOP), "an entry before the release");
    assert_eq!(standing.state(), State::Suspended);
    assert_eq!(standing.lift(&proof(15, 3), NOW), Lift::Lifted);
    assert_eq!(standing.state(), State::RenewalOwed);
    assert_eq!(standing.lift(&proof(15, 3), NOW), Lift::Nothing);
}

#[test]
fn a_cause_that_happens_again_after_its_release_stands_anew() {
    let mut standing = Standing::new();
    standing.suspend(LID, NOW);
    standing.release(LID, released(2, 11));
    assert_eq!(standing.suspend(LID, later(5)), Change::Noted);
    assert_eq!(standing.lift(&proof(20, 9), NOW), Lift::Held(LID));
}

#[test]
fn a_fork_stays_suspended_until_people_release_it() {
    let mut standing = Standing::new();
    standing.suspend(FORK, NOW);
    standing.suspend(LID, NOW);
    standing.release(LID, released(2, 11));
    assert_eq!(standing.lift(&proof(20, 9), NOW), Lift::Held(FORK));
    standing.release(FORK, released(4, 20));
    assert_eq!(standing.lift(&proof(20, 9), NOW), Lift::Lifted);
}

/// People know what the device does not: it proves itself all the time, and only a question from afterwards counts.
#[test]
fn what_people_suspended_goes_when_they_take_it_back_and_by_a_proof_that_was_asked_for_since() {
    let reason = || "seen outside".parse().unwrap();
    let mut standing = Standing::new();
    assert_eq!(standing.end_by_hand(released(1, 4), NOW), Change::Nothing, "nobody suspended it");
    assert_eq!(standing.suspend_by_hand(ADA, reason(), NOW), Change::Doors);
    assert_eq!(standing.suspend_by_hand(ADA, reason(), later(1)), Change::Nothing);
    assert_eq!(
        standing.by_hand().map(|hand| (hand.by, hand.at)),
        Some((ADA, NOW)),
        "the first reason stands"
    );
    assert_eq!(standing.lift(&proof(20, 9), NOW), Lift::Held(Cause::People));
    assert_eq!(standing.end_by_hand(released(1, 4), later(5)), Change::Noted);
    assert_eq!(standing.end_by_hand(released(1, 4), later(5)), Change::Nothing);
    let asked_before = proof(20, 9);
    assert_eq!(standing.lift(&asked_before, later(6)), Lift::Held(Cause::People), "it was asked at NOW");

    // Nothing else is taken back by it, and it is taken back by nothing else.
    let mut both = Standing::new();
    both.suspend(LID, NOW);
    assert_eq!(both.suspend_by_hand(ADA, reason(), NOW), Change::Noted);
    both.end_by_hand(released(1, 4), NOW);
    assert_eq!(both.lift(&proof(20, 9), NOW), Lift::Held(LID));
    both.release(LID, released(2, 11));
    assert_eq!(both.lift(&proof(20, 9), NOW), Lift::Lifted);
    assert_eq!((both.state(), both.by_hand()), (State::RenewalOwed, None));

    let mut again = Standing::new();
    again.suspend_by_hand(ADA, reason(), NOW);
    again.end_by_hand(released(1, 4), NOW);
    assert_eq!(again.suspend_by_hand(ADA, reason(), NOW), Change::Noted, "suspended anew before the proof");
    assert_eq!(again.lift(&proof(20, 9), NOW), Lift::Held(Cause::People));
}

/// A row that an earlier build wrote has no such part.
#[test]
fn a_standing_from_before_is_read_and_one_by_people_is_read_back() {
    let mut standing = Standing::new();
    let old = [0xa3, 0x00, 0x80, 0x01, 0xf6, 0x02, 0xf6];
    assert_eq!(crypto::cbor::decode(&old, &crypto::cbor::Limits::FRAME), Ok(standing.clone()));
    standing.suspend_by_hand(ADA, "seen outside".parse().unwrap(), NOW);
    let bytes = crypto::cbor::encode(&standing);
    assert_eq!(crypto::cbor::decode(&bytes, &crypto::cbor::Limits::FRAME), Ok(standing));
}

#[test]
fn a_new_tampering_before_the_renewal_suspends_again() {
    let mut standing = Standing::new();
    standing.suspend(LID, NOW);
    standing.release(LID, released(2, 11));
    standing.lift(&proof(11, 2), NOW);
    assert_eq!(standing.suspend(LOOP, NOW), Change::Doors);
    assert_eq!(standing.state(), State::Suspended);
    standing.release(LOOP, released(3, 12));
    standing.lift(&proof(12, 3), NOW);
    assert_eq!(standing.state(), State::RenewalOwed);
    standing.renewed();
    assert_eq!(standing.state(), State::Active);
}

#[test]
fn a_flood_of_causes_is_bounded_and_never_lifted_by_the_causes_that_are_known() {
    let mut standing = Standing::new();
    for event in 0..=255 {
        standing.suspend(Cause::Latch(EventId([event; 16])), NOW);
    }
    assert_eq!(standing.suspensions().len(), CAUSES_LIMIT + 1);
    for event in 0..=255 {
        standing.release(Cause::Latch(EventId([event; 16])), released(2, 11));
    }
    assert_eq!(standing.lift(&proof(20, 9), NOW), Lift::Held(Cause::Flood));
    standing.release(Cause::Flood, released(2, 11));
    assert_eq!(standing.lift(&proof(20, 9), NOW), Lift::Lifted);
}

#[test]
fn a_revocation_is_the_end_and_keeps_its_first_reason() {
    let mut standing = Standing::new();
    standing.suspend(LID, NOW);
    standing.release(LID, released(1, 1));
    assert_eq!(standing.revoke(REVOCATION), Change::Doors);
    assert_eq!(standing.revoke(Revocation { reason: Reason::Retired, ..REVOCATION }), Change::Noted);
    assert_eq!(standing.lift(&proof(20, 9), NOW), Lift::Nothing);
    assert_eq!(standing.suspend(LOOP, NOW), Change::Noted);
    assert_eq!(standing.state(), State::Revoked);
    assert_eq!(standing.revocation(), Some(&REVOCATION));
}

#[test]
fn it_survives_the_store() {
    let mut standing = Standing::new();
    standing.suspend(LID, NOW);
    standing.suspend(FORK, NOW);
    standing.release(LID, released(2, 11));
    standing.revoke(REVOCATION);
    let bytes = crypto::cbor::encode(&standing);
    assert_eq!(crypto::cbor::decode(&bytes, &crypto::cbor::Limits::FRAME), Ok(standing));
}

#[test]
fn a_device_that_came_back_by_a_reproof_owes_a_new_key_and_no_other_does() {
    let mut active = Standing::new();
    assert_eq!((active.owe_renewal(NOW), active.state()), (Change::Doors, State::RenewalOwed));
    assert_eq!(active.owe_renewal(NOW), Change::Nothing);
    active.renewed();
    assert_eq!(active.state(), State::Active);
    let mut suspended = Standing::new();
    suspended.suspend(LID, NOW);
    assert_eq!((suspended.owe_renewal(NOW), suspended.state()), (Change::Nothing, State::Suspended));
    suspended.revoke(REVOCATION);
    assert_eq!((suspended.owe_renewal(NOW), suspended.state()), (Change::Nothing, State::Revoked));
}

#[test]
fn people_suspend_a_flooded_device_too_and_what_they_take_back_is_theirs_alone() {
    let mut standing = Standing::new();
    for event in 0..=255 {
        standing.suspend(Cause::Latch(EventId([event; 16])), NOW);
    }
    let reason = Label::new("a stranger was seen").unwrap();
    assert_ne!(standing.suspend_by_hand(ADA, reason.clone(), NOW), Change::Nothing);
    assert_eq!(standing.suspend_by_hand(ADA, reason, NOW), Change::Nothing, "the first reason stands");
    assert!(standing.suspensions().iter().any(|one| one.cause == Cause::People));
    assert_eq!(standing.end_by_hand(released(2, 11), NOW), Change::Noted);
    let held: Vec<_> = standing.suspensions().iter().filter(|one| one.released.is_none()).collect();
    assert_eq!(held.len(), CAUSES_LIMIT + 1);
}
