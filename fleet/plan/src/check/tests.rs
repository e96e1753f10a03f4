use alloc::{collections::BTreeSet, string::ToString, vec};
use core::time::Duration;

use policy::{Ceilings, LeaseTerms, Reset, Rule, Then, Undo, When};
use proptest::prelude::*;
use vocab::{
    Arming, Generation, Interlock, InterlockReading, InterlockRule, Severity, SiteName, tamper::Verification,
    unit::Permille,
};

use super::*;
use crate::{
    facts::Sensed,
    planner::plan,
    proposal::Proposal,
    testing::{
        NOW, adopt, device, event, id, new_fleet, open_lid, opened_lid, opening, person, position, request,
        secret, settled, sign, site, with_consents,
    },
    value::Seal,
};
use vocab::DeviceId;

fn planned(facts: &Facts) -> Plan {
    plan(facts).0.unwrap()
}

fn refusals(plan: Plan, facts: &Facts) -> Vec<Refusal> {
    check(plan, facts, None).err().unwrap_or_default()
}

fn refused(facts: &Facts) -> Vec<Refusal> {
    refusals(planned(facts), facts)
}

/// The plan for device 1 with its state changed by hand.
fn forged(facts: &Facts, change: impl FnOnce(&mut Planned)) -> Vec<Refusal> {
    let mut plan = planned(facts);
    plan.devices.truncate(1);
    change(&mut plan.devices[0]);
    refusals(plan, facts)
}

/// Device 1 is asked to be on the road: a plan that nothing is wrong with.
fn asked() -> Facts {
    let mut facts = settled();
    device(&mut facts, 1).asked = Some(Arming::Transport);
    facts
}

/// One more rule for every incident, and an incident at device 1 that did not latch it.
fn ruled(then: Then) -> Facts {
    let mut facts = settled();
    facts.documents[0].rules = vec![Rule { name: "r".parse().unwrap(), when: When::default(), then }];
    device(&mut facts, 1).incidents.push(opened_lid(1));
    facts
}

