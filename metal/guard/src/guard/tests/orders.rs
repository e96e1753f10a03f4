//! Resets and other orders, from the fleet to the hand.

use alloc::vec::Vec;
use core::time::Duration;

use vocab::{Action, Cause, Generation, OrderId, Outcome, Posture, TamperState};
use wire::v1::{
    Body, OrderKind,
    body::{Change, Direction},
};

use super::adoption::{adoptions, is_adopted};
use crate::{
    Input, Refusal,
    kit::{
        Rig, closed,
        fleet::{proof_bytes, release},
        open,
    },
};

/// A device that was opened, and shut again.
fn sealed() -> Rig {
    let mut rig = Rig::armed();
    rig.say("lid", open());
    rig.pass(Duration::from_secs(1));
    rig.say("lid", closed());
    rig.pass(Duration::from_secs(5));
    rig
}

/// A reset of the first latch, by two people who had seen the whole journal.
fn reset(rig: &Rig, id: u8) -> wire::v1::Order {
    let latch = &rig.guard().latches()[0];
    rig.fleet.order(id, release(latch.event, latch.severity), rig.position(), &[0, 1])
}

fn adopt_reset(rig: &mut Rig) {
    let order = reset(rig, 1);
    rig.adopt(|state| state.orders = [order].into());
}

#[test]
fn a_reset_releases_exactly_what_it_names_and_undoes_what_that_held() {
    let mut rig = sealed();
    assert_eq!(rig.posture(), Posture::Sealed);
    rig.acts.clear();
    adopt_reset(&mut rig);
    assert_eq!(rig.refusals, []);
    assert_eq!((rig.posture(), rig.guard().latches().len()), (Posture::Normal, 0));
    let done: Vec<Action> = rig.acts.iter().map(|(_, action)| action.clone()).collect();
    assert_eq!(done, [Action::Rejoin, Action::UnlockUsb, Action::RearmVault]);
    let released = rig.changes().into_iter().find_map(|change| match change {
        Change::Released { order, state, .. } => Some((order, state)),
        _ => None,
    });
    assert_eq!(released, Some((Some(OrderId([1; 16])), TamperState::Normal)));
    assert!(rig.reconciled >= 2, "secrets may be opened again");
}

#[test]
fn a_reset_before_the_lid_opened_again_does_not_relax_the_device() {
    for pause in [Duration::from_secs(10), Duration::from_mins(3)] {
        let mut rig = sealed();
        let order = reset(&rig, 1);
        rig.pass(pause);
        rig.say("lid", open());
        rig.pass(Duration::from_secs(1));
        rig.say("lid", closed());
        rig.pass(Duration::from_secs(5));
        rig.adopt(|state| state.orders = [order].into());
        assert_eq!(rig.posture(), Posture::Sealed, "after {pause:?}");
        let events = rig.guard().latches().len();
        assert_eq!(rig.refusals.is_empty(), events == 1 && rig.guard().obeys().generation == Generation(2));
    }
}

#[test]
fn repeats_that_were_only_counted_are_told_before_a_reset_is_judged() {
    let mut rig = sealed();
    for _ in 0..3 {
        rig.say("lid", open());
        rig.pass(Duration::from_millis(300));
        rig.say("lid", closed());
        rig.pass(Duration::from_millis(2_500));
    }
    // The third repeat is counted and not written; a plan that has seen all that is written has not seen it.
    let order = reset(&rig, 1);
    let letter = rig.next(|state| state.orders = [order].into());
    rig.give(Input::State(letter.bytes().to_vec()));
    let proof = rig.fleet.prove(&letter, 2, 1);
    rig.give(Input::Proof(proof_bytes(&proof)));
    assert!(matches!(rig.refusals.last(), Some(Refusal::BeyondBasis(_))), "{:?}", rig.refusals);
    assert_eq!(rig.posture(), Posture::Sealed);
}

