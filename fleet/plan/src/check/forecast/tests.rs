use alloc::vec;

use policy::Then;
use vocab::{Interlock, InterlockRule};

use super::*;
use crate::{
    check::tests::{forged, planned, refused, ruled},
    proposal::Proposal,
    testing::{adopt, device, id, open_lid, request, settled, sign},
};

/// Device 1 was opened, and isolating it would hurt whom this condition says.
pub(crate) fn interlocked(reading: Option<InterlockReading>) -> Facts {
    let mut facts = settled();
    let line = InterlockRule {
        withholds: Action::Isolate,
        condition: Interlock::Occupied,
        instead: Some(Action::LockUsb),
    };
    facts.documents[0].interlocks = Some(vec![line]);
    let plan = planned(&facts);
    sign(&mut facts, &plan);
    adopt(&mut facts);
    open_lid(&mut facts, 1);
    let opened = device(&mut facts, 1);
    opened.posture = Posture::Guarded;
    opened.interlocks = reading.map(|reading| (Interlock::Occupied, reading)).into_iter().collect();
    facts
}

#[test]
fn an_act_that_an_interlock_would_withhold_is_refused_beforehand() {
    let withheld = |reading| {
        let (action, condition) = (Action::Isolate, Interlock::Occupied);
        vec![Refusal::Interlocked { device: id(1), action, condition, reading }]
    };
    assert_eq!(refused(&interlocked(Some(InterlockReading::Engaged))), withheld(InterlockReading::Engaged));
    assert_eq!(refused(&interlocked(Some(InterlockReading::Unknown))), withheld(InterlockReading::Unknown));
    assert_eq!(refused(&interlocked(None)), withheld(InterlockReading::Unknown), "not said is unknown");
    assert_eq!(refused(&interlocked(Some(InterlockReading::Clear))), vec![]);
}

#[test]
fn an_interlock_stands_against_orders_too_whoever_gave_them() {
    let mut facts = interlocked(None);
    device(&mut facts, 1).posture = Posture::Sealed;
    assert_eq!(refused(&facts), vec![], "what is in force already is not done again");
    let order = Proposal::run(request(1, 1, 20), Action::Isolate).order().clone();
    let ordered = forged(&facts, |p| p.state.orders.push(order));
    assert!(matches!(ordered[..], [Refusal::Interlocked { .. }]), "{ordered:?}");
}

#[test]
fn an_act_without_an_inverse_takes_an_author_who_knows() {
    let off = |undo| Then { orders: vec![Action::PowerOff], undo, ..Then::default() };
    let latched = |then| {
        let mut facts = ruled(then);
        open_lid(&mut facts, 1);
        refused(&facts)
    };
    assert_eq!(latched(off(Undo::ByInverse)), vec![Refusal::NoInverse(id(1), Action::PowerOff)]);
    assert_eq!(latched(off(Undo::ByHand)), vec![]);
    assert_eq!(latched(Then { orders: vec![Action::LockUsb], ..Then::default() }), vec![]);
}

#[test]
fn an_event_elsewhere_does_no_more_than_can_be_undone() {
    let more = vec![Refusal::MoreThanReversible(id(1))];
    let posture = |posture| ruled(Then { posture, ..Then::default() });
    assert_eq!(refused(&posture(Posture::Sealed)), more);
    assert_eq!(refused(&posture(Posture::Isolated)), vec![]);
    let order = |action| ruled(Then { orders: vec![action], ..Then::default() });
    assert_eq!(refused(&order(Action::LatchVault)), more);
    assert_eq!(refused(&order(Action::LockUsb)), vec![]);
    // Harmless twins: the device itself is tampered, or its identity is in doubt.
    let mut own = posture(Posture::Sealed);
    open_lid(&mut own, 1);
    assert_eq!(refused(&own), vec![]);
    let mut forked = posture(Posture::Sealed);
    device(&mut forked, 1).incidents[0].kind = policy::IncidentKind::Fork;
    assert_eq!(refused(&forked), vec![]);
}
