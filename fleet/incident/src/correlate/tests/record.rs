//! Releases, lost tails and rollbacks: what a journal's own record means for an incident.

use super::*;
use crate::{involved::Expected, testing::house::House};

fn released(correlated: &Correlated) -> Vec<(EventId, u64, u64)> {
    let told = correlated.demands.iter().filter_map(|demand| match demand {
        Demand::Release { event, generation, seq, .. } => Some((*event, generation.0, *seq)),
        Demand::Suspend(..) => None,
    });
    told.collect()
}

/// A box whose lid was opened, and the house that knows.
fn opened() -> (House, Machine) {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.opened(1);
    house.takes(&mut machine);
    (house, machine)
}

#[test]
fn a_release_is_told_with_the_generation_that_the_box_obeyed() {
    let (mut house, mut machine) = opened();
    machine.adopt(4);
    let at = machine.releases(1, "lid", TamperState::Normal);
    let correlated = house.takes(&mut machine);
    assert_eq!(released(&correlated), [(event_id(1), 4, at.seq)]);
    let latch = &house.incident().boxes()[0].latches[0];
    let order: Option<OrderId> = Some(order_id(1));
    assert_eq!(latch.released, Some(Released { order, generation: Generation(4), seq: at.seq }));
    assert_eq!(house.incident().state(), State::Recovering);
}

#[test]
fn a_release_in_a_later_run_knows_what_was_adopted_before() {
    let (mut house, mut machine) = opened();
    machine.adopt(4);
    house.takes(&mut machine);
    let at = machine.releases(1, "lid", TamperState::Normal);
    assert_eq!(released(&house.takes(&mut machine)), [(event_id(1), 4, at.seq)]);
}

#[test]
fn one_latch_released_leaves_the_others() {
    let (mut house, mut machine) = opened();
    machine.latches(2, "lid", TamperState::Tampered);
    let at = machine.releases(1, "lid", TamperState::Tampered);
    assert_eq!(released(&house.takes(&mut machine)), [(event_id(1), 0, at.seq)]);
    let open: Vec<_> = house.incident().boxes()[0].latched().map(|latch| latch.event).collect();
    assert_eq!(open, [event_id(2)]);
}

#[test]
fn a_zone_that_is_normal_again_releases_what_gave_way_in_it() {
    let (mut house, mut machine) = opened();
    machine.latches(2, "lid", TamperState::Tampered);
    machine.latches(3, "rear", TamperState::Tampered);
    let at = machine.releases(2, "lid", TamperState::Normal);
    let told = released(&house.takes(&mut machine));
    assert_eq!(told, [(event_id(1), 0, at.seq), (event_id(2), 0, at.seq)]);
    let open: Vec<_> = house.incident().boxes()[0].latched().map(|latch| latch.event).collect();
    assert_eq!(open, [event_id(3)]);
}

#[test]
fn the_sum_of_a_journal_releases_what_it_no_longer_holds() {
    let (mut house, mut machine) = opened();
    machine.latches(2, "rear", TamperState::Tampered);
    let latch = Latch {
        event: event_id(2),
        zone: zone("rear"),
        kind: TamperKind::LidOpened,
        severity: Severity::High,
        at: machine.now(),
        position: machine.head().cursor(),
        state: TamperState::Tampered,
        posture: Posture::Sealed,
        holds: Vec::new(),
    };
    let at = machine.say(&Body::Standing(Standing { latches: [latch].into(), ..sum() }.into()));
    assert_eq!(released(&house.takes(&mut machine)), [(event_id(1), 0, at.seq)]);
}

/// A box whose disk was set back to before it was opened, and what it says then.
fn set_back() -> (House, Machine, u64) {
    let (house, mut machine) = opened();
    let (lost, opened) = (machine.head(), house.incident().boxes()[0].latches[0].seq);
    machine.lose(usize::try_from(opened).unwrap() - 2, 20);
    machine.branch(lost);
    (house, machine, opened)
}

#[test]
fn a_sum_after_a_lost_tail_releases_nothing_that_was_lost() {
    let (mut house, mut machine, opened) = set_back();
    machine.say(&Body::Standing(sum().into()));
    for _ in 0..20 {
        machine.mutters();
    }
    machine.say(&Body::Standing(sum().into()));
    let offer = machine.rest(opened - 1);
    assert_eq!(released(&house.takes_offer(&machine, offer)), []);
    let open = house.incidents[0].boxes()[0].latched().map(|latch| latch.event);
    assert_eq!(open.collect::<Vec<_>>(), [event_id(1)]);
}

