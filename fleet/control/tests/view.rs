//! What people see of a device, as a table: facts on the left, the verdict on the right. And the rest of the views,
//! over a house in which a lid was opened.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use access::Action;
use admit::standing::{Cause, Reason, Release, Revocation};
use control::{
    export::Export,
    record::{Latched, Record},
    view::{
        self, Connection, HealthState, IncidentState, ProposalState,
        health::{ADOPTED_WITHIN, Facts, Health, STALE_AFTER, TRIPPED_WITHIN, judge},
    },
};
use incident::Incident;
use sim::House;
use vocab::{Arming, EventId, Generation, Posture, SenseState, Severity, Wall};

#[path = "view/proposal.rs"]
mod proposal;

const LONG: Duration = Duration::from_mins(5);

/// A box on duty whose every sensor has been walked past.
struct Box {
    record: Record,
    now: Wall,
}

fn on_duty() -> Box {
    let mut house = House::new(7);
    house.open_fleet(vec![]);
    let number = house.join("dev-07", "harbour");
    house.commission(number);
    house.run(Duration::from_secs(70));
    let mut record = house.fleet().record(house.boxes[number].device).unwrap().clone();
    let now = house.now().wall;
    let walked = Wall(now.0 - 3_600_000_000);
    for mark in &mut record.pulse.as_mut().unwrap().senses {
        (mark.state, mark.tripped) = (SenseState::Proved, Some(walked));
    }
    Box { record, now }
}

impl Box {
    fn judged(&self, connection: Connection, incidents: &[&Incident], later: Duration) -> Health {
        judge(&Facts { record: &self.record, connection, incidents, now: self.now + later })
    }
}

type Change = fn(&mut Record, Wall);

use HealthState::{Alarm, Attention, Unknown};

/// What speaks against a box, each alone: the change, the verdict, and a part of the sentence.
const DOUBTS: &[(&str, Change, HealthState, &str)] = &[
    ("unheard", |r, _| r.pulse = None, Unknown, "It has never said how it is."),
    ("unattested", |r, _| r.attested = None, Unknown, "It has never proved itself."),
    ("faulted", |r, _| mark(r).state = SenseState::Faulted, Attention, "cannot look."),
    ("silent sensor", |r, _| mark(r).state = SenseState::Silent, Attention, "says nothing."),
    (
        "unproved",
        |r, _| mark(r).state = SenseState::Unproved,
        Unknown,
        "is unproved: nobody has seen it trip.",
    ),
    ("proved, nobody knows when", |r, _| mark(r).tripped = None, Unknown, "is unproved"),
    (
        "proved too long ago",
        |r, now| mark(r).tripped = Some(Wall(now.0 - 93 * 86_400 * 1_000_000)),
        Unknown,
        "tripped 93 d ago for the last time",
    ),
    (
        "heard in the future",
        |r, now| r.pulse.as_mut().unwrap().heard = now + Duration::from_hours(24),
        Unknown,
        "by a clock that has been set back since.",
    ),
    (
        "proved itself in the future",
        |r, now| r.attested.as_mut().unwrap().asked = now + Duration::from_hours(24),
        Unknown,
        "Its last proof is of ",
    ),
    (
        "a sensor that tripped in the future",
        |r, now| mark(r).tripped = Some(now + Duration::from_hours(24)),
        Unknown,
        "which has not come yet.",
    ),
    (
        "all unproved",
        |r, _| r.pulse.as_mut().unwrap().senses.iter_mut().for_each(|m| m.state = SenseState::Unproved),
        Unknown,
        "sensors are unproved",
    ),
    ("no sensor", |r, _| r.pulse.as_mut().unwrap().senses.clear(), Unknown, "It has no sensor."),
    (
        "a cause without a latch",
        |r, _| r.pulse.as_mut().unwrap().causes.push(sim::hand::zone("lid")),
        Attention,
        "Something at lid is not as it should be.",
    ),
    ("guarded", |r, _| r.pulse.as_mut().unwrap().posture = Posture::Guarded, Attention, "raised its guard"),
    ("isolated", |r, _| r.pulse.as_mut().unwrap().posture = Posture::Isolated, Alarm, "cut itself off"),
    ("sealed", |r, _| r.pulse.as_mut().unwrap().posture = Posture::Sealed, Alarm, "cut itself off"),
    ("wiped", |r, _| r.pulse.as_mut().unwrap().posture = Posture::Wiped, Alarm, "destroyed its data"),
    (
        "installed",
        |r, _| r.pulse.as_mut().unwrap().arming = Arming::Commissioning,
        Unknown,
        "being installed",
    ),
    ("stored", |r, _| r.pulse.as_mut().unwrap().arming = Arming::Storage, Unknown, "in storage"),
    ("carried", |r, _| r.pulse.as_mut().unwrap().arming = Arming::Transport, Unknown, "in transport"),
    ("in service", |r, _| r.pulse.as_mut().unwrap().arming = Arming::Service, Attention, "in service"),
    ("retired", |r, _| r.pulse.as_mut().unwrap().arming = Arming::Retired, Unknown, "out of the fleet"),
    ("a severe latch", |r, _| latch(r, Severity::High), Alarm, "Lid is latched since "),
    ("a lesser latch", |r, _| latch(r, Severity::Medium), Attention, "Lid is latched since "),
    (
        "suspended",
        |r, now| {
            r.identity.standing_mut().suspend(Cause::Latch(EventId([1; 16])), now);
        },
        Alarm,
        "Its identity is suspended at every door since ",
    ),
    (
        "suspended, and released but not proved",
        |r, now| {
            let cause = Cause::Latch(EventId([1; 16]));
            r.identity.standing_mut().suspend(cause, now);
            r.identity.standing_mut().release(cause, Release { generation: Generation(9), seq: 9 });
        },
        Alarm,
        "Its identity is suspended",
    ),
    (
        "revoked",
        |r, now| {
            let by = vocab::PersonId([1; 16]);
            r.identity.standing_mut().revoke(Revocation { reason: Reason::Replaced, by, at: now });
        },
        Unknown,
        "Its identity is revoked (replaced) since ",
    ),
    (
        "a state that it has not proved yet",
        |r, now| {
            let signed = r.signed.as_mut().unwrap();
            (signed.generation, signed.at) = (Generation(signed.generation.0 + 1), now);
        },
        Unknown,
        "was published 0 s ago, and it has proved no more than ",
    ),
    (
        "a state that it should have proved by now",
        |r, now| {
            let signed = r.signed.as_mut().unwrap();
            let long = i64::try_from(ADOPTED_WITHIN.as_micros()).unwrap() + 1;
            (signed.generation, signed.at) = (Generation(signed.generation.0 + 1), Wall(now.0 - long));
        },
        Attention,
        "was published 1 min ago",
    ),
];

