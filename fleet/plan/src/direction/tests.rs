use alloc::vec;

use vocab::{Action, Posture, Wall};

use super::*;
use crate::{
    facts::Facts,
    proposal::Proposal,
    testing::{event, open_lid, opening, request, secret, settled, with_consents},
};

fn sealed() -> Facts {
    let mut facts = settled();
    open_lid(&mut facts, 1);
    facts.devices[0].adopted.as_mut().unwrap().state.lease =
        Some(Lease { until: Wall(100), powered: 100, afterwards: Posture::Guarded });
    facts
}

/// Which way a change of the adopted state goes.
fn goes(change: impl FnOnce(&mut DeviceState)) -> Direction {
    let facts = sealed();
    let device = &facts.devices[0];
    let mut state = device.adopted.as_ref().unwrap().state.clone();
    change(&mut state);
    direction(&state, &[], device)
}

fn lease(until: i64, powered: u32, afterwards: Posture) -> Lease {
    Lease { until: Wall(until), powered, afterwards }
}

fn release() -> Order {
    let mut facts = sealed();
    facts.devices[0].latches[0].cause = crate::facts::Sensed::Gone;
    let proposal = Proposal::release(request(1, 1, 20), event(1), &facts.devices[0].latches).unwrap();
    with_consents(&proposal, &[1, 2])
}

fn run(action: Action) -> Order {
    Proposal::run(request(1, 1, 20), action).order().clone()
}

#[test]
fn each_line_of_the_list_decides_the_direction() {
    use Direction::{Relaxes, Tightens};
    assert_eq!(goes(|_| {}), Tightens);
    assert_eq!(goes(|state| state.arming = Arming::Storage), Relaxes);
    assert_eq!(goes(|state| state.posture = Posture::Isolated), Tightens);
    assert_eq!(goes(|state| state.tuning.enclosure.loop_samples += 1), Relaxes);
    assert_eq!(goes(|state| drop(state.reflexes.pop())), Relaxes);
    assert_eq!(goes(|state| state.orders = vec![run(Action::LatchVault)]), Tightens);
    assert_eq!(goes(|state| state.orders = vec![run(Action::Wipe)]), Relaxes);
    assert_eq!(goes(|state| state.orders = vec![release()]), Relaxes);
    assert_eq!(goes(|state| state.secrets.clear()), Tightens);
    assert_eq!(goes(|state| state.lease = None), Relaxes);
    assert_eq!(goes(|state| state.lease = Some(lease(99, 100, Posture::Sealed))), Tightens);
    assert_eq!(goes(|state| state.lease = Some(lease(101, 100, Posture::Guarded))), Relaxes);
    assert_eq!(goes(|state| state.lease = Some(lease(100, 101, Posture::Guarded))), Relaxes);
    assert_eq!(goes(|state| state.lease = Some(lease(100, 100, Posture::Normal))), Relaxes);
    assert_eq!(goes(|state| state.keyset = crate::testing::keyset(2).signed().clone()), Tightens);
    assert_eq!(goes(|state| state.roster = crate::testing::roster(2).signed().clone()), Relaxes);
}

#[test]
fn a_looser_posture_relaxes() {
    let mut facts = sealed();
    let old = &mut facts.devices[0].adopted.as_mut().unwrap().state;
    old.posture = Posture::Sealed;
    let state = DeviceState { posture: Posture::Isolated, ..old.clone() };
    assert_eq!(direction(&state, &[], &facts.devices[0]), Direction::Relaxes);
}

#[test]
fn an_order_that_was_obeyed_is_not_new() {
    let mut facts = sealed();
    let wipe = run(Action::Wipe);
    facts.devices[0].done.insert(wipe.id);
    let state =
        DeviceState { orders: vec![wipe], ..facts.devices[0].adopted.as_ref().unwrap().state.clone() };
    assert_eq!(direction(&state, &[], &facts.devices[0]), Direction::Tightens);
}

#[test]
fn a_secret_to_be_sealed_relaxes_and_so_does_the_first_state() {
    let mut facts = sealed();
    let state = facts.devices[0].adopted.as_ref().unwrap().state.clone();
    let seal = Seal { name: secret("wifi"), version: 2, to: *opening(1, 1).key() };
    assert_eq!(direction(&state, &[seal], &facts.devices[0]), Direction::Relaxes);
    facts.devices[0].adopted = None;
    assert_eq!(direction(&state, &[], &facts.devices[0]), Direction::Relaxes);
}
