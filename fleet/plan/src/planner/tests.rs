use alloc::{collections::BTreeMap, vec};
use core::time::Duration;

use crypto::{approved::Approved, signed::Audience};
use policy::{Rule, Then, When};
use proptest::prelude::*;
use vocab::Action;
use wire::v1::body::Direction;

use super::*;
use crate::{
    facts::{Sensed, Tally},
    proposal::Proposal,
    testing::{
        NOW, adopt, device, document, event, fleet, fresh, id, keyset, new_fleet, open_lid, opening,
        position, request, roster, secret, settled, sign, with_consents,
    },
    value::Seal,
};

pub(crate) fn planned(facts: &Facts) -> Plan {
    plan(facts).0.unwrap()
}

pub(crate) fn changes(planned: &Planned) -> Vec<Change> {
    let mut changes: Vec<_> = planned.reasons.iter().map(|reason| reason.change).collect();
    changes.dedup();
    changes
}

pub(crate) fn only(facts: &Facts) -> Planned {
    let plan = planned(facts);
    assert_eq!(
        plan.devices().len(),
        1,
        "{:?}",
        plan.devices().iter().map(|p| p.state.device).collect::<Vec<_>>()
    );
    plan.devices()[0].clone()
}

pub(crate) fn in_an_hour() -> Wall {
    NOW + Duration::from_hours(1)
}

/// The latch of device 1 released by two people, its cause gone.
pub(crate) fn approve_release(facts: &mut Facts, seen: u64) {
    device(facts, 1).latches[0].cause = Sensed::Gone;
    let proposal = Proposal::release(request(1, 1, seen), event(1), &device(facts, 1).latches).unwrap();
    let order = with_consents(&proposal, &[1, 2]);
    let audience = Audience::device(fleet(), id(1));
    let approved = Approved::verify(order, &audience, &roster(1), NOW).unwrap();
    device(facts, 1).approved.push(approved);
}

pub(crate) fn rule(then: Then) -> Rule {
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
            });
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