#[test]
fn a_box_is_green_only_while_nothing_speaks_against_it() {
    let sound = on_duty();
    let health = sound.judged(Connection::Live, &[], Duration::ZERO);
    assert_eq!(health.state, HealthState::Good, "{}", health.why);
    assert!(health.why.starts_with("It proved itself "), "{}", health.why);
    assert!(health.why.contains("sensors have tripped, none longer ago than 1 h; heard "), "{}", health.why);
    let pulse = sound.record.pulse.as_ref().unwrap();
    assert_eq!(health.as_of, Some(pulse.heard.min(sound.record.attested.as_ref().unwrap().asked)));

    for (name, change, state, why) in DOUBTS {
        let mut doubtful = on_duty();
        change(&mut doubtful.record, doubtful.now);
        let health = doubtful.judged(Connection::Live, &[], Duration::ZERO);
        assert_eq!(health.state, *state, "{name}: {}", health.why);
        assert!(health.why.contains(why), "{name}: {}", health.why);
    }
}

#[test]
fn what_was_true_goes_grey_with_time() {
    let sound = on_duty();
    let verdict = |connection, later| sound.judged(connection, &[], later).state;
    assert_eq!(verdict(Connection::Live, Duration::ZERO), HealthState::Good);
    assert_eq!(verdict(Connection::Away, Duration::ZERO), HealthState::Unknown);
    assert_eq!(verdict(Connection::Quarantine, Duration::ZERO), HealthState::Attention);
    assert_eq!(verdict(Connection::Live, Duration::from_secs(120)), HealthState::Unknown, "silent");

    // Heard all the time, and never asked.
    let mut unasked = on_duty();
    let later = STALE_AFTER + Duration::from_secs(1);
    let asked = unasked.record.attested.as_ref().unwrap().asked;
    unasked.now = asked + later;
    unasked.record.pulse.as_mut().unwrap().heard = unasked.now;
    let health = unasked.judged(Connection::Live, &[], Duration::ZERO);
    assert_eq!((health.state, health.why.as_str()), (HealthState::Unknown, "Its last proof is 2 h old."));
    assert_eq!(health.as_of, Some(asked), "the verdict is as old as the older of the two");
    assert!(TRIPPED_WITHIN > STALE_AFTER);
}

