//! What a device said waits for its turn, and loses nothing by that; whoever waits at the door waits for no answer of
//! others, and nobody's planning holds up what comes in.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use audit::Outcome;
use control::{Effect, Heard as Said, Now, ledger};
use link::{
    Conn, Purpose,
    frame::{Down, Frame, Up},
};
use sim::{Heard, House, Underway};
use vocab::{DeviceId, Wall};

/// Of a cable.
const LATENCY: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_mins(5);

fn on_duty(boxes: usize) -> House {
    let mut house = House::new(11);
    house.open_fleet(vec![]);
    for number in 0..boxes {
        let number = house.join(&format!("dev-{number:02}"), "harbour");
        house.commission(number);
    }
    house.run(Duration::from_mins(1));
    house
}

/// What only this house's box has sent of late, before the fleet hears it.
fn underway(house: &mut House, is_it: fn(&Up) -> bool) -> Vec<Vec<u8>> {
    let seen = house.boxes[0].cable.tapped().len();
    let found = house.run_until(LONG, |house| {
        house.boxes[0].cable.tapped()[seen..]
            .iter()
            .any(|message| is_it(&Up::decode_message(message).unwrap()))
    });
    assert!(found, "the box says it: {:?}", house.boxes[0].notices);
    arrived(house)
}

/// What arrives at the fleet's end of the cable within the next moments, taken from there.
fn arrived(house: &mut House) -> Vec<Vec<u8>> {
    house.world.move_to(house.world.now() + LATENCY);
    let heard = house.boxes[0].cable.heard().into_iter();
    heard
        .filter_map(|heard| if let Heard::Message(_, message) = heard { Some(message) } else { None })
        .collect()
}

/// The connection that was opened last, as the fleet numbers it.
fn newest(house: &mut House) -> Conn {
    Conn(house.hq.as_mut().unwrap().number().0 - 1)
}

/// The answer of a box to a question, which reaches the fleet now: the box came back, and is asked at once.
fn answer(house: &mut House) -> (DeviceId, Conn, Vec<Vec<u8>>) {
    house.boxes[0].cable.drop_connection(Underway::Lost);
    let messages = underway(house, is_answer);
    (house.boxes[0].device, newest(house), messages)
}

fn hear(house: &mut House, device: DeviceId, conn: Conn, messages: Vec<Vec<u8>>, now: Now) {
    let fleet = &mut house.hq.as_mut().unwrap().fleet;
    for message in messages {
        fleet.hear(device, Said::Message(conn, message), now);
    }
}

fn later(now: Now, span: Duration) -> Now {
    Now { mono: now.mono + span, wall: now.wall + span }
}

fn proved(house: &House, device: DeviceId) -> Option<Wall> {
    house.fleet().record(device).unwrap().attested.as_ref().map(|attested| attested.at)
}

fn refused(house: &House, code: &str) -> usize {
    let records = ledger::records(&house.hq().store, 0, usize::MAX).unwrap().into_iter();
    let bodies = records.filter_map(|(_, record)| record.body().unwrap());
    bodies.filter(|body| body.outcome == Outcome::Refused(code.into())).count()
}

/// The question that the fleet asks in this step, if it asks one.
fn asks(house: &mut House, now: Now) -> bool {
    let effects = house.hq.as_mut().unwrap().fleet.step(now).unwrap();
    let asked = |effect: &Effect| {
        let Effect::Send(_, _, message) = effect else { return false };
        let down = Down::decode_message(message).unwrap();
        matches!(down, Down::Challenge { purpose: Purpose::Evidence, .. })
    };
    effects.iter().any(asked)
}

#[test]
fn an_answer_that_came_in_time_is_good_however_long_it_waits_for_its_turn() {
    let mut house = on_duty(1);
    let (device, conn, messages) = answer(&mut house);
    let now = house.now();
    hear(&mut house, device, conn, messages, now);
    let judged = later(now, Duration::from_secs(90));
    house.hq.as_mut().unwrap().fleet.step(judged).unwrap();
    assert_eq!(proved(&house, device), Some(judged.wall));
    assert_eq!(refused(&house, "admit/nonce-stale"), 0);
}