#[test]
fn a_latch_that_the_box_lost_is_released_by_the_state_in_which_people_say_so() {
    let (mut house, mut machine, opened) = set_back();
    let offer = machine.rest(opened - 1);
    house.takes_offer(&machine, offer);
    let expected = |generation, releases: &[EventId]| Expected {
        generation: Generation(generation),
        state: crypto::digest::Digest([9; 32]),
        releases: releases.to_vec(),
    };
    house.incidents[0].planned(id(7), expected(4, &[]), NOW);
    machine.adopt(4);
    assert_eq!(released(&house.takes(&mut machine)), [], "the harmless twin: nobody consented to anything");
    house.incidents[0].planned(id(7), expected(5, &[event_id(1)]), NOW);
    let at = machine.adopt(5);
    assert_eq!(released(&house.takes(&mut machine)), [(event_id(1), 5, at.seq)]);
}

#[test]
fn a_sum_in_a_run_before_the_branch_entry_releases_nothing_that_was_lost() {
    let (mut house, mut machine) = opened();
    let (lost, opened) = (machine.head(), house.incident().boxes()[0].latches[0].seq);
    machine.lose(usize::try_from(opened).unwrap() - 2, 20);
    for _ in 0..20 {
        machine.mutters();
    }
    let sum_at = machine.say(&Body::Standing(sum().into()));
    let branch = machine.branch(lost);
    let mut first = machine.offer(opened - 1, sum_at.seq);
    first.branch = Some(journal::Branch { resumes: lost, lost_from: opened - 1, lost_to: lost.seq });
    let told = released(&house.takes_offer(&machine, first));
    let second = machine.rest(branch.seq);
    house.takes_offer(&machine, second);
    assert_eq!(told, [], "released before anybody knew that it was lost");
}

#[test]
fn a_latch_that_the_box_lost_outlives_another_of_its_zone() {
    let (mut house, mut machine, opened) = set_back();
    let offer = machine.rest(opened - 1);
    house.takes_offer(&machine, offer);
    machine.latches(2, "lid", TamperState::Suspect);
    let at = machine.releases(2, "lid", TamperState::Normal);
    assert_eq!(released(&house.takes(&mut machine)), [(event_id(2), 0, at.seq)]);
}

#[test]
fn what_people_consented_to_outlives_an_event_before_the_adoption() {
    let (mut house, mut machine, opened) = set_back();
    let offer = machine.rest(opened - 1);
    house.takes_offer(&machine, offer);
    let expected = Expected {
        generation: Generation(5),
        state: crate::testing::state(5),
        releases: [event_id(1)].to_vec(),
    };
    house.incidents[0].planned(id(7), expected, NOW);
    let bump = machine.event(3, TamperKind::LidOpened, "lid", Severity::Low);
    machine.say(&Body::Event(bump));
    let at = machine.adopt(5);
    assert_eq!(released(&house.takes(&mut machine)), [(event_id(1), 5, at.seq)]);
}

/// A box that was tampered with in its hundredth entry, and whose disk then lost all but the first.
fn renumbered() -> (House, Machine) {
    let mut house = House::new();
    let mut machine = house.machine(7);
    for _ in 0..98 {
        machine.mutters();
    }
    let event = machine.event(1, TamperKind::LidOpened, "lid", Severity::Medium);
    machine.say(&Body::Event(event));
    house.takes(&mut machine);
    assert_eq!(house.incident().boxes()[0].seq, 100);
    let lost = machine.head();
    machine.lose(1, 20);
    machine.branch(lost);
    let offer = machine.rest(2);
    house.takes_offer(&machine, offer);
    (house, machine)
}

#[test]
fn an_incident_points_to_no_entry_that_took_the_number_of_a_lost_one() {
    let (house, _) = renumbered();
    let incident = house.incidents.iter().find(|incident| incident.kind() == IncidentKind::Tamper).unwrap();
    assert_eq!(incident.boxes()[0].seq, 2, "the boot that goes on without what was lost");
}

