use alloc::{collections::BTreeMap, vec};

use core::time::Duration;

use policy::{Rule, Then, When};
use proptest::prelude::*;
use vocab::{Action, DeviceId, IncidentId, Severity};
use wire::v1::{OrderKind, body::Direction};

use super::*;
use crate::{
    facts::{Sensed, Tally},
    proposal::Proposal,
    testing::{
        NOW, adopt, device, document, event, fleet, fresh, id, keyset, new_fleet, open_lid, opened_lid,
        opening, person, position, request, roster, secret, settled, sign, with_consents,
    },
    value::{Retirement, Rotation, Seal},
};
use crypto::{approved::Approved, signed::Audience};

fn planned(facts: &Facts) -> Plan {
    plan(facts).0.unwrap()
}

fn changes(planned: &Planned) -> Vec<Change> {
    let mut changes: Vec<_> = planned.reasons.iter().map(|reason| reason.change).collect();
    changes.dedup();
    changes
}

fn only(facts: &Facts) -> Planned {
    let plan = planned(facts);
    assert_eq!(
        plan.devices().len(),
        1,
        "{:?}",
        plan.devices().iter().map(|p| p.state.device).collect::<Vec<_>>()
    );
    plan.devices()[0].clone()
}

fn in_an_hour() -> Wall {
    NOW + Duration::from_hours(1)
}

/// The latch of device 1 released by two people, its cause gone.
fn approve_release(facts: &mut Facts, seen: u64) {
    device(facts, 1).latches[0].cause = Sensed::Gone;
    let proposal = Proposal::release(request(1, 1, seen), event(1), &device(facts, 1).latches).unwrap();
    let order = with_consents(&proposal, &[1, 2]);
    let audience = Audience::device(fleet(), id(1));
    let approved = Approved::verify(order, &audience, &roster(1), NOW).unwrap();
    device(facts, 1).approved.push(approved);
}

fn rule(then: Then) -> Rule {
    let when = When { incident: [policy::IncidentKind::Tamper].into(), ..When::default() };
    Rule { name: "more".parse().unwrap(), when, then }
}

#[test]
fn a_new_fleet_gets_complete_first_states() {
    let (plan, left) = plan(&new_fleet());
    let plan = plan.unwrap();
    assert_eq!((plan.devices().len(), left), (20, vec![]));
    let first = &plan.devices()[0];
    assert_eq!(
        (first.state.device, first.state.generation, first.state.previous),
        (id(1), Generation(1), None)
    );
    assert_eq!((first.state.basis, first.state.arming), (position(1, 10), Arming::Armed));
    assert_eq!(first.state.roster, *roster(1).signed());
    assert_eq!(first.seal, vec![Seal { name: secret("wifi"), version: 1, to: *opening(1, 0).key() }]);
    assert_eq!((first.direction, changes(first)), (Direction::Relaxes, vec![Change::First]));
}

#[test]
fn what_is_already_so_is_no_plan() {
    assert_eq!(plan(&settled()), (None, vec![]));
}

#[test]
fn a_signed_state_is_not_planned_again_before_it_is_adopted() {
    let mut facts = new_fleet();
    let plan_of_all = planned(&facts);
    sign(&mut facts, &plan_of_all);
    assert_eq!(plan(&facts).0, None);
}

#[test]
fn an_opened_device_is_sealed_and_loses_its_secrets_under_the_next_generation() {
    let mut facts = settled();
    open_lid(&mut facts, 1);
    let planned = only(&facts);
    assert_eq!((planned.state.device, planned.state.generation), (id(1), Generation(2)));
    assert_eq!(planned.state.previous, Some(facts.devices[0].signed.as_ref().unwrap().digest));
    assert_eq!((planned.state.posture, planned.state.basis.seq), (Posture::Sealed, 20));
    assert!(planned.state.secrets.is_empty() && planned.seal.is_empty());
    assert_eq!(
        (planned.direction, changes(&planned)),
        (Direction::Tightens, vec![Change::Posture, Change::Secrets])
    );
    assert_eq!(planned.reasons[0].because, "rule `tampered` of document `all` says so");
}

