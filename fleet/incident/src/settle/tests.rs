use vocab::{Action, Cause, OrderId, TamperKind, TamperState, receipt::Outcome};
use wire::v1::{Body, body::Adoption};

use super::*;
use crate::{
    correlate::News,
    finding::{Finding, Fork, Split},
    incident::State,
    involved::Expected,
    silence::Silence,
    testing::{
        Machine, NOW,
        house::{House, event_id, id, order_id, proof_asked},
        later, state,
    },
};

/// A box whose lid was opened, and for which a state is published that releases it.
fn recovering() -> (House, Machine) {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.opened(1);
    house.takes(&mut machine);
    assert_eq!(house.settles(&machine), Settlement::Waiting(Missing::Release(event_id(1))));
    house.incidents[0].planned(id(7), expected(2), NOW);
    assert_eq!(house.incident().state(), State::Recovering);
    (house, machine)
}

fn expected(generation: u64) -> Expected {
    Expected { generation: Generation(generation), state: state(generation), releases: [event_id(1)].into() }
}

#[test]
fn a_latch_that_was_released_settles_with_a_fresh_proof() {
    let (mut house, mut machine) = recovering();
    assert_eq!(house.settles(&machine), Settlement::Waiting(Missing::Adoption(Generation(2))));
    machine.adopt(2);
    machine.releases(1, "lid", TamperState::Normal);
    machine.receipt(9, Action::UnlockUsb, Cause::State(Generation(2)), Outcome::Intended);
    machine.receipt(9, Action::UnlockUsb, Cause::State(Generation(2)), Outcome::Done);
    house.takes(&mut machine);
    assert_eq!(house.incident().state(), State::Recovering, "what it reports is not yet proof");
    assert_eq!(house.settles(&machine), Settlement::Verified);
    assert_eq!(house.incident().state(), State::Verified);
    let verdict = Verdict::Verified { generation: Generation(2), asked: NOW };
    assert_eq!(house.incident().boxes()[0].verdict, verdict);
    assert_eq!(house.settles(&machine), Settlement::Nothing);
}

#[test]
fn a_proof_from_before_the_release_does_not_settle() {
    let (mut house, mut machine) = recovering();
    machine.adopt(2);
    let before = machine.head();
    machine.releases(1, "lid", TamperState::Normal);
    house.takes(&mut machine);
    let early = house.proof(&machine, before);
    assert_eq!(settle(&mut house.incidents[0], &early, NOW), Settlement::Waiting(Missing::Proof));
    let opened = machine.disk[2].position();
    let older = house.proof(&machine, opened);
    assert_eq!(settle(&mut house.incidents[0], &older, NOW), Settlement::Waiting(Missing::Proof));
    assert_eq!(house.settles(&machine), Settlement::Verified);
}

#[test]
fn a_proof_must_stand_on_the_last_of_several_releases() {
    let (mut house, mut machine) = recovering();
    machine.latches(2, "rear", TamperState::Tampered);
    house.takes(&mut machine);
    machine.adopt(2);
    machine.releases(1, "lid", TamperState::Normal);
    let between = machine.head();
    machine.releases(2, "rear", TamperState::Normal);
    house.takes(&mut machine);
    let early = house.proof(&machine, between);
    assert_eq!(settle(&mut house.incidents[0], &early, NOW), Settlement::Waiting(Missing::Proof));
    assert_eq!(house.settles(&machine), Settlement::Verified);
}

#[test]
fn a_later_generation_settles_as_well() {
    let (mut house, mut machine) = recovering();
    machine.adopt(2);
    machine.releases(1, "lid", TamperState::Normal);
    machine.adopt(3);
    house.takes(&mut machine);
    assert_eq!(house.settles(&machine), Settlement::Verified);
}