/// The wall clock was set on while the answer was underway.
fn answered_late(house: &mut House) -> (DeviceId, Now) {
    let (device, conn, messages) = answer(house);
    let now = house.now();
    let late = Now { wall: now.wall + Duration::from_secs(90), ..now };
    hear(house, device, conn, messages, late);
    house.hq.as_mut().unwrap().fleet.step(late).unwrap();
    (device, late)
}

#[test]
fn an_answer_that_came_too_late_is_refused_and_the_device_is_asked_again_within_seconds() {
    let mut house = on_duty(1);
    let (device, late) = answered_late(&mut house);
    assert!(proved(&house, device).unwrap() < late.wall, "the proof from before");
    assert_eq!(refused(&house, "admit/nonce-stale"), 1);
    assert!(!asks(&mut house, later(late, Duration::from_secs(4))), "not at once");
    assert!(asks(&mut house, later(late, Duration::from_secs(6))));
}

#[test]
fn a_device_whose_answers_always_come_too_late_is_not_asked_every_few_seconds_for_ever() {
    let mut house = on_duty(1);
    for _ in 0..20 {
        answered_late(&mut house);
    }
    let (_, late) = answered_late(&mut house);
    assert!(!asks(&mut house, later(late, Duration::from_secs(10))));
}

#[test]
fn a_greeting_whose_connection_is_gone_waits_no_longer() {
    let mut house = on_duty(1);
    house.boxes[0].cable.drop_connection(Underway::Lost);
    let messages = underway(&mut house, is_hello);
    let (device, conn, now) = (house.boxes[0].device, newest(&mut house), house.now());
    house.hq.as_mut().unwrap().fleet.step(now).unwrap();
    let waits = |house: &House| house.fleet().deadline().is_some_and(|due| due <= now.mono);
    assert!(!waits(&house));
    hear(&mut house, device, conn, messages, now);
    assert!(waits(&house), "the harmless twin: it is to be greeted");
    let fleet = &mut house.hq.as_mut().unwrap().fleet;
    fleet.hear(device, Said::Closed(conn), now);
    assert_eq!(fleet.told().len(), 1, "a line for the log");
    assert!(!waits(&house));
}

#[test]
fn a_fleet_that_looks_at_all_its_devices_again_contains_between_its_shares() {
    let mut house = House::new(11);
    house.open_fleet(vec![]);
    for number in 0..200 {
        house.join(&format!("dev-{number:03}"), "harbour");
    }
    house.restart_fleet();
    let now = house.now();
    let fleet = &mut house.hq.as_mut().unwrap().fleet;
    let mut steps = 0;
    while fleet.deadline().is_some_and(|due| due <= now.mono) {
        fleet.step(now).unwrap();
        steps += 1;
    }
    assert!((6..=8).contains(&steps), "two hundred devices in {steps} shares");
}

#[test]
fn whoever_waits_at_the_door_is_greeted_before_the_answers_of_all_others_are_judged() {
    let mut house = House::new(11);
    house.open_fleet(vec![]);
    for number in 0..ALL {
        house.join(&format!("dev-{number:02}"), "harbour");
    }
    let answers = |house: &House| house.boxes.iter().all(|one| said(one, is_answer).is_some());
    assert!(house.run_until(LONG, answers), "all are asked at once, and answer at once");
    house.world.move_to(house.world.now() + LATENCY);
    let now = house.now();
    for number in 0..ALL {
        let boxed = &house.boxes[number];
        let (device, conn, chain) = (boxed.device, Conn(number as u64 + 1), boxed.cable.certificate());
        let (hello, answer) = (said(boxed, is_hello).unwrap(), said(boxed, is_answer).unwrap());
        let hq = house.hq.as_mut().unwrap();
        if number < BACK {
            let conn = hq.number();
            hq.hear(None, Heard::Opened(conn, chain), now).unwrap();
            hq.fleet.hear(device, Said::Message(conn, hello), now);
        } else {
            hq.fleet.hear(device, Said::Message(conn, answer), now);
        }
    }
    let effects = house.hq.as_mut().unwrap().fleet.step(now).unwrap();
    let welcome = |effect: &&Effect| {
        let Effect::Send(_, _, message) = effect else { return false };
        matches!(Down::decode_message(message), Ok(Down::Welcome { .. }))
    };
    assert_eq!(effects.iter().filter(welcome).count(), BACK);
    let waits = house.fleet().deadline().is_some_and(|due| due <= now.mono);
    assert!(waits, "the answers are more than a share");
}

