use alloc::{collections::BTreeSet, string::ToString, vec};
use core::time::Duration;

use policy::{LeaseTerms, Rule, Then, When};
use proptest::prelude::*;
use vocab::{Arming, DeviceId, Generation, Interlock, InterlockReading};

use super::*;
use crate::{
    check::{consents::tests::released, forecast::tests::interlocked},
    planner::plan,
    testing::{
        adopt, device, event, id, new_fleet, open_lid, opened_lid, person, request, settled, sign, site,
    },
};

pub(crate) fn planned(facts: &Facts) -> Plan {
    plan(facts).0.unwrap()
}

pub(crate) fn refusals(plan: Plan, facts: &Facts) -> Vec<Refusal> {
    check(plan, facts, None).err().unwrap_or_default()
}

pub(crate) fn refused(facts: &Facts) -> Vec<Refusal> {
    refusals(planned(facts), facts)
}

/// The plan for device 1 with its state changed by hand.
pub(crate) fn forged(facts: &Facts, change: impl FnOnce(&mut Planned)) -> Vec<Refusal> {
    let mut plan = planned(facts);
    plan.devices.truncate(1);
    change(&mut plan.devices[0]);
    refusals(plan, facts)
}

/// Device 1 is asked to be on the road: a plan that nothing is wrong with.
pub(crate) fn asked() -> Facts {
    let mut facts = settled();
    device(&mut facts, 1).asked = Some(Arming::Transport);
    facts
}

/// One more rule for every incident, and an incident at device 1 that did not latch it.
pub(crate) fn ruled(then: Then) -> Facts {
    let mut facts = settled();
    facts.documents[0].rules = vec![Rule { name: "r".parse().unwrap(), when: When::default(), then }];
    device(&mut facts, 1).incidents.push(opened_lid(1));
    facts
}

/// Another threshold for these devices, out of twenty.
pub(crate) fn tuned(devices: usize) -> (Plan, Facts) {
    let mut facts = settled();
    facts.documents[0].tuning.motion.stuck_samples = Some(99);
    let mut plan = planned(&facts);
    plan.devices.truncate(devices);
    (plan, facts)
}

#[test]
fn what_was_planned_from_the_facts_is_checked() {
    for facts in [new_fleet(), asked()] {
        let plan = planned(&facts);
        let checked = check(plan.clone(), &facts, None).unwrap();
        assert_eq!((checked.devices().len(), checked.into_inner()), (plan.devices().len(), plan));
    }
}

#[test]
fn the_containment_of_an_opened_device_is_checked() {
    let mut facts = settled();
    open_lid(&mut facts, 1);
    assert_eq!(refused(&facts), vec![]);
}

#[test]
fn a_person_may_decide_over_a_plan_that_they_saw_and_over_no_other() {
    let (plan, facts) = tuned(20);
    let sanction = Sanction::of(&plan, person(1));
    assert_eq!(sanction.person(), person(1));
    assert!(check(plan.clone(), &facts, Some(&sanction)).is_ok());
    let mut other = plan.clone();
    for planned in &mut other.devices {
        planned.state.tuning.motion.stuck_samples = 98;
    }
    assert!(check(other, &facts, Some(&sanction)).is_err());
    let (part, _) = tuned(3);
    assert!(check(part, &facts, Some(&sanction)).is_ok(), "who may more may less");
}

#[test]
fn a_person_lifts_forecasts_and_never_consents() {
    let facts = interlocked(None);
    let plan = planned(&facts);
    assert!(check(plan.clone(), &facts, Some(&Sanction::of(&plan, person(1)))).is_ok());
    let (plan, facts) = released(&[1]);
    assert!(check(plan.clone(), &facts, Some(&Sanction::of(&plan, person(1)))).is_err());
}

#[test]
fn what_concerns_one_device_alone_is_no_propagation() {
    let spread = |facts: &Facts| {
        let plan = planned(facts);
        propagates(&plan.devices()[0], &facts.devices[0])
    };
    assert!(!spread(&new_fleet()), "a first state");
    assert!(!spread(&asked()), "what a person asked for");
    let mut opened = settled();
    open_lid(&mut opened, 1);
    assert!(!spread(&opened), "what its own latch demands");
    let mut renewed = settled();
    renewed.roster = crate::testing::roster(2);
    assert!(!spread(&renewed), "a renewed roster");
    let mut leased = settled();
    let hour = Duration::from_hours(1);
    leased.documents[0].lease = Some(LeaseTerms { wall: hour, powered: hour, afterwards: Posture::Guarded });
    assert!(!spread(&leased), "a lease");
    let mut undone = settled();
    device(&mut undone, 1).ordered.insert(Action::LockUsb);
    assert!(!spread(&undone), "what takes back an order");
    assert!(spread(&ruled(Then { posture: Posture::Guarded, ..Then::default() })), "a rule's posture");
    assert!(spread(&ruled(Then { orders: vec![Action::LockUsb], ..Then::default() })), "a rule's order");
    let mut armed = settled();
    armed.documents[0].arming = Some(Arming::Storage);
    assert!(spread(&armed), "a document's arming");
    let (plan, facts) = tuned(1);
    assert!(propagates(&plan.devices()[0], &facts.devices[0]), "a document's thresholds");
}