#[test]
fn a_latch_that_the_adopted_state_should_have_released_fails() {
    let (mut house, mut machine) = recovering();
    machine.adopt(2);
    house.takes(&mut machine);
    let failed = Settlement::Failed(Failure::LatchHeld(event_id(1)));
    assert_eq!(house.settles(&machine), failed);
    let why = Failure::LatchHeld(event_id(1));
    assert_eq!(house.incident().boxes()[0].verdict, Verdict::Failed { why: why.clone(), at: NOW });
    assert_eq!(house.incident().history().last().unwrap().what, What::Failed { device: id(7), why });
    let steps = house.incident().history().len();
    assert_eq!(house.settles(&machine), failed, "the same again");
    assert_eq!(house.incident().history().len(), steps, "is told once");
    assert_eq!(house.incident().state(), State::Recovering);
    // A later report may still do better.
    machine.releases(1, "lid", TamperState::Normal);
    house.takes(&mut machine);
    assert_eq!(house.settles(&machine), Settlement::Verified);
}

#[test]
fn a_latch_that_no_order_names_is_still_to_be_released() {
    let (mut house, mut machine) = recovering();
    house.incidents[0].planned(id(7), Expected { releases: [].into(), ..expected(3) }, NOW);
    machine.adopt(3);
    house.takes(&mut machine);
    assert_eq!(house.settles(&machine), Settlement::Waiting(Missing::Release(event_id(1))));
}

#[test]
fn another_state_under_the_same_generation_fails() {
    let (mut house, mut machine) = recovering();
    let other = Expected { state: state(99), ..expected(2) };
    house.incidents[0].planned(id(7), other, NOW);
    machine.adopt(2);
    machine.releases(1, "lid", TamperState::Normal);
    house.takes(&mut machine);
    assert_eq!(house.settles(&machine), Settlement::Failed(Failure::OtherState(Generation(2))));
}

#[test]
fn a_state_that_was_refused_fails_with_its_code() {
    let (mut house, mut machine) = recovering();
    let refused = |generation| {
        let code = "guard/basis\u{7}".into();
        Body::Adopted(Adoption::Refused {
            generation: Generation(generation),
            state: state(generation),
            code,
        })
    };
    machine.say(&refused(1));
    house.takes(&mut machine);
    assert_eq!(
        house.settles(&machine),
        Settlement::Waiting(Missing::Adoption(Generation(2))),
        "another state"
    );
    machine.say(&refused(2));
    house.takes(&mut machine);
    assert_eq!(house.settles(&machine), Settlement::Failed(Failure::Refused("guard/basis".into())));
    // People plan again.
    house.incidents[0].planned(id(7), expected(3), NOW);
    assert_eq!(house.settles(&machine), Settlement::Waiting(Missing::Adoption(Generation(3))));
}

#[test]
fn an_act_settles_by_its_outcome() {
    let cases = [
        (Outcome::Intended, Settlement::Waiting(Missing::Act(Action::UnlockUsb))),
        (Outcome::Done, Settlement::Verified),
        (Outcome::Unverified, Settlement::Verified),
        (Outcome::Unsupported, Settlement::Verified),
        (Outcome::LogOnly, Settlement::Verified),
        (Outcome::Failed, Settlement::Failed(Failure::Act(Action::UnlockUsb))),
        (Outcome::TimedOut, Settlement::Failed(Failure::Act(Action::UnlockUsb))),
        (Outcome::Withheld(vocab::Interlock::Occupied), Settlement::Failed(Failure::Act(Action::UnlockUsb))),
    ];
    for (outcome, settlement) in cases {
        let (mut house, mut machine) = recovering();
        machine.adopt(2);
        machine.releases(1, "lid", TamperState::Normal);
        let cause = Cause::Order(OrderId([1; 16]));
        assert_eq!(order_id(1), OrderId([1; 16]));
        machine.receipt(9, Action::UnlockUsb, cause, Outcome::Intended);
        machine.receipt(9, Action::UnlockUsb, cause, outcome.clone());
        house.takes(&mut machine);
        assert_eq!(house.settles(&machine), settlement, "{outcome:?}");
        // Done again, and this time it works.
        machine.receipt(10, Action::UnlockUsb, cause, Outcome::Done);
        machine.receipt(9, Action::UnlockUsb, cause, Outcome::Done);
        house.takes(&mut machine);
        assert!(matches!(house.settles(&machine), Settlement::Verified | Settlement::Nothing), "{outcome:?}");
    }
}

