use alloc::vec;

use policy::Then;
use vocab::{Posture, Severity};
use wire::v1::body::Direction;

use super::*;
use crate::{
    planner::{
        plan,
        tests::{approve_release, changes, in_an_hour, only, planned, rule},
    },
    testing::{NOW, adopt, device, event, open_lid, opened_lid, person, position, request, settled, sign},
};
use vocab::Arming;

#[test]
fn an_approved_release_goes_out_with_its_consents() {
    let mut facts = settled();
    open_lid(&mut facts, 1);
    let plan = planned(&facts);
    sign(&mut facts, &plan);
    adopt(&mut facts);
    approve_release(&mut facts, 20);
    let planned = only(&facts);
    assert_eq!(changes(&planned), [Change::Orders]);
    assert_eq!((planned.state.orders.len(), planned.state.orders[0].consents.len()), (1, 2));
    assert_eq!(planned.direction, Direction::Relaxes);
    let people = format!("release {}: approved by {} and {}", event(1), person(1), person(2));
    assert_eq!(planned.reasons[0].because, people);
}

#[test]
fn a_release_that_the_device_would_refuse_is_left_out_and_said() {
    let prepared = || {
        let mut facts = settled();
        open_lid(&mut facts, 1);
        let plan = planned(&facts);
        sign(&mut facts, &plan);
        facts
    };
    let order = request(1, 1, 20).order;
    let left = |facts: &Facts| {
        let (plan, left) = plan(facts);
        assert_eq!(plan, None);
        left.into_iter().map(|left| left.why).filter(|why| *why != Why::SecretsSuspended).collect::<Vec<_>>()
    };
    let mut stale = prepared();
    approve_release(&mut stale, 19);
    assert_eq!(left(&stale), [Why::OrderStale(order)]);
    let mut again = prepared();
    approve_release(&mut again, 20);
    device(&mut again, 1).latches[0].position = position(1, 21).cursor();
    assert_eq!(left(&again), [Why::OrderStale(order)]);
    let mut worse = prepared();
    approve_release(&mut worse, 20);
    device(&mut worse, 1).latches[0].severity = Severity::Critical;
    assert_eq!(left(&worse), [Why::OrderStale(order)]);
    let mut open = prepared();
    approve_release(&mut open, 20);
    device(&mut open, 1).latches[0].cause = Sensed::Unknown;
    assert_eq!(left(&open), [Why::CausePresent(event(1))]);
    let mut late = prepared();
    approve_release(&mut late, 20);
    late.now = in_an_hour();
    assert_eq!(left(&late), [Why::OrderExpired(order)]);
    let mut over = prepared();
    approve_release(&mut over, 20);
    device(&mut over, 1).latches.clear();
    assert_eq!(left(&over), [], "what latches no longer needs no release");
    let mut done = prepared();
    approve_release(&mut done, 20);
    device(&mut done, 1).done.insert(order);
    assert_eq!(left(&done), []);
}

#[test]
fn an_order_that_was_obeyed_is_dropped_without_a_state_of_its_own() {
    let mut facts = settled();
    open_lid(&mut facts, 1);
    approve_release(&mut facts, 20);
    let plan_of_one = planned(&facts);
    assert_eq!(plan_of_one.devices()[0].state.orders.len(), 1);
    sign(&mut facts, &plan_of_one);
    adopt(&mut facts);
    device(&mut facts, 1).done.insert(request(1, 1, 20).order);
    device(&mut facts, 1).latches.clear();
    assert_eq!(plan(&facts).0, None);
    device(&mut facts, 1).asked = Some(Arming::Transport);
    assert_eq!(only(&facts).state.orders, vec![]);
}