#[test]
fn every_refusal_has_a_code_and_a_sentence_of_its_own_and_names_its_device() {
    let (device, order) = (id(1), request(1, 1, 1).order);
    let action = || Action::PowerOff;
    let (condition, reading) = (Interlock::Occupied, InterlockReading::Unknown);
    let all = [
        Refusal::AlternativeUnsafe(device, action()),
        Refusal::BasisBeyond(device),
        Refusal::BlastRadius { site: Some(site("nord")), changed: 3, allowed: 2, devices: 10 },
        Refusal::Consents { device, order, reason: crypto::refusal::Refusal::OrderExpired },
        Refusal::FewPeople { device, order, have: 1, need: 2 },
        Refusal::FloorAbove(device),
        Refusal::Generation { device, planned: Generation(1), above: Generation(2) },
        Refusal::Interlocked { device, action: action(), condition, reading },
        Refusal::Irreversible(device),
        Refusal::Latched { site: None, latched: 3, allowed: 2 },
        Refusal::MoreThanReversible(device),
        Refusal::NoInverse(device, action()),
        Refusal::Opener { device, event: event(1), person: person(1) },
        Refusal::OrderTwice(device, order),
        Refusal::Outsider(device),
        Refusal::Previous(device),
        Refusal::Rotation { named: 1, exposed: None },
        Refusal::Secrets(device),
        Refusal::TooLarge { device, bytes: 1 },
    ];
    let codes: BTreeSet<_> = all.iter().map(Refusal::code).collect();
    let words: BTreeSet<_> = all.iter().map(ToString::to_string).collect();
    assert_eq!((codes.len(), words.len()), (all.len(), all.len()));
    assert!(all.iter().all(|refusal| refusal.device().is_none_or(|named| named == device)));
    assert_eq!(all.iter().filter(|refusal| refusal.device().is_none()).count(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Taking devices out of a plan takes refusals away and never adds one.
    #[test]
    fn a_smaller_plan_is_never_refused_for_more(
        opened in prop::collection::btree_set(1u8..=20, 0..6),
        asked in prop::collection::btree_set(1u8..=20, 0..6),
        bystanders in prop::collection::btree_set(1u8..=20, 0..6),
        tune in any::<bool>(),
        unsettled in 0usize..3,
        out in prop::collection::btree_set(1u8..=20, 0..19),
        sanctioned in any::<bool>(),
    ) {
        let mut facts = settled();
        facts.documents[0].rules.push(Rule {
            name: "more".parse().unwrap(),
            when: When::default(),
            then: Then { orders: vec![Action::LatchVault, Action::PowerOff], ..Then::default() },
        });
        if tune {
            facts.documents[0].tuning.motion.stuck_samples = Some(99);
        }
        for n in opened {
            open_lid(&mut facts, n);
        }
        for n in asked {
            device(&mut facts, n).asked = Some(Arming::Transport);
        }
        for n in bystanders {
            device(&mut facts, n).incidents.push(opened_lid(n));
        }
        facts.census.sites.get_mut(&site("nord")).unwrap().unsettled = unsettled;
        let Some(whole) = plan(&facts).0 else { return Ok(()) };
        let sanction = sanctioned.then(|| Sanction::of(&whole, person(1)));
        let out: BTreeSet<DeviceId> = out.into_iter().map(id).collect();
        let Some(part) = whole.without(&out) else { return Ok(()) };
        let before = check(whole, &facts, sanction.as_ref()).err().unwrap_or_default();
        let after = check(part, &facts, sanction.as_ref()).err().unwrap_or_default();
        // Each refusal of the part is one of the whole; counts may only have become smaller.
        let reason = |refusal: &Refusal| match refusal {
            Refusal::BlastRadius { site, .. } | Refusal::Latched { site, .. } => {
                (refusal.code(), None, site.clone())
            }
            other => (other.code(), other.device(), None),
        };
        let known: BTreeSet<_> = before.iter().map(reason).collect();
        prop_assert!(after.iter().all(|refusal| known.contains(&reason(refusal))), "{after:?} after {before:?}");
    }

    /// Whatever is wrong with a plan: what happened to a device itself is answered, and nothing else is smuggled in.
    #[test]
    fn what_a_device_gave_cause_for_itself_is_always_signed(
        opened in prop::collection::btree_set(1u8..=20, 0..6),
        bystanders in prop::collection::btree_set(1u8..=20, 0..4),
        unsettled in 0usize..4,
        tune in any::<bool>(),
    ) {
        let mut facts = settled();
        let then = Then { orders: vec![Action::PowerOff], ..Then::default() };
        facts.documents[0].rules.push(Rule { name: "r".parse().unwrap(), when: When::default(), then });
        facts.documents[0].tuning.motion.stuck_samples = tune.then_some(99);
        for n in bystanders {
            device(&mut facts, n).incidents.push(opened_lid(n));
        }
        for n in &opened {
            open_lid(&mut facts, *n);
        }
        facts.census.sites.get_mut(&site("nord")).unwrap().unsettled = unsettled;
        let Some(whole) = plan(&facts).0 else { return Ok(()) };
        let (signed, refusals) = part(&whole, &facts, None);
        prop_assert_eq!(check(whole, &facts, None).err().unwrap_or_default(), refusals);
        let signed = signed.map(Checked::into_inner);
        let states: Vec<_> = signed.iter().flat_map(Plan::devices).map(|planned| &planned.state).collect();
        for n in opened {
            let state = states.iter().find(|state| state.device == id(n));
            prop_assert!(state.is_some_and(|state| state.posture == Posture::Sealed && state.secrets.is_empty()));
        }
        let off = |state: &&&wire::v1::DeviceState| !state.orders.is_empty();
        prop_assert_eq!(states.iter().filter(off).count(), 0, "nobody said how that is undone");
        let tuned = states.iter().filter(|state| state.tuning.motion.stuck_samples == 99).count();
        prop_assert!(tuned <= 2_usize.saturating_sub(unsettled), "{}", tuned);
    }
}

#[test]
fn a_document_goes_out_in_parts_within_its_ceilings() {
    let (whole, mut facts) = tuned(20);
    let ids = |part: Option<Checked<Plan>>| -> Vec<DeviceId> {
        part.iter().flat_map(|part| part.devices()).map(|planned| planned.state.device).collect()
    };
    let (first, refusals) = part(&whole, &facts, None);
    assert_eq!((ids(first), refusals.len()), (vec![id(1), id(2)], 3));
    let first = part(&planned(&facts), &facts, None).0.unwrap().into_inner();
    sign(&mut facts, &first);
    facts.census.sites.get_mut(&site("nord")).unwrap().unsettled = 2;
    assert_eq!(
        ids(part(&planned(&facts), &facts, None).0),
        vec![],
        "until these two have proved that they are well"
    );
    facts.census.sites.get_mut(&site("nord")).unwrap().unsettled = 1;
    assert_eq!(ids(part(&planned(&facts), &facts, None).0), vec![id(3)]);
    facts.census.sites.get_mut(&site("sued")).unwrap().latched = 3;
    assert_eq!(
        ids(part(&planned(&facts), &facts, None).0),
        vec![],
        "and where too many are latched nothing moves"
    );
    open_lid(&mut facts, 9);
    device(&mut facts, 12).asked = Some(Arming::Transport);
    let own = part(&planned(&facts), &facts, None).0.unwrap().into_inner();
    let [opened, asked] = own.devices() else { panic!("{:?}", own.devices()) };
    assert_eq!((opened.state.device, opened.state.posture), (id(9), Posture::Sealed));
    assert_eq!((asked.state.device, asked.state.arming), (id(12), Arming::Transport));
    let tuning = |planned: &Planned| planned.state.tuning.motion.stuck_samples;
    assert!(![tuning(opened), tuning(asked)].contains(&99), "what waits, waits");
}

#[test]
fn a_rule_beyond_the_ceilings_draws_nobody_in() {
    let mut facts = ruled(Then { posture: Posture::Guarded, ..Then::default() });
    device(&mut facts, 1).asked = Some(Arming::Transport);
    facts.census.sites.get_mut(&site("nord")).unwrap().unsettled = 2;
    let own = part(&planned(&facts), &facts, None).0.unwrap().into_inner();
    let state = &own.devices()[0].state;
    assert_eq!((state.posture, state.arming), (Posture::Normal, Arming::Transport));
}

#[test]
fn a_device_that_an_interlock_keeps_waits_alone() {
    let mut facts = interlocked(None);
    device(&mut facts, 2).asked = Some(Arming::Transport);
    let (rest, refusals) = part(&planned(&facts), &facts, None);
    assert!(matches!(refusals[..], [Refusal::Interlocked { .. }]), "{refusals:?}");
    let rest = rest.unwrap();
    assert_eq!((rest.devices().len(), rest.devices()[0].state.device), (1, id(2)));
}

#[test]
fn what_rules_hold_in_force_is_not_undone_by_what_waits() {
    let mut facts = ruled(Then { orders: vec![Action::LockUsb], ..Then::default() });
    let first = planned(&facts);
    sign(&mut facts, &first);
    adopt(&mut facts);
    let order = first.devices()[0].state.orders[0].id;
    device(&mut facts, 1).done.insert(order);
    device(&mut facts, 1).ordered.insert(Action::LockUsb);
    device(&mut facts, 1).asked = Some(Arming::Transport);
    // The next state carries the order no longer, and what it did is still wanted.
    let second = planned(&facts);
    sign(&mut facts, &second);
    adopt(&mut facts);
    device(&mut facts, 1).asked = Some(Arming::Storage);
    facts.documents[0].tuning.motion.stuck_samples = Some(99);
    facts.census.sites.get_mut(&site("nord")).unwrap().unsettled = 2;
    let own = part(&planned(&facts), &facts, None).0.unwrap().into_inner();
    assert_eq!((own.devices().len(), own.devices()[0].state.orders.len()), (1, 0));
}