/// Another threshold for these devices, out of twenty.
fn tuned(devices: usize) -> (Plan, Facts) {
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

// ── states that could not be obeyed ──────────────────────────────────────────────────────────────────────────────

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

// ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────

/// Device 1 was opened and closed again; its release, with these people's consents, stands in the plan.
fn released(people: &[u8]) -> (Plan, Facts) {
    let mut facts = settled();
    open_lid(&mut facts, 1);
    device(&mut facts, 1).latches[0].cause = Sensed::Gone;
    let proposal = Proposal::release(request(1, 1, 20), event(1), &device(&mut facts, 1).latches).unwrap();
    let mut plan = planned(&facts);
    plan.devices[0].state.orders.push(with_consents(&proposal, people));
    (plan, facts)
}

fn consents(reason: crypto::refusal::Refusal) -> Vec<Refusal> {
    vec![Refusal::Consents { device: id(1), order: request(1, 1, 20).order, reason }]
}

#[test]
fn a_severe_latch_is_released_by_two_people_and_not_by_one() {
    use crypto::refusal::Refusal as Crypto;
    let (plan, facts) = released(&[1, 2]);
    assert_eq!(refusals(plan, &facts), vec![]);
    let (plan, facts) = released(&[1]);
    assert_eq!(refusals(plan, &facts), consents(Crypto::ConsentsMissing { have: 1, need: 2 }));
    let (plan, facts) = released(&[1, 1]);
    assert_eq!(refusals(plan, &facts), consents(Crypto::DuplicateConsent(person(1))));
    let (plan, facts) = released(&[1, 9]);
    assert_eq!(refusals(plan, &facts), consents(Crypto::Stranger(person(9))));
}

#[test]
fn documents_that_ask_for_more_people_get_them() {
    let (plan, mut facts) = released(&[1, 2]);
    facts.documents[0].reset = Some(Reset { people: 3, from: Severity::Low });
    let few = Refusal::FewPeople { device: id(1), order: request(1, 1, 20).order, have: 2, need: 3 };
    assert_eq!(refusals(plan, &facts), vec![few]);
}

#[test]
fn whoever_was_let_in_does_not_reset() {
    let (plan, mut facts) = released(&[1, 2]);
    device(&mut facts, 1).latches[0].openers = [person(2), person(3)].into();
    assert_eq!(
        refusals(plan, &facts),
        vec![Refusal::Opener { device: id(1), event: event(1), person: person(2) }]
    );
}

#[test]
fn an_irreversible_order_takes_two_people() {
    use crypto::refusal::Refusal as Crypto;
    let wipe = Proposal::run(request(1, 1, 20), Action::Wipe);
    let with = |people: &[u8]| forged(&asked(), |p| p.state.orders.push(with_consents(&wipe, people)));
    assert_eq!(with(&[1, 2]), vec![]);
    assert_eq!(with(&[2]), consents(Crypto::ConsentsMissing { have: 1, need: 2 }));
    let alone = with(&[]);
    assert!(alone.contains(&consents(Crypto::ConsentsMissing { have: 0, need: 2 })[0]), "{alone:?}");
}

#[test]
fn an_order_that_ran_out_is_refused() {
    let mut facts = asked();
    let order = Proposal::run(request(1, 1, 20), Action::LockUsb).order().clone();
    let mut plan = planned(&facts);
    plan.devices[0].state.orders.push(order);
    facts.now = NOW + Duration::from_hours(1);
    assert_eq!(refusals(plan, &facts), consents(crypto::refusal::Refusal::OrderExpired));
}

// ── forecasts ────────────────────────────────────────────────────────────────────────────────────────────────────

/// Device 1 was opened, and isolating it would hurt whom this condition says.
fn interlocked(reading: Option<InterlockReading>) -> Facts {
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

// ── blast radius ─────────────────────────────────────────────────────────────────────────────────────────────────

fn radius(site: Option<SiteName>, changed: usize, allowed: usize, devices: usize) -> Refusal {
    Refusal::BlastRadius { site, changed, allowed, devices }
}

#[test]
fn a_document_changes_no_more_devices_than_the_ceilings_allow() {
    // A quarter of ten at a site, a tenth of twenty in the fleet.
    for (devices, expected) in [
        (1, vec![]),
        (2, vec![]),
        (3, vec![radius(Some(site("nord")), 3, 2, 10), radius(None, 3, 2, 20)]),
        (
            20,
            vec![
                radius(Some(site("nord")), 10, 2, 10),
                radius(Some(site("sued")), 10, 2, 10),
                radius(None, 20, 2, 20),
            ],
        ),
    ] {
        let (plan, facts) = tuned(devices);
        assert_eq!(refusals(plan, &facts), expected, "{devices}");
    }
}

#[test]
fn the_ceilings_are_those_of_the_documents() {
    let (plan, mut facts) = tuned(20);
    facts.documents[0].ceilings = Some(Ceilings { site: Permille(990), fleet: Permille(990) });
    let site_ceiling = |site_name: &str| radius(Some(site(site_name)), 10, 9, 10);
    assert_eq!(
        refusals(plan, &facts),
        vec![site_ceiling("nord"), site_ceiling("sued"), radius(None, 20, 19, 20)]
    );
}

#[test]
fn what_is_not_proved_well_yet_counts_with_what_is_added() {
    let (plan, mut facts) = tuned(1);
    facts.census.sites.get_mut(&site("sued")).unwrap().unsettled = 1;
    assert_eq!(refusals(plan.clone(), &facts), vec![]);
    facts.census.sites.get_mut(&site("sued")).unwrap().unsettled = 2;
    assert_eq!(refusals(plan, &facts), vec![radius(None, 3, 2, 20)]);
}

#[test]
fn where_too_many_are_latched_nothing_more_happens_by_itself() {
    let (plan, mut facts) = tuned(1);
    facts.census.sites.get_mut(&site("nord")).unwrap().latched = 3;
    let latched = |site| Refusal::Latched { site, latched: 3, allowed: 2 };
    assert_eq!(refusals(plan, &facts), vec![latched(Some(site("nord"))), latched(None)]);
    // Harmless twin: what latched itself is still contained, however many they are.
    let mut many = settled();
    for n in 1..=9 {
        open_lid(&mut many, n);
    }
    assert_eq!(refused(&many), vec![]);
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
        radius(Some(site("nord")), 3, 2, 10),
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
            Refusal::BlastRadius { site, .. } => (refusal.code(), None, site.clone()),
            Refusal::Latched { site, .. } => (refusal.code(), None, site.clone()),
            other => (other.code(), other.device(), None),
        };
        let known: BTreeSet<_> = before.iter().map(reason).collect();
        prop_assert!(after.iter().all(|refusal| known.contains(&reason(refusal))), "{after:?} after {before:?}");
    }

    /// Without the devices that it names, and within the ceilings, a plan is signed.
    #[test]
    fn what_remains_after_its_refusals_is_checked(bystanders in prop::collection::btree_set(1u8..=10, 1..3)) {
        let mut facts = ruled(Then { orders: vec![Action::PowerOff], ..Then::default() });
        device(&mut facts, 1).incidents.clear();
        for n in bystanders {
            device(&mut facts, n).incidents.push(opened_lid(n));
        }
        device(&mut facts, 20).asked = Some(Arming::Transport);
        let whole = planned(&facts);
        let named: BTreeSet<_> = refusals(whole.clone(), &facts).iter().filter_map(Refusal::device).collect();
        prop_assert!(!named.is_empty());
        let rest = whole.without(&named).unwrap();
        prop_assert_eq!(rest.devices().len(), 1);
        prop_assert!(check(rest, &facts, None).is_ok());
    }
}
