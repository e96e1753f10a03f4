use alloc::format;
use core::time::Duration;

use policy::document::Correlation;
use vocab::{
    Action, Cause, OrderId, Posture, TamperKind, TamperState, Time,
    receipt::Outcome,
    tamper::{Authority, Verification},
    time::ClockQuality,
    unit::Permille,
};
use wire::v1::{
    Body,
    body::Change,
    standing::{Latch, Standing},
};

use super::*;
use crate::{
    finding::Split,
    involved::Released,
    testing::{
        Machine, NOW,
        house::{House, event_id, id, order_id, suspensions, zone},
        later,
    },
};

mod quiet;
mod record;

#[test]
fn a_lid_that_is_opened_is_one_contained_incident_and_suspends_the_identity() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let event = machine.opened(1);
    let correlated = house.takes(&mut machine);
    assert_eq!(correlated.demands, [Demand::Suspend(id(7), Suspicion::Latch(event))]);

    let incident = house.incident();
    assert_eq!((incident.kind(), incident.severity()), (IncidentKind::Tamper, Severity::High));
    assert_eq!(incident.state(), State::Contained);
    assert_eq!(incident.site().map(SiteName::as_str), Some("south"));
    let one = incident.involved(id(7)).unwrap();
    assert_eq!(
        one.events.iter().map(|fold| (fold.kind, fold.times)).collect::<Vec<_>>(),
        [(TamperKind::LidOpened, 1)]
    );
    assert_eq!(one.latched().map(|latch| latch.event).collect::<Vec<_>>(), [event]);
    assert_eq!(one.posture, Some(Posture::Sealed));
    let deeds: Vec<_> = one.deeds.iter().map(|deed| (deed.action.clone(), deed.outcome.clone())).collect();
    assert_eq!(deeds, [(Action::LockUsb, Outcome::Done), (Action::DropKeys, Outcome::Done)]);
    assert_eq!(one.suspended, Some(NOW));
    let steps: Vec<_> = incident.history().iter().map(|step| step.what.clone()).collect();
    let expected = [What::State(State::Open), What::Suspended(id(7)), What::State(State::Contained)];
    assert_eq!(steps.iter().filter(|step| expected.contains(step)).count(), 3, "{steps:?}");
}

#[test]
fn what_is_lawful_or_worth_a_line_alone_is_no_incident() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let opened = machine.event(1, TamperKind::LidOpened, "lid", Severity::High);
    machine.say(&Body::Event(vocab::TamperEvent { authority: Authority::Authorised, ..opened }));
    let line = machine.event(2, TamperKind::Struck, "case", Severity::Info);
    machine.say(&Body::Event(line));
    assert_eq!(house.takes(&mut machine), Correlated::default());

    let look = machine.event(3, TamperKind::Struck, "case", Severity::Low);
    machine.say(&Body::Event(look));
    assert_eq!(house.takes(&mut machine).demands, []);
    assert_eq!((house.incident().severity(), house.incident().state()), (Severity::Low, State::Open));
}

#[test]
fn two_lids_at_one_site_within_ten_minutes_are_one_incident() {
    for (other, seconds, incidents) in [(8, 599, 1), (8, 601, 2), (1, 10, 2)] {
        let mut house = House::new();
        let (mut one, mut two) = (house.machine(7), house.machine(other));
        one.opened(1);
        house.takes(&mut one);
        house.wait(seconds, &mut [&mut one, &mut two]);
        two.opened(2);
        assert_eq!(suspensions(&house.takes(&mut two)), 1);
        assert_eq!(house.incidents.len(), incidents, "box {other} after {seconds} s");
        let theirs = house.incidents.last().unwrap().involved(id(other)).unwrap();
        assert_eq!(theirs.deeds.len(), 2, "what a box did stands with what happened to it");
    }
}

#[test]
fn a_late_event_joins_what_happened_when_it_happened() {
    let mut house = House::new();
    let (mut one, mut two) = (house.machine(7), house.machine(8));
    one.opened(1);
    two.opened(2);
    house.takes(&mut one);
    house.wait(24 * 3600, &mut [&mut one, &mut two]);
    house.takes(&mut two);
    assert_eq!(house.incident().boxes().len(), 2);
    let (first, last) = house.incident().span();
    assert!(first < last && last < later(1), "{first} {last}");

    // Its harmless twin: what happened a day later is another incident.
    two.opened(3);
    house.takes(&mut two);
    assert_eq!(house.incidents.len(), 2);
}

