use alloc::collections::BTreeSet;

use crypto::refusal::Refusal;
use vocab::Severity;

use super::*;
use crate::testing::{NOW, consent, event, open_lid, person, request, roster, settled};

/// The latches of a device whose lid was opened and closed again.
fn latches() -> Vec<Latch> {
    let mut facts = settled();
    open_lid(&mut facts, 1);
    let mut latches = facts.devices.swap_remove(0).latches;
    latches[0].cause = Sensed::Gone;
    latches
}

fn proposal() -> Proposal {
    Proposal::release(request(1, 1, 20), event(1), &latches()).unwrap()
}

#[test]
fn two_people_approve_what_one_proposed() {
    let (mut proposal, latches, reset) = (proposal(), latches(), Reset::default());
    let (roster, approved) =
        (roster(1), |p: &Proposal| p.approved(&roster(1), &reset, &latches, NOW).map(|o| o.people().len()));
    assert_eq!(proposal.needs(&reset), 2);
    assert_eq!(approved(&proposal), Err(Mistake::FewPeople { have: 0, need: 2 }));
    proposal.consent(consent(&proposal, 1), &roster, &latches, NOW).unwrap();
    assert_eq!(approved(&proposal), Err(Mistake::FewPeople { have: 1, need: 2 }));
    proposal.consent(consent(&proposal, 2), &roster, &latches, NOW).unwrap();
    assert_eq!(approved(&proposal), Ok(2));
}

#[test]
fn one_person_does_not_count_twice() {
    let mut proposal = proposal();
    proposal.consent(consent(&proposal, 1), &roster(1), &latches(), NOW).unwrap();
    let again = proposal.consent(consent(&proposal, 1), &roster(1), &latches(), NOW);
    assert_eq!(again, Err(Mistake::Consent(Refusal::DuplicateConsent(person(1)))));
    assert_eq!(proposal.order().consents.len(), 1, "a consent that does not count is not kept");
}

#[test]
fn a_consent_to_something_else_or_by_a_stranger_does_not_count() {
    let (mut proposal, latches) = (proposal(), latches());
    let other = Proposal::run(request(1, 1, 20), Action::Wipe);
    let elsewhere = proposal.consent(consent(&other, 2), &roster(1), &latches, NOW);
    assert_eq!(elsewhere, Err(Mistake::Consent(Refusal::OtherSubject(person(2)))));
    let stranger = proposal.consent(consent(&proposal, 9), &roster(1), &latches, NOW);
    assert_eq!(stranger, Err(Mistake::Consent(Refusal::Stranger(person(9)))));
    let late = proposal.consent(consent(&proposal, 2), &roster(1), &latches, Wall(NOW.0 + 3_600_000_000));
    assert_eq!(late, Err(Mistake::Consent(Refusal::OrderExpired)));
}

#[test]
fn nothing_is_released_while_its_cause_is_there_or_unknown() {
    for cause in [Sensed::Present, Sensed::Unknown] {
        let mut latches = latches();
        latches[0].cause = cause;
        let refused = Proposal::release(request(1, 1, 20), event(1), &latches);
        assert_eq!(refused, Err(Mistake::CausePresent(event(1))));
    }
}

#[test]
fn whoever_was_let_in_neither_proposes_nor_approves() {
    let mut latches = latches();
    latches[0].openers = BTreeSet::from([person(2)]);
    assert_eq!(Proposal::release(request(1, 2, 20), event(1), &latches), Err(Mistake::Opener(person(2))));
    let mut proposal = Proposal::release(request(1, 1, 20), event(1), &latches).unwrap();
    let refused = proposal.consent(consent(&proposal, 2), &roster(1), &latches, NOW);
    assert_eq!(refused, Err(Mistake::Opener(person(2))));
}

#[test]
fn whoever_turns_out_to_have_been_let_in_stops_the_order() {
    let (mut proposal, mut latches) = (proposal(), latches());
    for n in [1, 2] {
        proposal.consent(consent(&proposal, n), &roster(1), &latches, NOW).unwrap();
    }
    latches[0].openers = BTreeSet::from([person(2)]);
    let approved = proposal.approved(&roster(1), &Reset::default(), &latches, NOW).map(|_| ());
    assert_eq!(approved, Err(Mistake::Opener(person(2))));
}

