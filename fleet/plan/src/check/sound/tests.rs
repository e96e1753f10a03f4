use alloc::vec;

use vocab::{Action, Generation, Interlock, InterlockRule};

use super::*;
use crate::{
    check::tests::{asked, forged, planned, refusals},
    proposal::Proposal,
    testing::{NOW, device, id, open_lid, opening, position, request, secret, settled, sign},
    value::Seal,
};

#[test]
fn a_plan_made_from_older_facts_is_refused() {
    let mut facts = asked();
    let plan = planned(&facts);
    sign(&mut facts, &plan);
    let generation = Refusal::Generation { device: id(1), planned: Generation(2), above: Generation(2) };
    assert_eq!(refusals(plan.clone(), &facts), vec![generation, Refusal::Previous(id(1))]);
    let mut restored = asked();
    device(&mut restored, 1).highest = Generation(7);
    let generation = Refusal::Generation { device: id(1), planned: Generation(2), above: Generation(7) };
    assert_eq!(refusals(plan, &restored), vec![generation]);
}

#[test]
fn a_state_that_claims_to_have_seen_too_much_is_refused() {
    let facts = asked();
    let beyond = |planned: &mut Planned| planned.state.basis = position(1, 11);
    assert_eq!(forged(&facts, beyond), vec![Refusal::BasisBeyond(id(1))]);
}

#[test]
fn a_floor_above_its_own_generation_is_refused() {
    let above = |planned: &mut Planned| planned.state.floor = Generation(3);
    assert_eq!(forged(&asked(), above), vec![Refusal::FloorAbove(id(1))]);
}

#[test]
fn data_is_destroyed_by_no_posture_lease_or_lone_reflex() {
    let irreversible = vec![Refusal::Irreversible(id(1))];
    assert!(forged(&asked(), |p| p.state.posture = Posture::Wiped).contains(&irreversible[0]));
    let lease = wire::v1::state::Lease { until: NOW, powered: 1, afterwards: Posture::Wiped };
    assert_eq!(forged(&asked(), |p| p.state.lease = Some(lease)), irreversible);
    assert_eq!(forged(&asked(), |p| p.state.reflexes[1].posture = Posture::Wiped), irreversible);
    assert_eq!(forged(&asked(), |p| p.state.reflexes[1].actions.push(Action::Wipe)), irreversible);
    // Harmless twin: two independent groups, verified, may (DESIGN §4).
    let verified = |p: &mut Planned| {
        p.state.reflexes[1].verification = Verification::Verified;
        p.state.reflexes[1].actions.push(Action::Wipe);
    };
    assert_eq!(forged(&asked(), verified), vec![]);
}

#[test]
fn an_unsafe_alternative_is_refused() {
    let line = |withholds, instead| InterlockRule {
        withholds,
        condition: Interlock::Occupied,
        instead: Some(instead),
    };
    let unsafe_one = |action| vec![Refusal::AlternativeUnsafe(id(1), action)];
    let wipe = |p: &mut Planned| p.state.interlocks = vec![line(Action::PowerOff, Action::Wipe)];
    assert_eq!(forged(&asked(), wipe), unsafe_one(Action::Wipe));
    let hazardous = |p: &mut Planned| {
        p.state.interlocks =
            vec![line(Action::PowerOff, Action::Isolate), line(Action::Isolate, Action::LockUsb)];
    };
    assert_eq!(forged(&asked(), hazardous), unsafe_one(Action::Isolate));
}

#[test]
fn one_order_twice_is_refused() {
    let order = Proposal::run(request(1, 1, 10), Action::LockUsb).order().clone();
    let twice = |p: &mut Planned| p.state.orders = vec![order.clone(), order.clone()];
    assert!(forged(&asked(), twice).contains(&Refusal::OrderTwice(id(1), order.id)));
}

#[test]
fn a_state_beyond_the_limit_of_its_letter_is_refused() {
    let line = InterlockRule { withholds: Action::PowerOff, condition: Interlock::Occupied, instead: None };
    let huge = |p: &mut Planned| p.state.interlocks = vec![line.clone(); 60_000];
    assert!(matches!(forged(&asked(), huge)[..], [Refusal::TooLarge { bytes, .. }] if bytes > 256 * 1024));
}

#[test]
fn a_device_that_is_unknown_or_revoked_gets_nothing() {
    let mut facts = asked();
    let plan = planned(&facts);
    device(&mut facts, 1).standing = Standing::Revoked;
    assert_eq!(refusals(plan.clone(), &facts), vec![Refusal::Outsider(id(1))]);
    facts.devices.remove(0);
    assert_eq!(refusals(plan, &facts), vec![Refusal::Outsider(id(1))]);
}

#[test]
fn secrets_go_to_sound_devices_under_the_key_that_they_attested() {
    let secrets = vec![Refusal::Secrets(id(1))];
    let mut facts = asked();
    let plan = planned(&facts);
    assert!(!plan.devices()[0].state.secrets.is_empty());
    device(&mut facts, 1).standing = Standing::Suspended;
    assert_eq!(refusals(plan.clone(), &facts), secrets);
    device(&mut facts, 1).standing = Standing::Sound;
    device(&mut facts, 1).opening = None;
    assert_eq!(refusals(plan.clone(), &facts), secrets);
    device(&mut facts, 1).opening = Some(opening(1, 1));
    assert_eq!(refusals(plan, &facts), secrets);
    let other = Seal { name: secret("wifi"), version: 1, to: *opening(2, 0).key() };
    assert_eq!(forged(&asked(), |p| p.seal.push(other)), secrets);
}

#[test]
fn a_rotation_of_what_nobody_exposed_is_refused() {
    let mut facts = settled();
    open_lid(&mut facts, 1);
    let mut plan = planned(&facts);
    plan.rotations[0].exposed = 9;
    assert_eq!(refusals(plan.clone(), &facts), vec![Refusal::Rotation { named: 9, exposed: Some(1) }]);
    plan.rotations[0].by = [id(2)].into();
    assert_eq!(refusals(plan.clone(), &facts), vec![Refusal::Rotation { named: 9, exposed: None }]);
    plan.rotations[0].secret = secret("nonesuch");
    assert_eq!(refusals(plan, &facts), vec![Refusal::Rotation { named: 9, exposed: None }]);
}