#[test]
fn a_clock_that_nobody_believes_counts_from_when_it_was_heard() {
    let mut house = House::new();
    let mut one = house.machine(7);
    one.opened(1);
    house.takes(&mut one);
    house.wait(3600, &mut [&mut one]);
    let stopped = Time { wall: NOW, quality: ClockQuality::Floor, ..one.now() };
    let event = one.event(2, TamperKind::Moved, "case", Severity::High);
    one.say(&Body::Event(vocab::TamperEvent { at: stopped, ..event }));
    house.takes(&mut one);
    assert_eq!(house.incidents.len(), 2, "an hour later, whatever its clock says");
    assert_eq!(house.incidents[1].span().0, later(3600));
}

#[test]
fn the_policy_decides_how_far_apart_is_together() {
    let together = |seconds| {
        let mut house = House::new();
        let site = Duration::from_mins(1);
        house.documents = [document(Correlation { site, ..Correlation::default() })].into();
        let (mut one, mut two) = (house.machine(7), house.machine(8));
        one.opened(1);
        house.takes(&mut one);
        house.wait(seconds, &mut [&mut one, &mut two]);
        two.opened(2);
        house.takes(&mut two);
        house.incidents.len()
    };
    assert_eq!((together(59), together(61)), (1, 2));
}

fn document(correlation: Correlation) -> Document {
    Document {
        version: policy::document::Version::V1,
        name: crate::testing::label("windows"),
        scope: policy::document::Scope::default(),
        arming: None,
        tuning: policy::document::Overrides::default(),
        reflexes: None,
        interlocks: None,
        correlation: Some(correlation),
        severities: [(IncidentKind::Fork, Severity::Low)].into(),
        rules: Vec::new(),
        ceilings: None,
        reset: None,
        lease: None,
    }
}

#[test]
fn a_storm_is_folded_and_counted() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    for _ in 0..250 {
        let event = machine.event(1, TamperKind::Struck, "case", Severity::Medium);
        machine.say(&Body::Event(event));
    }
    let worse = machine.event(2, TamperKind::Struck, "case", Severity::High);
    let worse =
        vocab::TamperEvent { confidence: Permille(990), verification: Verification::Verified, ..worse };
    machine.say(&Body::Event(worse));
    house.takes(&mut machine);
    let one = house.incident().involved(id(7)).unwrap();
    let [fold] = one.events.as_slice() else { panic!("{:?}", one.events) };
    assert_eq!((fold.times, fold.severity, fold.confidence), (251, Severity::High, Permille(990)));
    assert_eq!(fold.verification, Verification::Verified);
    assert_eq!((fold.event, fold.latest), (event_id(1), event_id(2)));
}

#[test]
fn a_storm_of_names_stays_bounded() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    for number in 0..=200 {
        let place = format!("zone-{number}");
        let event = machine.event(number, TamperKind::Struck, &place, Severity::High);
        machine.say(&Body::Event(event));
        machine.latches(number, &place, TamperState::Tampered);
        if number % 100 == 99 {
            house.takes(&mut machine);
        }
    }
    house.takes(&mut machine);
    let one = house.incident().involved(id(7)).unwrap();
    assert_eq!((one.events.len(), one.more, one.latches.len()), (64, 137, 64));
    assert!(crypto::cbor::encode(house.incident()).len() < 64 * 1024);
}

#[test]
fn repeats_that_the_box_counted_itself_are_counted_here() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.opened(1);
    machine.say(&Body::Change(Change::Repeated { event: event_id(1), times: 7 }));
    house.takes(&mut machine);
    assert_eq!(house.incident().boxes()[0].events[0].times, 8);
    machine.say(&Body::Change(Change::Repeated { event: event_id(9), times: 70 }));
    house.takes(&mut machine);
    assert_eq!(house.incident().boxes()[0].events[0].times, 8);
}