#[test]
fn an_order_that_ran_out_keeps_an_unadopted_state_from_being_refused() {
    let mut facts = settled();
    open_lid(&mut facts, 1);
    approve_release(&mut facts, 20);
    let plan_of_one = planned(&facts);
    sign(&mut facts, &plan_of_one);
    facts.now = in_an_hour();
    let next = only(&facts);
    assert_eq!((next.state.orders.len(), changes(&next)), (0, vec![Change::Orders]));
    adopt(&mut facts);
    assert_eq!(plan(&facts).0, None, "what was adopted is not told again");
}

/// A document that locks USB on any tampering.
fn locking() -> Facts {
    let mut facts = settled();
    facts.documents[0].rules.push(rule(Then { orders: vec![Action::LockUsb], ..Then::default() }));
    open_lid(&mut facts, 1);
    facts
}

#[test]
fn what_a_rule_orders_is_ordered_once_for_each_incident() {
    let mut facts = locking();
    let first = only(&facts);
    let [order] = &first.state.orders[..] else { panic!("{:?}", first.state.orders) };
    assert_eq!((&order.kind, order.basis), (&OrderKind::Run(Action::LockUsb), position(1, 20)));
    assert!(first.reasons.iter().any(|r| r.because == "lock-usb: rule `more` of document `all` says so"));
    let plan_of_one = planned(&facts);
    sign(&mut facts, &plan_of_one);
    // More is known by now, and the order stays what it was.
    device(&mut facts, 1).accepted = Some(position(1, 30));
    facts.now = in_an_hour();
    assert_eq!(plan(&facts).0, None);
    adopt(&mut facts);
    device(&mut facts, 1).done.insert(order.id);
    device(&mut facts, 1).ordered.insert(Action::LockUsb);
    assert_eq!(plan(&facts).0, None, "it is single use");
    device(&mut facts, 1).asked = Some(Arming::Transport);
    assert_eq!(only(&facts).state.orders, vec![], "and not carried on");
    device(&mut facts, 1).asked = None;
    device(&mut facts, 1).incidents.push(another());
    let second = only(&facts);
    assert_ne!(second.state.orders[0].id, order.id);
}

fn another() -> policy::IncidentFacts {
    policy::IncidentFacts { id: IncidentId::v7(NOW, [77; 10]), ..opened_lid(1) }
}

#[test]
fn what_no_rule_wants_any_more_is_undone_once_nothing_is_latched() {
    let mut facts = locking();
    let plan_of_one = planned(&facts);
    sign(&mut facts, &plan_of_one);
    adopt(&mut facts);
    let order = facts.devices[0].signed.as_ref().unwrap().state.orders[0].id;
    let lit = device(&mut facts, 1);
    lit.done.insert(order);
    lit.ordered.insert(Action::LockUsb);
    lit.incidents.clear();
    let still_latched = only(&facts);
    assert!(still_latched.state.orders.is_empty(), "nothing is undone under a latch");
    device(&mut facts, 1).latches.clear();
    let undone = only(&facts);
    assert_eq!(undone.state.orders[0].kind, OrderKind::Run(Action::UnlockUsb));
    assert_eq!(undone.state.posture, Posture::Normal);
    let plan_of_one = planned(&facts);
    sign(&mut facts, &plan_of_one);
    device(&mut facts, 1).accepted = Some(position(1, 40));
    assert_eq!(plan(&facts).0, None, "the undoing is ordered once too");
    adopt(&mut facts);
    let undoing = facts.devices[0].signed.as_ref().unwrap().state.orders[0].id;
    let lit = device(&mut facts, 1);
    lit.done.insert(undoing);
    lit.ordered.clear();
    assert_eq!(plan(&facts).0, None);
}

#[test]
fn what_the_posture_demands_is_not_undone() {
    let mut facts = settled();
    facts.documents[0].rules.push(rule(Then { posture: Posture::Isolated, ..Then::default() }));
    let lit = device(&mut facts, 1);
    lit.ordered.insert(Action::Isolate);
    lit.incidents.push(policy::IncidentFacts { severity: Severity::Low, ..opened_lid(1) });
    assert_eq!(only(&facts).state.orders, vec![]);
}