#[test]
fn a_box_whose_entries_are_counted_anew_settles_with_its_next_proof_and_not_with_an_older_one() {
    let (mut house, machine) = renumbered();
    let older = house.proof(&machine, machine.disk[0].position());
    let settled = crate::settle::settle(&mut house.incidents[0], &older, NOW);
    assert_eq!(settled, crate::Settlement::Waiting(crate::settle::Missing::Proof));
    assert_eq!(house.settles(&machine), crate::Settlement::Verified);
}

#[test]
fn a_latch_and_its_release_keep_no_number_of_a_lost_entry() {
    let (mut house, mut machine) = opened();
    let at = machine.releases(1, "lid", TamperState::Normal);
    machine.latches(2, "rear", TamperState::Tampered);
    house.takes(&mut machine);
    let lost = machine.head();
    machine.lose(1, 20);
    machine.branch(lost);
    let offer = machine.rest(2);
    house.takes_offer(&machine, offer);
    let latches = &house.incidents[0].boxes()[0].latches;
    let numbers: Vec<_> = latches.iter().map(|latch| (latch.seq, latch.released.map(|by| by.seq))).collect();
    assert!(at.seq > 2, "it was another number");
    assert_eq!(numbers, [(0, Some(2)), (0, None)]);
}

fn names(names: &[&str]) -> Vec<vocab::SensorName> {
    names.iter().map(|name| vocab::SensorName::new(name).unwrap()).collect()
}

/// A house in which people closed the incident about two senses that a box has no longer.
fn closed_without(gone: &[vocab::SensorName]) -> House {
    let mut house = House::new();
    house.hears(News::Senses { device: id(7), gone, before: &[] });
    let by = vocab::PersonId([1; 16]);
    let reason = crate::testing::house::reason("sent in for repair");
    house.incidents[0].close(crate::Outcome::Authorised, by, reason, NOW).unwrap();
    house
}

#[test]
fn a_sense_that_comes_back_after_its_incident_was_closed_opens_none_for_those_that_do_not() {
    let (both, lid) = (names(&["lid", "rear"]), names(&["lid"]));
    let mut house = closed_without(&both);
    assert_eq!(house.hears(News::Senses { device: id(7), gone: &lid, before: &both }), Correlated::default());
    assert_eq!(house.hears(News::Senses { device: id(7), gone: &[], before: &lid }), Correlated::default());
}

#[test]
fn a_sense_that_goes_missing_again_after_its_incident_was_closed_opens_another() {
    let (both, lid) = (names(&["lid", "rear"]), names(&["lid"]));
    let mut house = closed_without(&both);
    house.hears(News::Senses { device: id(7), gone: &lid, before: &both });
    let again = house.hears(News::Senses { device: id(7), gone: &both, before: &lid });
    let opened: Vec<_> =
        again.incidents.iter().map(|one| (one.state(), one.boxes()[0].gone.clone())).collect();
    assert_eq!(opened, [(State::Open, both)]);
    assert_eq!(house.incidents.len(), 2);
}

#[test]
fn no_state_verifies_a_box_that_misses_a_sense() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let gone = [vocab::SensorName::new("lid-1").unwrap()];
    house.hears(News::Senses { device: id(7), gone: &gone, before: &[] });
    assert!(!matches!(house.settles(&machine), crate::Settlement::Verified));
    let expected =
        Expected { generation: Generation(2), state: crate::testing::state(2), releases: Vec::new() };
    house.incidents[0].planned(id(7), expected, NOW);
    machine.adopt(2);
    house.takes(&mut machine);
    let settled = house.settles(&machine);
    assert_eq!(house.incident().boxes()[0].gone, gone);
    assert!(!matches!(settled, crate::Settlement::Verified), "{settled:?}");
}

#[test]
fn two_lost_tails_under_one_branch_entry_release_nothing_and_are_told_as_one() {
    let (mut house, mut machine) = opened();
    let (lost, opened) = (machine.head(), house.incident().boxes()[0].latches[0].seq);
    machine.lose(usize::try_from(opened).unwrap() - 2, 20);
    for _ in 0..20 {
        machine.mutters();
    }
    let mut first = machine.rest(opened - 1);
    first.branch = Some(journal::Branch { resumes: lost, lost_from: opened - 1, lost_to: lost.seq });
    house.takes_offer(&machine, first);
    let again = machine.head();
    machine.lose(usize::try_from(again.seq).unwrap() - 3, 21);
    machine.branch(again);
    machine.say(&Body::Standing(sum().into()));
    let second = machine.rest(again.seq - 2);
    assert_eq!(released(&house.takes_offer(&machine, second)), []);
}