#[test]
fn a_latch_whose_event_cannot_be_read_is_believed() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.write(journal::Kind::Event, [0xff].into());
    machine.latches(1, "lid", TamperState::Tampered);
    let correlated = house.takes(&mut machine);
    assert_eq!(correlated.demands, [Demand::Suspend(id(7), Suspicion::Latch(event_id(1)))]);
    assert_eq!((house.incident().severity(), house.incident().state()), (Severity::High, State::Contained));
}

#[test]
fn a_suspect_zone_latches_and_suspends_nobody() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let event = machine.event(1, TamperKind::Struck, "case", Severity::Medium);
    machine.say(&Body::Event(event));
    machine.latches(1, "case", TamperState::Suspect);
    assert_eq!(house.takes(&mut machine).demands, []);
    assert_eq!(house.incident().boxes()[0].latched().count(), 1);
}

#[test]
fn a_fork_is_one_critical_incident_however_often_it_shows() {
    let mut house = House::new();
    let fork = Fork { device: id(7), boot: vocab::BootId([2; 16]), split: Split::JournalKey };
    let first = house.hears(News::Fork(&fork));
    let incident = house.incident();
    assert_eq!(first.demands, [Demand::Suspend(id(7), Suspicion::Incident(incident.id()))]);
    assert_eq!((incident.kind(), incident.severity()), (IncidentKind::Fork, Severity::Critical));
    assert_eq!(incident.state(), State::Contained);
    for _ in 0..1000 {
        house.hears(News::Fork(&fork));
    }
    let incident = house.incident();
    assert_eq!(incident.boxes()[0].forked, Some(Forked { split: Split::JournalKey, times: 1001 }));
    assert_eq!(incident.history().len(), 3, "{:?}", incident.history());
    house.hears(News::Fork(&Fork { device: id(8), ..fork }));
    assert_eq!(house.incidents.len(), 2);
}

#[test]
fn the_policy_decides_how_bad_a_fork_is() {
    let mut house = House::new();
    house.documents = [document(Correlation::default())].into();
    house.hears(News::Fork(&Fork { device: id(7), boot: vocab::BootId([2; 16]), split: Split::JournalKey }));
    assert_eq!(house.incident().severity(), Severity::Low);
}

#[test]
fn a_closed_incident_is_not_opened_again() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let event = machine.event(1, TamperKind::Struck, "case", Severity::Medium);
    machine.say(&Body::Event(event.clone()));
    house.takes(&mut machine);
    let by = vocab::PersonId([1; 16]);
    house.incidents[0].close(crate::Outcome::False, by, crate::testing::label("a truck"), NOW).unwrap();
    machine.say(&Body::Event(event));
    house.takes(&mut machine);
    assert_eq!(house.incidents.len(), 2);
    assert_eq!(house.incidents[0].state(), State::Closed);
}

#[test]
fn a_box_that_the_inventory_does_not_know_has_its_incident_too() {
    let mut house = House::new();
    let mut machine = house.machine(99);
    machine.opened(1);
    assert_eq!(suspensions(&house.takes(&mut machine)), 1);
    assert_eq!((house.incident().site(), &house.incident().boxes()[0].label), (None, &None));
    let mut other = house.machine(98);
    other.opened(2);
    house.takes(&mut other);
    assert_eq!(house.incidents.len(), 2, "nobody knows that they stand together");
}

#[test]
fn a_forged_state_is_a_forgery_and_no_tampering() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let event = machine.event(1, TamperKind::StateForged, "record", Severity::High);
    machine.say(&Body::Event(event));
    machine.opened(2);
    house.takes(&mut machine);
    let kinds: Vec<_> = house.incidents.iter().map(Incident::kind).collect();
    assert_eq!(kinds, [IncidentKind::Forgery, IncidentKind::Tamper]);
    let ids: Vec<_> = house.incidents.iter().map(Incident::id).collect();
    assert_ne!(ids[0], ids[1]);
    let millis = NOW.0 / 1000;
    assert!(ids.iter().all(|id| id.0[..6] == millis.to_be_bytes()[2..]), "{ids:?}");
}
