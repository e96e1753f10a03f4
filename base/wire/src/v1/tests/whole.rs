//! There is no letter of a state with an order that lacks its people: the encoder cannot write one.

use alloc::vec;

use crypto::{
    cbor,
    refusal::Refusal,
    signed::{Letter, Signed, ToSign},
};
use vocab::{Action, OrderId};
use wire::v1::{DeviceState, Order, OrderKind};

use super::{
    cast::{ADA, BEN, EVENT, ada, ben, here, state},
    letters::{consent, device_state, release, with_consents},
};

fn signed_with(order: Order) -> Result<Signed<DeviceState>, Refusal> {
    Signed::seal_whole(&DeviceState { orders: vec![order], ..device_state() }, &state())
}

fn missing(have: usize, need: usize) -> Option<Refusal> {
    Some(Refusal::ConsentsMissing { have, need })
}

#[test]
fn a_state_whose_order_lacks_its_people_has_no_letter() {
    let by_ada = with_consents(release(), &[(consent(ADA, &release()), ada())]);
    assert_eq!(signed_with(release()).err(), missing(0, 2));
    assert_eq!(signed_with(by_ada).err(), missing(1, 2));
    let wipe = Order { kind: OrderKind::Run(Action::Wipe), ..release() };
    assert_eq!(signed_with(wipe).err(), missing(0, 2));
    let seen = Order { kind: OrderKind::Acknowledge(EVENT), ..release() };
    assert_eq!(signed_with(seen).err(), missing(0, 1));
    let minor = OrderKind::ReleaseLatch { event: EVENT, severity: vocab::Severity::Medium };
    assert_eq!(signed_with(Order { kind: minor, ..release() }).err(), missing(0, 1));
}

#[test]
fn one_order_without_its_people_among_others_is_enough() {
    let state_with =
        DeviceState { orders: [device_state().orders, vec![release()]].concat(), ..device_state() };
    assert_eq!(Signed::seal_whole(&device_state(), &state()).err(), None);
    assert_eq!(Signed::seal_whole(&state_with, &state()).err(), missing(0, 2));
}

#[test]
fn people_who_were_asked_something_else_are_not_its_people() {
    let both = |order: &Order| [(consent(ADA, order), ada()), (consent(BEN, order), ben())];
    let other = Order { id: OrderId(*b"something else.."), ..release() };
    assert_eq!(signed_with(with_consents(release(), &both(&other))).err(), Some(Refusal::OtherSubject(ADA)));
    let moved = DeviceState { device: vocab::DeviceId([0; 16]), ..device_state() };
    assert_eq!(
        Signed::seal_whole(&moved, &state()).err(),
        Some(Refusal::OtherSubject(ADA)),
        "consents are to an order for one device"
    );
    let twice = [(consent(ADA, &release()), ada()), (consent(ADA, &release()), ada())];
    assert_eq!(signed_with(with_consents(release(), &twice)).err(), Some(Refusal::DuplicateConsent(ADA)));
}

#[test]
fn a_chip_is_not_asked_to_sign_it_either() {
    let lacking = DeviceState { orders: vec![release()], ..device_state() };
    assert_eq!(lacking.audience(), here());
    assert_eq!(ToSign::whole(&lacking, state().public().id()).err(), missing(0, 2));
}

/// The planner's drafts and what an attacker sends are values like others: they can be written down and read.
#[test]
fn what_lacks_its_people_can_still_be_read_and_talked_about() {
    let lacking = DeviceState { orders: vec![release()], ..device_state() };
    assert_eq!(cbor::decode(&cbor::encode(&lacking), &DeviceState::LIMITS), Ok(lacking));
}