#[test]
fn a_new_event_makes_a_box_prove_itself_again() {
    let (mut house, mut machine) = recovering();
    machine.adopt(2);
    machine.releases(1, "lid", TamperState::Normal);
    house.takes(&mut machine);
    assert_eq!(house.settles(&machine), Settlement::Verified);
    let older = house.proof(&machine, machine.head());
    machine.opened(2);
    house.takes(&mut machine);
    assert_eq!(house.incident().state(), State::Contained);
    assert_eq!(settle(&mut house.incidents[0], &older, NOW), Settlement::Waiting(Missing::Proof));
    assert_eq!(house.settles(&machine), Settlement::Waiting(Missing::Release(event_id(2))));
}

#[test]
fn an_event_that_latched_nothing_settles_with_a_proof_alone() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let before = machine.head();
    let event = machine.event(1, TamperKind::Struck, "case", vocab::Severity::Low);
    machine.say(&Body::Event(event));
    house.takes(&mut machine);
    let early = house.proof(&machine, before);
    assert_eq!(settle(&mut house.incidents[0], &early, NOW), Settlement::Waiting(Missing::Proof));
    assert_eq!(house.settles(&machine), Settlement::Verified);
}

#[test]
fn a_silence_settles_with_a_proof_that_was_asked_for_since() {
    let mut house = House::new();
    let machine = house.machine(7);
    house.hears(News::Silence(&Silence::Device { device: id(7), since: later(100) }));
    let at_once = proof_asked(&machine, machine.head(), later(100));
    assert_eq!(settle(&mut house.incidents[0].clone(), &at_once, later(200)), Settlement::Verified);
    let before = proof_asked(&machine, machine.head(), later(99));
    assert_eq!(settle(&mut house.incidents[0], &before, later(200)), Settlement::Waiting(Missing::Proof));
    house.now = later(200);
    house.hears(News::Back { device: id(7) });
    assert_eq!(house.settles(&machine), Settlement::Verified);
}

#[test]
fn a_rollback_settles_at_the_generation_that_was_lost() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.generation = Generation(2);
    let found = Finding::Rollback { obeys: Generation(2), adopted: Generation(3) };
    house.hears(News::Finding(id(7), &found));
    assert_eq!(house.settles(&machine), Settlement::Waiting(Missing::Adoption(Generation(3))));
    machine.generation = Generation(3);
    assert_eq!(house.settles(&machine), Settlement::Verified);
}

#[test]
fn a_fork_settles_only_after_people_have_decided() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let fork = Fork { device: id(7), boot: vocab::BootId([2; 16]), split: Split::JournalKey };
    house.hears(News::Fork(&fork));
    assert_eq!(house.settles(&machine), Settlement::Waiting(Missing::Plan));
    house.incidents[0].planned(id(7), Expected { releases: [].into(), ..expected(2) }, NOW);
    assert_eq!(house.settles(&machine), Settlement::Waiting(Missing::Adoption(Generation(2))));
    machine.generation = Generation(2);
    assert_eq!(house.settles(&machine), Settlement::Verified);
    house.hears(News::Fork(&fork));
    assert_eq!(house.settles(&machine), Settlement::Waiting(Missing::Plan));
}

#[test]
fn a_box_without_a_part_or_without_an_identity_settles_nothing() {
    let (mut house, machine) = recovering();
    let stranger = house.machine(8);
    assert_eq!(house.settles(&stranger), Settlement::Nothing);
    house.incidents[0].revoked(id(7), NOW);
    assert_eq!(house.settles(&machine), Settlement::Nothing);
    assert_eq!(house.incident().state(), State::Verified);
}