#[test]
fn a_generation_grows_beyond_all_that_the_device_reports() {
    let mut facts = settled();
    device(&mut facts, 1).highest = Generation(41);
    device(&mut facts, 1).asked = Some(Arming::Transport);
    assert_eq!(only(&facts).state.generation, Generation(42));
}

#[test]
fn what_a_person_asked_for_goes_before_the_documents() {
    let mut facts = settled();
    device(&mut facts, 1).asked = Some(Arming::Transport);
    let planned = only(&facts);
    assert_eq!((planned.state.arming, changes(&planned)), (Arming::Transport, vec![Change::Arming]));
    assert_eq!(
        (planned.direction, planned.reasons[0].because.as_str()),
        (Direction::Relaxes, "a person asked for it")
    );
}

#[test]
fn a_device_that_never_spoke_or_is_revoked_is_left_out_and_said() {
    let mut facts = settled();
    device(&mut facts, 1).accepted = None;
    device(&mut facts, 2).standing = Standing::Revoked;
    for n in [1, 2] {
        device(&mut facts, n).asked = Some(Arming::Storage);
    }
    let left = vec![Left { device: id(1), why: Why::NeverHeard }, Left { device: id(2), why: Why::Revoked }];
    assert_eq!(plan(&facts), (None, left));
}

#[test]
fn a_renewed_roster_or_keyset_goes_to_everybody() {
    let mut facts = settled();
    facts.roster = roster(2);
    assert!(planned(&facts).devices().iter().all(|planned| changes(planned) == [Change::Trust]));
    facts.roster = roster(1);
    facts.keyset = keyset(2);
    let plan = planned(&facts);
    assert_eq!(plan.devices().len(), 20);
    assert!(plan.devices().iter().all(|planned| planned.direction == Direction::Tightens));
}

#[test]
fn a_floor_alone_is_no_reason_for_a_state() {
    let mut facts = settled();
    assert_eq!(facts.devices[0].signed.as_ref().unwrap().state.floor, Generation::NONE);
    assert_eq!(plan(&facts).0, None);
    device(&mut facts, 1).asked = Some(Arming::Transport);
    assert_eq!(only(&facts).state.floor, Generation(1), "what was adopted is the least to go back to");
}

#[test]
fn a_new_document_changes_whom_it_covers_and_says_so() {
    let mut facts = settled();
    let mut tuned = document();
    tuned.name = "nord".parse().unwrap();
    tuned.scope.sites = [crate::testing::site("nord")].into();
    tuned.rules.clear();
    tuned.tuning.enclosure.open_after = Some(vocab::Millis(300));
    tuned.reflexes = Some(vec![]);
    tuned.interlocks = Some(vec![vocab::InterlockRule {
        withholds: Action::PowerOff,
        condition: vocab::Interlock::Energised,
        instead: Some(Action::Isolate),
    }]);
    facts.documents.push(tuned);
    let plan = planned(&facts);
    assert_eq!(plan.devices().len(), 10);
    let expected = [Change::Tuning, Change::Reflexes, Change::Interlocks];
    assert!(plan.devices().iter().all(|planned| changes(planned) == expected));
    assert!(plan.devices()[0].reasons.iter().all(|reason| reason.because == "document `nord` says so"));
}

// ── leases ───────────────────────────────────────────────────────────────────────────────────────────────────────

fn leased(hours: u64) -> Facts {
    let mut facts = settled();
    let terms = LeaseTerms {
        wall: Duration::from_hours(hours),
        powered: Duration::from_hours(1),
        afterwards: Posture::Guarded,
    };
    facts.documents[0].lease = Some(terms);
    let plan = planned(&facts);
    sign(&mut facts, &plan);
    adopt(&mut facts);
    facts
}