#[test]
fn a_reset_while_the_lid_is_open_is_refused_and_taken_when_it_is_shut() {
    let mut rig = Rig::armed();
    rig.say("lid", open());
    rig.pass(Duration::from_secs(1));
    let order = reset(&rig, 1);
    let letter = rig.next(|state| state.orders = [order].into());
    let proof = rig.fleet.prove(&letter, 2, 1);
    rig.give(Input::State(letter.bytes().to_vec()));
    rig.give(Input::Proof(proof_bytes(&proof)));
    assert_eq!(rig.refusals, [Refusal::CausePresent(crate::kit::zone("lid"))]);
    rig.say("lid", closed());
    rig.pass(Duration::from_secs(5));
    rig.give(Input::State(letter.bytes().to_vec()));
    assert_eq!((rig.posture(), rig.refusals.len()), (Posture::Normal, 1));
}

#[test]
fn one_of_two_events_keeps_the_device_sealed() {
    let mut rig = sealed();
    rig.say("rear", open());
    rig.pass(Duration::from_secs(1));
    rig.say("rear", closed());
    rig.pass(Duration::from_secs(5));
    rig.acts.clear();
    adopt_reset(&mut rig);
    assert_eq!((rig.posture(), rig.guard().latches().len(), rig.acts.len()), (Posture::Sealed, 1, 0));
}

#[test]
fn having_been_seen_an_event_still_latches() {
    let mut rig = sealed();
    let event = rig.guard().latches()[0].event;
    let order = rig.fleet.order(3, OrderKind::Acknowledge(event), rig.position(), &[0]);
    rig.adopt(|state| state.orders = [order].into());
    assert_eq!(rig.guard().latches()[0].state, TamperState::Acknowledged);
    assert_eq!(rig.posture(), Posture::Sealed);
    assert!(is_adopted(&adoptions(&rig)[2], 2, Direction::Tightens));
}

#[test]
fn an_order_is_obeyed_once_and_its_receipt_names_it() {
    let mut rig = Rig::armed();
    let order = rig.fleet.order(5, OrderKind::Run(Action::LockUsb), rig.position(), &[]);
    rig.adopt(|state| state.orders = [order].into());
    let causes: Vec<_> = rig
        .bodies()
        .into_iter()
        .filter_map(|body| match body {
            Body::Receipt(receipt) => Some((receipt.action, receipt.cause, receipt.outcome)),
            _ => None,
        })
        .collect();
    let by = Cause::Order(OrderId([5; 16]));
    let expected = [(Action::LockUsb, by, Outcome::Intended), (Action::LockUsb, by, Outcome::Done)];
    assert_eq!(causes, expected);
    rig.acts.clear();
    rig.adopt(|_| {});
    assert!(rig.acts.is_empty(), "the order still stands in the state");
    rig.cut();
    rig.boot();
    rig.settle();
    let done: Vec<_> = rig.acts.iter().map(|(_, action)| action.clone()).collect();
    assert_eq!(done, [Action::LockUsb], "what an order holds in force stays so over a boot");
}

#[test]
fn a_wipe_takes_two_people_and_is_never_undone() {
    let mut rig = Rig::armed();
    let order = rig.fleet.order(5, OrderKind::Run(Action::Wipe), rig.position(), &[0]);
    rig.adopt(|state| state.orders = [order].into());
    assert!(!rig.did(&Action::Wipe));
    let order = rig.fleet.order(6, OrderKind::Run(Action::Wipe), rig.position(), &[0, 2]);
    rig.adopt(|state| state.orders = [order].into());
    assert!(rig.did(&Action::Wipe));
    assert_eq!(rig.posture(), Posture::Wiped);
    rig.adopt(|state| state.orders.clear());
    assert_eq!(rig.posture(), Posture::Wiped);
}

#[test]
fn what_repeats_a_released_event_is_an_event_of_its_own() {
    let mut rig = sealed();
    adopt_reset(&mut rig);
    rig.say("lid", open());
    rig.pass(Duration::from_millis(300));
    assert_eq!((rig.events().len(), rig.posture()), (2, Posture::Sealed));
}