#[test]
fn an_incident_speaks_louder_than_silence() {
    let mut house = lid_opened();
    let device = house.boxes[0].device;
    let incidents: Vec<Incident> = house.fleet().incidents().cloned().collect();
    let open: Vec<&Incident> = incidents.iter().collect();
    let record = house.fleet().record(device).unwrap();
    let now = house.now().wall + Duration::from_hours(3);
    let health = judge(&Facts { record, connection: Connection::Away, incidents: &open, now });
    assert_eq!(health.state, HealthState::Alarm);
    assert_eq!(health.why, incidents[0].sentence());

    // Two people reset it, and it comes back: now somebody has to say what it was.
    reset(&mut house);
    let view = view::device(house.fleet(), device, house.now()).unwrap();
    assert_eq!(view.health.state, HealthState::Attention, "{}", view.health.why);
    assert!(view.health.why.contains("waits for a person to say what it was"), "{}", view.health.why);
    assert_eq!(view.incidents, [incidents[0].id()]);
    assert!(view.latches.is_empty());
}

#[test]
fn a_device_that_fell_silent_has_sensors_of_unknown_worth() {
    let mut house = House::new(7);
    house.open_fleet(vec![]);
    let number = house.join("dev-07", "harbour");
    house.commission(number);
    let device = house.boxes[number].device;
    let live = view::device(house.fleet(), device, house.now()).unwrap();
    assert_eq!((live.connection, live.arming), (Connection::Live, Some(Arming::Armed)));
    assert!(
        live.sensors.iter().all(|sensor| sensor.state.is_some() && sensor.spoke <= Some(house.now().wall))
    );
    let mut later = house.now();
    later.wall = later.wall + Duration::from_mins(3);
    let silent = view::device(house.fleet(), device, later).unwrap();
    assert!(!silent.sensors.is_empty() && silent.sensors.iter().all(|sensor| sensor.state.is_none()));
    assert_eq!(view::labelled(house.fleet(), "dev-07"), [device]);
    assert!(view::labelled(house.fleet(), "dev-08").is_empty());
}

#[test]
fn an_incident_is_explained_from_the_reading_to_the_proof() {
    let mut house = lid_opened();
    let id = house.fleet().incidents().next().unwrap().id();
    let told = view::explain(house.fleet(), id).unwrap().expect("it is stored");
    assert!(told.complete);
    assert_eq!(told.incident.cause, "Somebody opened the case without a work order.");
    assert!(told.incident.first_action.starts_with("Send somebody to dev-07 at harbour"), "{told:?}");
    assert_eq!(told.incident.touched, [vocab::SiteName::new("harbour").unwrap()].into());
    let links = told.explained[0].links.join("\n");
    assert!(links.contains("It was told when it happened"), "{links}");
    assert!(links.contains("No work order covers lid"), "{links}");
    let texts: Vec<&str> = told.timeline.iter().map(|line| line.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.starts_with("Somebody opened it (lid)")), "{texts:?}");

    reset(&mut house);
    let told = view::explain(house.fleet(), id).unwrap().expect("it is stored");
    assert_eq!(told.incident.state, IncidentState::Verified);
}

#[test]
fn what_happened_offline_is_told_as_late() {
    let mut house = House::new(7);
    house.open_fleet(vec![]);
    let number = house.join("dev-07", "harbour");
    house.commission(number);
    house.boxes[number].cable.cut(sim::Underway::Lost);
    house.run(Duration::from_secs(10));
    house.boxes[number].open_lid();
    house.run(Duration::from_mins(3));
    house.boxes[number].cable.mend();
    let opened = |one: &Incident| one.boxes().iter().any(|boxed| !boxed.events.is_empty());
    assert!(house.run_until(LONG, |house| house.fleet().incidents().any(opened)), "the history comes back");
    let tampered = house.fleet().incidents().find(|one| opened(one)).unwrap().id();
    let told = view::explain(house.fleet(), tampered).unwrap().unwrap();
    let links = told.explained[0].links.join("\n");
    assert!(links.contains("It was told later, when the box could be reached again"), "{links}");
}