#[test]
fn a_lease_is_renewed_when_half_of_it_is_gone() {
    let mut facts = leased(10);
    let lease = |facts: &Facts| facts.devices[0].signed.as_ref().unwrap().state.lease.unwrap();
    assert_eq!((lease(&facts).until, lease(&facts).powered), (NOW + Duration::from_hours(10), 3600));
    facts.now = NOW + Duration::from_hours(5);
    assert_eq!(plan(&facts).0, None);
    facts.now = NOW + Duration::from_hours(5) + Duration::from_secs(1);
    let plan = planned(&facts);
    assert_eq!((plan.devices().len(), changes(&plan.devices()[0])), (20, vec![Change::Lease]));
    assert_eq!(plan.devices()[0].state.lease.unwrap().until, facts.now + Duration::from_hours(10));
}

#[test]
fn a_suspended_device_gets_no_longer_lease() {
    let mut facts = leased(10);
    open_lid(&mut facts, 1);
    facts.now = NOW + Duration::from_hours(9);
    let old = NOW + Duration::from_hours(10);
    assert_eq!(planned(&facts).devices()[0].state.lease.unwrap().until, old);
}

#[test]
fn a_shorter_lease_replaces_a_longer_one_at_once() {
    let mut facts = leased(10);
    facts.documents[0].lease.as_mut().unwrap().wall = Duration::from_hours(2);
    assert_eq!(planned(&facts).devices()[0].state.lease.unwrap().until, NOW + Duration::from_hours(2));
    facts.documents[0].lease = None;
    assert_eq!(changes(&planned(&facts).devices()[0]), [Change::Lease]);
}

// ── orders ───────────────────────────────────────────────────────────────────────────────────────────────────────

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

// ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_secret_that_fits_stays_as_it_was_sealed() {
    let mut facts = settled();
    device(&mut facts, 1).asked = Some(Arming::Transport);
    let planned = only(&facts);
    let before = &facts.devices[0].signed.as_ref().unwrap().state.secrets;
    assert_eq!((&planned.state.secrets, planned.seal.len()), (before, 0));
    assert_eq!(before[0].generation, Generation(1));
}

#[test]
fn a_new_opening_key_gets_its_secrets_anew() {
    let mut facts = settled();
    device(&mut facts, 1).opening = Some(opening(1, 1));
    let planned = only(&facts);
    assert_eq!(changes(&planned), [Change::Secrets]);
    assert_eq!((planned.state.secrets.len(), planned.seal[0].to), (0, *opening(1, 1).key()));
}

#[test]
fn no_secret_goes_to_a_suspended_or_unattested_device_or_is_made_up() {
    let mut facts = new_fleet();
    device(&mut facts, 1).standing = Standing::Suspended;
    device(&mut facts, 2).opening = None;
    device(&mut facts, 3).secrets.insert(secret("nonesuch"));
    device(&mut facts, 4).secrets.clear();
    let (plan, left) = plan(&facts);
    let seals: BTreeMap<DeviceId, usize> =
        plan.unwrap().devices().iter().map(|planned| (planned.state.device, planned.seal.len())).collect();
    assert_eq!([seals[&id(1)], seals[&id(2)], seals[&id(3)], seals[&id(4)], seals[&id(5)]], [0, 0, 1, 0, 1]);
    let expected = vec![
        Left { device: id(1), why: Why::SecretsSuspended },
        Left { device: id(2), why: Why::SecretsUnattested },
        Left { device: id(3), why: Why::SecretUnknown(secret("nonesuch")) },
    ];
    assert_eq!(left, expected);
}