#[test]
fn documents_may_ask_for_more_people_and_a_small_roster_cannot_give_them() {
    let (mut proposal, latches) = (proposal(), latches());
    for n in [1, 2] {
        proposal.consent(consent(&proposal, n), &roster(1), &latches, NOW).unwrap();
    }
    let approved = |people| {
        let reset = Reset { people, from: Severity::Low };
        proposal.approved(&roster(1), &reset, &latches, NOW).map(|_| ())
    };
    assert_eq!(approved(2), Ok(()));
    assert_eq!(approved(3), Err(Mistake::FewPeople { have: 2, need: 3 }));
    assert_eq!(approved(4), Err(Mistake::Lonely { have: 3, need: 4 }));
}

/// The root puts somebody out, or takes a right or a key away, after they signed.
#[test]
fn a_signature_that_no_longer_counts_ends_the_proposal_and_says_whose() {
    let (mut proposal, latches, reset) = (proposal(), latches(), Reset::default());
    proposal.consent(consent(&proposal, 1), &roster(1), &latches, NOW).unwrap();
    let without = crate::testing::roster_of(2, &[2, 3]);
    let void = Mistake::Void(person(1));
    assert_eq!(proposal.approved(&without, &reset, &latches, NOW).map(|_| ()), Err(void.clone()));
    let second = proposal.consent(consent(&proposal, 2), &without, &latches, NOW);
    assert_eq!(second, Err(void.clone()), "no further signature completes it, and it is nobody else's fault");
    assert_eq!(proposal.order().consents.len(), 1);
    proposal.consent(consent(&proposal, 2), &roster(1), &latches, NOW).unwrap();
    assert_eq!(proposal.approved(&without, &reset, &latches, NOW).map(|_| ()), Err(void));
    // Who signed nothing takes nothing with them.
    let without = crate::testing::roster_of(2, &[1, 2]);
    assert_eq!(proposal.approved(&without, &reset, &latches, NOW).map(|order| order.people().len()), Ok(2));
}

#[test]
fn whoever_was_let_in_is_nobody_to_wait_for() {
    let (mut proposal, mut latches) = (proposal(), latches());
    proposal.consent(consent(&proposal, 1), &roster(1), &latches, NOW).unwrap();
    latches[0].openers = BTreeSet::from([person(2), person(3)]);
    let approved = proposal.approved(&roster(1), &Reset::default(), &latches, NOW).map(|_| ());
    assert_eq!(approved, Err(Mistake::Lonely { have: 1, need: 2 }));
}

#[test]
fn what_latches_nothing_is_not_released_or_acknowledged() {
    let gone = Mistake::NoSuchLatch(event(9));
    assert_eq!(Proposal::release(request(1, 1, 20), event(9), &latches()), Err(gone.clone()));
    assert_eq!(Proposal::acknowledge(request(1, 1, 20), event(9), &latches()), Err(gone));
}

#[test]
fn seeing_an_event_takes_one_person_and_an_irreversible_act_two() {
    let seen = Proposal::acknowledge(request(1, 1, 20), event(1), &latches()).unwrap();
    let wipe = Proposal::run(request(1, 1, 20), Action::Wipe);
    let lock = Proposal::run(request(1, 1, 20), Action::LockUsb);
    let reset = Reset::default();
    assert_eq!([seen.needs(&reset), wipe.needs(&reset), lock.needs(&reset)], [1, 2, 0]);
    assert!(lock.approved(&roster(1), &reset, &[], NOW).is_ok());
    assert_eq!((wipe.by(), wipe.at(), wipe.reason().as_str()), (person(1), NOW, "the lock was replaced"));
}

#[test]
fn a_proposal_is_stored_and_read_back_with_its_consents() {
    let mut proposal = proposal();
    proposal.consent(consent(&proposal, 1), &roster(1), &latches(), NOW).unwrap();
    let bytes = crypto::cbor::encode(&proposal);
    assert_eq!(crypto::cbor::decode(&bytes, &crypto::cbor::Limits::FRAME), Ok(proposal));
}

#[test]
fn every_mistake_has_a_code_and_a_sentence_of_its_own() {
    use alloc::string::ToString;
    let all = [
        Mistake::CausePresent(event(1)),
        Mistake::Consent(Refusal::OrderExpired),
        Mistake::FewPeople { have: 1, need: 2 },
        Mistake::Lonely { have: 1, need: 2 },
        Mistake::NoSuchLatch(event(1)),
        Mistake::Opener(person(1)),
        Mistake::Void(person(1)),
    ];
    let codes: BTreeSet<_> = all.iter().map(Mistake::code).collect();
    let words: BTreeSet<_> = all.iter().map(ToString::to_string).collect();
    assert_eq!((codes.len(), words.len()), (all.len(), all.len()));
}