/// More answers than a share holds, and some who come back.
const ALL: usize = 45;
const BACK: usize = 10;

#[test]
fn the_first_of_many_alarms_is_contained_without_waiting_for_the_last() {
    let mut house = House::new(11);
    house.open_fleet(vec![]);
    for number in 0..MANY {
        house.join(&format!("dev-{number:03}"), "harbour");
    }
    let speak = |house: &House| house.boxes.iter().all(|one| said(one, is_run).is_some());
    assert!(house.run_until(LONG, speak), "all tell at once what happened since they were built");
    house.world.move_to(house.world.now() + LATENCY);
    let now = house.now();
    let fleet = &mut house.hq.as_mut().unwrap().fleet;
    for (number, boxed) in house.boxes.iter().enumerate() {
        let conn = Conn(number as u64 + 1);
        fleet.hear(boxed.device, Said::Message(conn, said(boxed, is_run).unwrap()), now);
    }
    let taken =
        |fleet: &control::Fleet<_>| fleet.records().filter(|record| record.accepted.is_some()).count();
    fleet.contain(now).unwrap();
    let first = taken(fleet);
    assert!(first > 0 && first < MANY, "{first} of {MANY}");
    for _ in first..MANY {
        fleet.contain(now).unwrap();
    }
    assert_eq!(taken(fleet), MANY);
}

/// More alarms than a share holds.
const MANY: usize = 200;

fn is_run(said: &Up) -> bool {
    matches!(said, Up::Run { .. })
}

/// The newest such message that a box has sent.
fn said(boxed: &sim::Boxed, is_it: fn(&Up) -> bool) -> Option<Vec<u8>> {
    boxed.cable.tapped().into_iter().rev().find(|message| is_it(&Up::decode_message(message).unwrap()))
}

fn is_answer(said: &Up) -> bool {
    matches!(said, Up::Evidence { .. })
}

fn is_hello(said: &Up) -> bool {
    matches!(said, Up::Hello { .. })
}

/// What one message makes the fleet do: its letter is verified, and rows are touched.
fn work(house: &mut House, is_it: fn(&Up) -> bool) -> usize {
    let messages = underway(house, is_it);
    let (device, conn, now) = (house.boxes[0].device, newest(house), house.now());
    house.hq.as_mut().unwrap().fleet.step(now).unwrap();
    hear(house, device, conn, messages, now);
    let before = house.hq().store.touched();
    house.hq.as_mut().unwrap().fleet.step(now).unwrap();
    1 + house.hq().store.touched() - before
}

#[test]
fn a_greeting_is_counted_as_two_beats_and_an_answer_with_what_is_planned_about_it_as_four() {
    let mut house = on_duty(1);
    let beat = work(&mut house, |said| matches!(said, Up::Beat { .. }));
    house.boxes[0].cable.drop_connection(Underway::Lost);
    let greeting = work(&mut house, is_hello);
    house.run(Duration::from_mins(1));
    house.boxes[0].cable.drop_connection(Underway::Lost);
    let answer = work(&mut house, is_answer);
    assert!(greeting > beat && greeting <= 2 * beat, "{greeting} beside {beat}");
    assert!(answer > 2 * beat && answer <= 4 * beat, "{answer} beside {beat}");
}