fn sum() -> Standing {
    Standing {
        latches: Vec::new(),
        arming: vocab::Arming::Armed,
        posture: Posture::Sealed,
        obeyed: None,
        seen: None,
        proved: Generation::NONE,
        orders: Vec::new(),
        ordered: Vec::new(),
        works: Vec::new(),
        acts: Vec::new(),
        tripped: Vec::new(),
        learnt: None,
        soak: None,
        floor: NOW,
        quality: ClockQuality::Fleet,
        powered: 0,
        lease: None,
        boots: Vec::new(),
        branch: None,
        acknowledged: None,
        least: Posture::Normal,
        loosening: None,
        held: Vec::new(),
        machine: None,
    }
}

#[test]
fn a_release_of_an_incident_that_is_closed_is_told_all_the_same() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let at = machine.releases(1, "lid", TamperState::Normal);
    let correlated = house.takes(&mut machine);
    assert_eq!(
        (released(&correlated), correlated.incidents.len()),
        (Vec::from([(event_id(1), 0, at.seq)]), 0)
    );
}

#[test]
fn a_lost_tail_is_an_incident_of_its_own_and_suspends_nobody() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.mutters();
    machine.mutters();
    house.takes(&mut machine);
    let lost = machine.head();
    machine.lose(1, 20);
    machine.branch(lost);
    let offer = machine.rest(2);
    assert_eq!(house.takes_offer(&machine, offer).demands, []);
    let incident = house.incident();
    assert_eq!((incident.kind(), incident.severity()), (IncidentKind::TailLost, Severity::Medium));
    assert_eq!(incident.boxes()[0].lost, Some(Lost { from: 2, to: 3 }));
    assert_eq!(incident.state(), State::Open);
}

#[test]
fn a_rollback_is_told_once_however_many_beats_show_it() {
    let mut house = House::new();
    let found = Finding::Rollback { obeys: Generation(2), adopted: Generation(3) };
    assert_eq!(house.hears(News::Finding(id(7), &found)).incidents.len(), 1);
    assert_eq!(house.hears(News::Finding(id(7), &found)), Correlated::default());
    assert_eq!(
        (house.incident().kind(), house.incident().severity()),
        (IncidentKind::Rollback, Severity::High)
    );
}

#[test]
fn a_reflex_that_was_withheld_is_told_as_it_ended() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let event = machine.event(1, TamperKind::LidOpened, "lid", Severity::High);
    machine.say(&Body::Event(event));
    let cause = Cause::Reflex(event_id(1));
    let withheld = Outcome::Withheld(vocab::Interlock::Energised);
    machine.receipt(1, Action::PowerOff, cause, Outcome::Intended);
    machine.receipt(1, Action::PowerOff, cause, withheld.clone());
    machine.receipt(2, Action::Isolate, cause, Outcome::Done);
    machine.receipt(3, Action::Isolate, cause, Outcome::Intended);
    house.takes(&mut machine);
    let deeds: Vec<_> = house.incident().boxes()[0]
        .deeds
        .iter()
        .map(|deed| (deed.action.clone(), deed.outcome.clone()))
        .collect();
    assert_eq!(deeds, [(Action::PowerOff, withheld), (Action::Isolate, Outcome::Done)]);
}

#[test]
fn an_incident_survives_the_store() {
    let (mut house, mut machine) = opened();
    let fork = Split::DeadBoot { later: vocab::BootId([2; 16]) };
    house.hears(News::Fork(&Fork { device: id(7), boot: vocab::BootId([1; 16]), split: fork }));
    house.hears(News::Finding(id(8), &Finding::Rollback { obeys: Generation(2), adopted: Generation(3) }));
    house.hears(News::Silence(&Silence::Device { device: id(9), since: later(-100) }));
    machine.adopt(4);
    machine.releases(1, "lid", TamperState::Normal);
    house.takes(&mut machine);
    assert_eq!(house.incidents.len(), 4);
    for incident in house.incidents {
        let bytes = crypto::cbor::encode(&incident);
        let limits = crypto::cbor::Limits::FRAME;
        assert_eq!(crypto::cbor::decode::<Incident>(&bytes, &limits), Ok(incident));
    }
}