#[test]
fn what_a_compromised_device_held_is_rotated_for_everybody_else_in_stages() {
    let mut facts = settled();
    open_lid(&mut facts, 3);
    let plan_of_one = planned(&facts);
    let [Rotation { secret: name, exposed, by, stages }] = plan_of_one.rotations() else { panic!() };
    assert_eq!((name, *exposed, by), (&secret("wifi"), 1, &[id(3)].into()));
    // A tenth of twenty devices: two in each stage.
    assert_eq!((stages.len(), stages[0].len(), stages[9].len()), (10, 2, 1));
    let all: BTreeSet<_> = stages.iter().flatten().copied().collect();
    assert_eq!((all.len(), all.contains(&id(3))), (19, false));
}

#[test]
fn a_rotation_goes_stage_by_stage_with_overlap_and_ends_with_the_old_value_retired() {
    let mut facts = settled();
    open_lid(&mut facts, 3);
    let plan_of_one = planned(&facts);
    let stages = plan_of_one.rotations()[0].stages.clone();
    sign(&mut facts, &plan_of_one);
    adopt(&mut facts);
    assert_eq!(plan(&facts).0, None, "the old value still holds where no stage has come");
    for stage in stages {
        facts.secrets[0].due.extend(stage.clone());
        let plan = planned(&facts);
        let sealed: BTreeSet<_> = plan.devices().iter().map(|planned| planned.state.device).collect();
        assert_eq!(sealed, stage);
        assert!(plan.devices().iter().all(|planned| planned.seal[0].version == 2));
        assert_eq!(plan.retirements(), []);
        sign(&mut facts, &plan);
        adopt(&mut facts);
    }
    let last = planned(&facts);
    assert_eq!(
        (last.devices().len(), last.retirements()),
        (0, &[Retirement { secret: secret("wifi"), version: 1 }][..])
    );
    sign(&mut facts, &last);
    assert_eq!(plan(&facts).0, None);
    // The opened device comes back, with a new opening key, and gets the newest value.
    let back = device(&mut facts, 3);
    (back.standing, back.opening) = (Standing::Sound, Some(opening(3, 1)));
    back.latches.clear();
    back.incidents.clear();
    facts.secrets[0].holders.get_mut(&id(3)).unwrap().standing = Standing::Sound;
    facts.secrets[0].due.clear();
    assert_eq!(only(&facts).seal[0].version, 2);
}

#[test]
fn an_exposure_is_not_forgotten_when_the_device_comes_back() {
    let mut facts = settled();
    facts.secrets[0].exposed.insert(id(3));
    assert_eq!(planned(&facts).rotations()[0].by, [id(3)].into());
}

// ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_plan_names_its_parent_and_is_known_by_its_digest() {
    let mut facts = settled();
    let parent = facts.parent;
    device(&mut facts, 1).asked = Some(Arming::Transport);
    let plan = planned(&facts);
    assert_eq!((plan.parent().copied(), plan.made(), plan.fleet()), (parent, NOW, &fleet()));
    assert!(parent.is_some());
    assert_eq!(Plan::decode(&plan.encode()), Ok(plan.clone()));
    facts.devices.reverse();
    assert_eq!(planned(&facts).digest(), plan.digest(), "the order of the facts decides nothing");
    device(&mut facts, 2).asked = Some(Arming::Transport);
    assert_ne!(planned(&facts).digest(), plan.digest());
    assert!(plan.id().to_string().starts_with("pln_"));
}

#[test]
fn a_device_taken_out_of_a_plan_is_planned_again() {
    let mut facts = settled();
    for n in [1, 2] {
        device(&mut facts, n).asked = Some(Arming::Transport);
    }
    let part = planned(&facts).without(&[id(1)].into()).unwrap();
    sign(&mut facts, &part);
    assert_eq!(only(&facts).state.device, id(1));
    assert_eq!(planned(&facts).without(&[id(1)].into()), None);
}

#[test]
fn every_reason_for_leaving_something_out_has_a_sentence_of_its_own() {
    let order = request(1, 1, 1).order;
    let all = [
        Why::CausePresent(event(1)),
        Why::NeverHeard,
        Why::OrderExpired(order),
        Why::OrderStale(order),
        Why::Revoked,
        Why::SecretUnknown(secret("x")),
        Why::SecretsSuspended,
        Why::SecretsUnattested,
    ];
    let words: BTreeSet<_> =
        all.iter().map(|why| Left { device: id(1), why: why.clone() }.to_string()).collect();
    assert_eq!(words.len(), all.len());
}