#[test]
fn an_export_in_pieces_verifies_and_a_flipped_byte_is_named() {
    let mut house = lid_opened();
    house.run(Duration::from_mins(20));
    let now = house.now();
    let permit = house.permit_on(0, Action::Export, access::Resource::Audit).unwrap();
    let wrong = house.permit(0, Action::Arm, 0);
    let fleet = &mut house.hq.as_mut().unwrap().fleet;
    assert!(Export::begin(fleet, &wrong, now).is_err(), "a permit for something else");
    let mut export = Export::begin(fleet, &permit, now).unwrap();
    house.hq.as_mut().unwrap().step(now);
    let fleet = house.fleet();
    let (mut text, mut pieces) = (String::new(), 0);
    while let Some(piece) = export.next(fleet).unwrap() {
        text.push_str(&piece);
        pieces += 1;
    }
    let log = house.ceremony.fleet_keys().log.public().clone();
    let key = audit::checkpoint::verifier(house.ceremony.fleet(), &log);
    let verified = audit::verify(&text, &key, None).expect("it verifies");
    assert_eq!(verified.records.len() as u64, fleet.ledger().published_size());
    let last = verified.records.last().unwrap().as_ref().unwrap();
    assert_eq!(
        (last.kind(), fleet.ledger().size()),
        ("permit", fleet.ledger().published_size()),
        "who took it"
    );
    assert!(pieces > 0 && verified.records.iter().all(Option::is_some));
    let at = text.find("\nrecord 3 ").expect("a fourth record") + 80;
    let other = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
    text.replace_range(at..=at, other);
    assert_eq!(audit::verify(&text, &key, None).unwrap_err(), audit::Refusal::Altered(3));
}

fn mark(record: &mut Record) -> &mut vocab::Mark {
    &mut record.pulse.as_mut().unwrap().senses[0]
}

fn latch(record: &mut Record, severity: Severity) {
    let at = record.accepted.unwrap().cursor();
    let (zone, wall) = (sim::hand::zone("lid"), record.pulse.as_ref().unwrap().heard);
    record.latches.push(Latched {
        event: EventId([1; 16]),
        severity,
        zone,
        at,
        posture: Posture::Sealed,
        wall,
    });
}

fn lid_opened() -> House {
    let mut house = House::new(7);
    house.open_fleet(vec![]);
    let number = house.join("dev-07", "harbour");
    house.commission(number);
    house.boxes[number].open_lid();
    let known =
        house.run_until(LONG, |house| house.fleet().incidents().any(|one| one.severity() >= Severity::High));
    assert!(known, "the fleet knows");
    house.run(Duration::from_secs(20));
    house
}

fn propose(house: &mut House) -> wire::v1::Order {
    propose_by(house, 0)
}

fn propose_by(house: &mut House, person: usize) -> wire::v1::Order {
    let device = house.boxes[0].device;
    let event = house.fleet().record(device).unwrap().latches[0].event;
    let (permit, now) = (house.permit(person, Action::Propose, 0), house.now());
    let fleet = &mut house.hq.as_mut().unwrap().fleet;
    let proposal = fleet.propose(&permit, device, event, sim::hand::label("looked at it"), now).unwrap();
    let order = proposal.order().clone();
    let consent = house.ceremony.consent(person, device, &order);
    house.hq.as_mut().unwrap().fleet.approve(&permit, order.id, consent, now).unwrap();
    order
}

fn approve(house: &mut House, order: &wire::v1::Order) {
    approve_by(house, order, (0, 1));
}

fn approve_by(house: &mut House, order: &wire::v1::Order, (proposer, person): (usize, usize)) {
    let (device, by) = (house.boxes[0].device, house.ceremony.person(proposer));
    let site = house.fleet().record(device).unwrap().site.clone();
    let resource = access::Resource::Proposal { by, consented: [by].into(), site };
    let permit = house.permit_on(person, Action::Approve, resource).unwrap();
    let (consent, now) = (house.ceremony.consent(person, device, order), house.now());
    house.hq.as_mut().unwrap().fleet.approve(&permit, order.id, consent, now).unwrap();
}

fn reset(house: &mut House) {
    house.boxes[0].close_lid();
    house.run(Duration::from_secs(40));
    while !house.fleet().record(house.boxes[0].device).unwrap().latches.is_empty() {
        let order = propose(house);
        approve(house, &order);
        house.run(Duration::from_secs(40));
    }
    let back = house.run_until(LONG, |house| {
        house.fleet().incidents().all(|one| one.state() == IncidentState::Verified)
            && !house.fleet().record(house.boxes[0].device).unwrap().is_unsettled()
    });
    assert!(back, "it proves itself");
    house.run(Duration::from_mins(2));
}
