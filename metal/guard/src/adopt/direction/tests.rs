use alloc::vec::Vec;

use crypto::{key::KeyId, seal, signed::Signed};
use vocab::{
    Action, Arming, EventId, Generation, Interlock, InterlockRule, Millis, OrderId, Posture, SecretName,
    Severity, Wall,
};
use wire::v1::{
    DeviceState, OrderKind,
    body::Direction::{self, Relaxes, Tightens},
    state::{Lease, SealedSecret},
};

use super::of;
use crate::{
    kit::fleet::{Fleet, nowhere, release},
    memory::Memory,
};

const LEASE: Lease = Lease { until: Wall(1_000), powered: 60, afterwards: Posture::Isolated };

/// An adopted state that is neither the loosest nor the tightest.
fn old(fleet: &Fleet) -> DeviceState {
    DeviceState {
        arming: Arming::Transport,
        posture: Posture::Guarded,
        lease: Some(LEASE),
        secrets: Vec::from([secret("kept")]),
        ..fleet.draft(1, None)
    }
}

fn secret(name: &str) -> SealedSecret {
    let key = seal::SoftwareOpening::from_seed([1; 32]);
    let to = *seal::OpeningKey::public(&key);
    let sealed = seal::seal_to(&to, b"info", b"", [2; 32], b"secret");
    SealedSecret {
        name: SecretName::new(name).unwrap(),
        key: KeyId([1; 8]),
        sealed,
        generation: Generation(1),
    }
}

fn direction(change: impl FnOnce(&mut DeviceState)) -> Direction {
    let fleet = Fleet::new();
    let mut new = DeviceState { generation: Generation(2), ..old(&fleet) };
    change(&mut new);
    of(&new, Some(&old(&fleet)), &latched())
}

const LATCHED: EventId = EventId([1; 16]);
const OBEYED: OrderId = OrderId([9; 16]);

fn latched() -> Memory {
    let mut memory = Memory::empty();
    let latch = crate::kit::record::latch(LATCHED, Severity::High);
    memory.standing.latches.push(latch);
    memory.standing.orders.push(OBEYED);
    memory
}

fn ordered(id: u8, kind: OrderKind) -> Direction {
    direction(|state| state.orders.push(Fleet::new().order(id, kind, nowhere(), &[])))
}

#[test]
fn the_first_state_relaxes() {
    let fleet = Fleet::new();
    assert_eq!(of(&old(&fleet), None, &Memory::empty()), Relaxes);
}

#[test]
fn arming_tightens_when_it_is_equal_or_becomes_armed() {
    assert_eq!(direction(|_| {}), Tightens);
    for (arming, expected) in [
        (Arming::Storage, Relaxes),
        (Arming::Transport, Tightens),
        (Arming::Commissioning, Relaxes),
        (Arming::Armed, Tightens),
        (Arming::Service, Relaxes),
        (Arming::Retired, Relaxes),
    ] {
        assert_eq!(direction(|state| state.arming = arming), expected, "{arming:?}");
    }
}

#[test]
fn a_posture_tightens_when_it_is_not_looser() {
    assert_eq!(direction(|state| state.posture = Posture::Normal), Relaxes);
    assert_eq!(direction(|state| state.posture = Posture::Sealed), Tightens);
}

#[test]
fn tables_tighten_when_they_are_equal() {
    assert_eq!(direction(|state| state.tuning.silence.sensor_after = Millis(1)), Relaxes);
    assert_eq!(direction(|state| state.reflexes.clear()), Relaxes);
    let rule = InterlockRule { withholds: Action::PowerOff, condition: Interlock::Occupied, instead: None };
    assert_eq!(direction(|state| state.interlocks.push(rule)), Relaxes);
    let mut fleet = Fleet::new();
    fleet.roster.version = 2;
    assert_eq!(direction(|state| state.roster = Signed::seal(&fleet.roster, &fleet.root)), Relaxes);
    fleet.keyset.version = 2;
    let keyset = Signed::seal(&fleet.keyset, &fleet.root);
    assert_eq!(direction(|state| state.keyset = keyset), Tightens, "the root alone changes a keyset");
}

#[test]
fn a_release_relaxes_and_reversible_and_recoverable_orders_tighten() {
    assert_eq!(ordered(1, release(LATCHED, Severity::High)), Relaxes);
    assert_eq!(ordered(1, release(EventId([2; 16]), Severity::High)), Tightens, "that releases nothing");
    assert_eq!(ordered(1, OrderKind::Acknowledge(LATCHED)), Tightens);
    assert_eq!(ordered(1, OrderKind::Run(Action::Isolate)), Tightens);
    assert_eq!(ordered(1, OrderKind::Run(Action::PowerOff)), Tightens);
    assert_eq!(ordered(1, OrderKind::Run(Action::Wipe)), Relaxes);
    assert_eq!(ordered(9, OrderKind::Run(Action::Wipe)), Tightens, "it was obeyed already");
}

#[test]
fn a_secret_more_relaxes_and_one_less_does_not() {
    assert_eq!(direction(|state| state.secrets.push(secret("new"))), Relaxes);
    assert_eq!(direction(|state| state.secrets.clear()), Tightens);
}

#[test]
fn a_lease_tightens_when_it_does_not_end_later() {
    let lease = |lease| direction(|state| state.lease = lease);
    assert_eq!(lease(None), Relaxes);
    assert_eq!(lease(Some(Lease { until: Wall(999), ..LEASE })), Tightens);
    assert_eq!(lease(Some(Lease { until: Wall(1_001), ..LEASE })), Relaxes);
    assert_eq!(lease(Some(Lease { powered: 61, ..LEASE })), Relaxes);
    assert_eq!(lease(Some(Lease { afterwards: Posture::Normal, ..LEASE })), Relaxes);
    assert_eq!(lease(Some(Lease { afterwards: Posture::Sealed, ..LEASE })), Tightens);
    let fleet = Fleet::new();
    let none = DeviceState { lease: None, ..old(&fleet) };
    assert_eq!(of(&old(&fleet), Some(&none), &Memory::empty()), Tightens, "a lease where there was none");
}