/// Something that happens to one device, or to the fleet.
fn happens(facts: &mut Facts, n: u8, what: u8) {
    match what {
        0 => device(facts, n).asked = Some(Arming::Transport),
        1 => device(facts, n).asked = Some(Arming::Armed),
        2 => open_lid(facts, n),
        3 => device(facts, n).opening = Some(opening(n, 2)),
        4 => device(facts, n).highest = Generation(u64::from(n) + 30),
        5 => device(facts, n).accepted = Some(position(n, 90)),
        6 => drop(device(facts, n).ordered.insert(Action::Isolate)),
        7 => device(facts, n).standing = Standing::Revoked,
        8 => facts.now = facts.now + Duration::from_hours(7),
        9 => {
            facts.documents[0].lease = Some(LeaseTerms {
                wall: Duration::from_hours(u64::from(n)),
                powered: Duration::from_hours(1),
                afterwards: Posture::Guarded,
            })
        }
        10 => facts.documents[0].rules.push(rule(Then { orders: vec![Action::LockUsb], ..Then::default() })),
        11 => facts.documents[0].tuning.motion.stuck_samples = Some(u32::from(n)),
        12 => facts.roster = roster(u64::from(n) + 1),
        13 => drop(facts.secrets[0].due.insert(id(n))),
        14 => device(facts, n).signed = None,
        _ => adopt(facts),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever happened: what was signed is not planned again, in whichever order the facts come.
    #[test]
    fn a_plan_that_was_signed_is_not_made_again(happenings in prop::collection::vec((1u8..=20, 0u8..16), 0..12)) {
        let mut facts = settled();
        for (n, what) in happenings {
            happens(&mut facts, n, what);
        }
        if let Some(first) = plan(&facts).0 {
            let generations: BTreeMap<_, _> = facts.devices.iter()
                .map(|device| (device.id(), device.signed.as_ref().map_or(0, |letter| letter.state.generation.0)))
                .collect();
            for planned in first.devices() {
                prop_assert!(planned.state.generation.0 > generations[&planned.state.device]);
            }
            sign(&mut facts, &first);
            // A rotation that has begun may retire at once what nobody sound holds; then nothing is left to do.
            let second = plan(&facts).0;
            prop_assert!(second.as_ref().is_none_or(|plan| plan.devices().is_empty() && plan.rotations().is_empty()));
            if let Some(second) = second {
                sign(&mut facts, &second);
            }
            facts.devices.reverse();
            prop_assert_eq!(plan(&facts).0, None);
        }
    }

    /// No plan gives a suspended, revoked or unattested device anything.
    #[test]
    fn no_plan_gives_secrets_to_whom_it_must_not(happenings in prop::collection::vec((1u8..=20, 0u8..16), 0..12)) {
        let mut facts = settled();
        for (n, what) in happenings {
            happens(&mut facts, n, what);
        }
        for planned in plan(&facts).0.iter().flat_map(Plan::devices) {
            let device = facts.devices.iter().find(|device| device.id() == planned.state.device).unwrap();
            let entitled = device.standing == Standing::Sound && device.opening.is_some();
            prop_assert!(entitled || (planned.seal.is_empty() && planned.state.secrets.is_empty()));
        }
    }
}

#[test]
fn a_fleet_of_one_is_planned_like_any_other() {
    let mut facts = new_fleet();
    facts.devices = vec![fresh(1, "nord")];
    facts.census.sites = [(crate::testing::site("nord"), Tally { devices: 1, ..Tally::default() })].into();
    let plan_of_one = planned(&facts);
    sign(&mut facts, &plan_of_one);
    assert_eq!(plan(&facts).0, None);
}
