//! The lid story, full circle: noticed, contained, proved, released by two people, and believed again.

use std::time::Duration;

use access::{Action, Resource};
use incident::State;
use sim::{CutMode, House};
use vocab::{EventId, Posture, Severity};
use wire::v1::Order;

use crate::{Scene, road::assert_same, stories};

stories! {
    a_lid_opened_online_comes_full_circle
    a_cut_after_any_effect_loses_no_alarm
}

/// Long enough for anything that house and fleet do together, through every fault.
pub const LONG: Duration = Duration::from_mins(5);

/// A fleet, and so many boxes on duty at one site; the faults begin.
pub fn on_duty(scene: &mut Scene, boxes: usize) {
    on_duty_at(scene, &vec!["harbour"; boxes]);
}

/// A fleet, and a box on duty at each of these sites; the faults begin.
pub fn on_duty_at(scene: &mut Scene, sites: &[&str]) {
    scene.house.open_fleet(vec![]);
    for (number, site) in sites.iter().enumerate() {
        let number = scene.house.join(&format!("dev-{number:02}"), site);
        scene.house.commission(number);
    }
    scene.begin();
}

/// The standing of a box at the doors.
pub fn standing(house: &House, number: usize) -> admit::standing::State {
    let record = house.fleet().record(house.boxes[number].device).expect("an enrolled box");
    record.identity.standing().state()
}

/// One box on duty that has proved itself; the faults are over, and its disk is at rest.
pub fn at_rest(scene: &mut Scene) {
    on_duty(scene, 1);
    scene.run(Duration::from_secs(10));
    scene.calm();
    scene.until("the box is well", LONG, |house| house.boxes[0].is_on() && house.is_proved(0));
    scene.run(Duration::from_secs(12));
}

/// The severe latches that the fleet knows of a box.
pub fn latches(house: &House, number: usize) -> Vec<EventId> {
    let record = house.fleet().record(house.boxes[number].device).expect("an enrolled box");
    let severe = record.latches.iter().filter(|latch| latch.severity >= Severity::High);
    severe.map(|latch| latch.event).collect()
}

/// One person asks for the reset of everything that latches a box, and consents to it.
pub fn propose(house: &mut House, number: usize, person: usize) -> Result<Vec<Order>, control::Asked> {
    let device = house.boxes[number].device;
    let record = house.fleet().record(device).expect("an enrolled box");
    let events: Vec<EventId> = record.latches.iter().map(|latch| latch.event).collect();
    let mut orders = vec![];
    for event in events {
        let permit = house.permit(person, Action::Propose, number);
        let now = house.now();
        let fleet = &mut house.hq.as_mut().expect("the fleet is open").fleet;
        let proposal =
            fleet.propose(&permit, device, event, sim::hand::label("looked at it, all well"), now)?;
        let order = proposal.order().clone();
        consent(house, number, person, &order, &permit)?;
        orders.push(order);
    }
    Ok(orders)
}

/// Another person approves.
pub fn approve(
    house: &mut House,
    number: usize,
    person: usize,
    orders: &[Order],
) -> Result<(), control::Asked> {
    let by = house.ceremony.person(0);
    let site = house.fleet().record(house.boxes[number].device).expect("an enrolled box").site.clone();
    for order in orders {
        let resource = Resource::Proposal { by, consented: [by].into(), site: site.clone() };
        let permit = house.permit_on(person, Action::Approve, resource).expect("a second person may");
        consent(house, number, person, order, &permit)?;
    }
    Ok(())
}

fn consent(
    house: &mut House,
    number: usize,
    person: usize,
    order: &Order,
    permit: &access::Permit,
) -> Result<(), control::Asked> {
    let consent = house.ceremony.consent(person, house.boxes[number].device, order);
    let now = house.now();
    let fleet = &mut house.hq.as_mut().expect("the fleet is open").fleet;
    fleet.approve(permit, order.id, consent, now)
}

fn a_lid_opened_online_comes_full_circle(scene: &mut Scene) {
    on_duty(scene, 1);
    scene.house.boxes[0].open_lid();
    scene.until("the fleet knows the incident", LONG, |house| {
        house.fleet().incidents().any(|incident| incident.severity() >= Severity::High)
    });
    scene.until("the identity is suspended", LONG, |house| {
        standing(house, 0) == admit::standing::State::Suspended
    });
    scene.until("the box has sealed itself", LONG, |house| {
        house.boxes[0].is_on() && house.boxes[0].agent().guard().posture() == Posture::Sealed
    });
    scene.run(Duration::from_secs(20));
    scene.calm();
    scene.run(Duration::from_secs(40));

    // While the lid is open, nobody releases anything.
    let refused = propose(&mut scene.house, 0, 0);
    assert!(matches!(refused, Err(control::Asked::Plan(plan::Mistake::CausePresent(_)))), "{refused:?}");

    scene.house.boxes[0].close_lid();
    scene.run(Duration::from_secs(40));
    let orders = propose(&mut scene.house, 0, 0).expect("the lid is closed");
    scene.run(Duration::from_secs(40));
    assert!(!latches(&scene.house, 0).is_empty(), "one person alone releases nothing");
    approve(&mut scene.house, 0, 1, &orders).expect("a second person approves");
    // The way back is as rough as the way there.
    scene.begin_within(Duration::from_millis(20));
    scene.until("the latches are released", LONG, |house| {
        house.boxes[0].is_on() && latches(house, 0).is_empty()
    });
    scene.until("the box is believed again", LONG, |house| {
        standing(house, 0) == admit::standing::State::Active
    });
    scene.until("the incident is settled", LONG, |house| {
        house.fleet().incidents().all(|incident| incident.state() == State::Verified)
    });
    scene.calm();
    assert_eq!(scene.house.boxes[0].agent().guard().posture(), Posture::Normal);
}

/// The power goes after an effect that the seed names: an operation of the disk, an act, a message that has left.
fn a_cut_after_any_effect_loses_no_alarm(scene: &mut Scene) {
    on_duty(scene, 1);
    let power = scene.house.boxes[0].board.disk.power();
    let before = power.effects();
    power.cut_after(Some(before + scene.seed / 3 % EFFECTS));
    scene.house.boxes[0].open_lid();
    scene.run(Duration::from_secs(3));
    if power.is_gone() {
        let modes = [CutMode::Lost, CutMode::Kept, CutMode::Torn];
        scene.house.power_cut(0, modes[usize::try_from(scene.seed % 3).unwrap_or(0)]);
        // Sometimes for so long that the silence is a finding too.
        scene.run(Duration::from_secs(40 * (scene.seed % 4)));
        scene.house.power_on(0);
    } else {
        power.cut_after(None);
    }
    scene.until("the fleet knows the incident", LONG, |house| {
        house.fleet().incidents().any(|incident| incident.severity() >= Severity::High)
    });
    scene.until("the identity is suspended", LONG, |house| {
        standing(house, 0) == admit::standing::State::Suspended
    });
    if scene.seed.is_multiple_of(2) {
        // A lid that is closed again leaves the latch where it is.
        scene.house.boxes[0].close_lid();
    }
    scene.calm();
    scene.until("the box has sealed itself", LONG, |house| {
        house.boxes[0].is_on() && house.boxes[0].agent().guard().posture() == Posture::Sealed
    });
    scene.run(Duration::from_secs(60));
    assert_same(&scene.house, 0);
    assert_eq!(latches(&scene.house, 0).len(), 1, "one lid is one latch, however often it is reported");
}

/// More than a lid opened online has in its first seconds.
const EFFECTS: u64 = 60;
