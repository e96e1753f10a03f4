use alloc::{vec, vec::Vec};
use core::time::Duration;

use policy::Reset;
use vocab::{Action, Severity};

use super::*;
use crate::{
    check::tests::{asked, forged, planned, refusals},
    facts::Sensed,
    proposal::Proposal,
    testing::{NOW, device, event, id, open_lid, person, request, settled, with_consents},
    value::Plan,
};

/// Device 1 was opened and closed again; its release, with these people's consents, stands in the plan.
pub(crate) fn released(people: &[u8]) -> (Plan, Facts) {
    let mut facts = settled();
    open_lid(&mut facts, 1);
    device(&mut facts, 1).latches[0].cause = Sensed::Gone;
    let proposal = Proposal::release(request(1, 1, 20), event(1), &device(&mut facts, 1).latches).unwrap();
    let mut plan = planned(&facts);
    plan.devices[0].state.orders.push(with_consents(&proposal, people));
    (plan, facts)
}

fn consents_refused(reason: crypto::refusal::Refusal) -> Vec<Refusal> {
    vec![Refusal::Consents { device: id(1), order: request(1, 1, 20).order, reason }]
}

#[test]
fn a_severe_latch_is_released_by_two_people_and_not_by_one() {
    use crypto::refusal::Refusal as Crypto;
    let (plan, facts) = released(&[1, 2]);
    assert_eq!(refusals(plan, &facts), vec![]);
    let (plan, facts) = released(&[1]);
    assert_eq!(refusals(plan, &facts), consents_refused(Crypto::ConsentsMissing { have: 1, need: 2 }));
    let (plan, facts) = released(&[1, 1]);
    assert_eq!(refusals(plan, &facts), consents_refused(Crypto::DuplicateConsent(person(1))));
    let (plan, facts) = released(&[1, 9]);
    assert_eq!(refusals(plan, &facts), consents_refused(Crypto::Stranger(person(9))));
}

#[test]
fn documents_that_ask_for_more_people_get_them() {
    let (plan, mut facts) = released(&[1, 2]);
    facts.documents[0].reset = Some(Reset { people: 3, from: Severity::Low });
    let few = Refusal::FewPeople { device: id(1), order: request(1, 1, 20).order, have: 2, need: 3 };
    assert_eq!(refusals(plan, &facts), vec![few]);
}

#[test]
fn whoever_was_let_in_does_not_reset() {
    let (plan, mut facts) = released(&[1, 2]);
    device(&mut facts, 1).latches[0].openers = [person(2), person(3)].into();
    assert_eq!(
        refusals(plan, &facts),
        vec![Refusal::Opener { device: id(1), event: event(1), person: person(2) }]
    );
}

#[test]
fn an_irreversible_order_takes_two_people() {
    use crypto::refusal::Refusal as Crypto;
    let wipe = Proposal::run(request(1, 1, 20), Action::Wipe);
    let with = |people: &[u8]| forged(&asked(), |p| p.state.orders.push(with_consents(&wipe, people)));
    assert_eq!(with(&[1, 2]), vec![]);
    assert_eq!(with(&[2]), consents_refused(Crypto::ConsentsMissing { have: 1, need: 2 }));
    let alone = with(&[]);
    assert!(alone.contains(&consents_refused(Crypto::ConsentsMissing { have: 0, need: 2 })[0]), "{alone:?}");
}

#[test]
fn an_order_that_ran_out_is_refused() {
    let mut facts = asked();
    let order = Proposal::run(request(1, 1, 20), Action::LockUsb).order().clone();
    let mut plan = planned(&facts);
    plan.devices[0].state.orders.push(order);
    facts.now = NOW + Duration::from_hours(1);
    assert_eq!(refusals(plan, &facts), consents_refused(crypto::refusal::Refusal::OrderExpired));
}
