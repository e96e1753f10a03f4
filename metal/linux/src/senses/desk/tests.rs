use vocab::{
    SensorName, Value,
    reading::{Contact, SensorFault},
    unit::{MicroG, Ohms},
};

use super::*;
use crate::testing::bell;

fn reading(at: u64) -> Reading {
    let sensor = SensorName::new("ports").unwrap();
    Reading { sensor, at: Mono(at), value: Value::Fault(SensorFault::Missing) }
}

fn times(readings: &[Reading]) -> Vec<u64> {
    readings.iter().map(|reading| reading.at.0).collect()
}

#[test]
fn what_was_put_down_is_taken_once_and_in_order_of_time() {
    let desk = Desk::new(bell().0);
    for at in [30, 10, 20] {
        desk.put(reading(at));
    }
    assert_eq!(times(&desk.take(Mono(100))), [10, 20, 30]);
    assert_eq!(desk.take(Mono(100)), []);
}

#[test]
fn no_reading_is_from_the_future_of_its_reader() {
    let desk = Desk::new(bell().0);
    for at in [9, 5] {
        desk.put(reading(at));
    }
    assert_eq!(times(&desk.take(Mono(7))), [5, 7]);
}

#[test]
fn readings_that_nobody_fetches_do_not_fill_the_memory() {
    let desk = Desk::new(bell().0);
    for at in 0..5_000 {
        desk.put(reading(at));
    }
    assert_eq!(desk.take(Mono(u64::MAX)).len(), UNFETCHED);
    desk.put(reading(1));
    assert_eq!(desk.take(Mono(u64::MAX)).len(), 1);
}

fn said(sensor: &str, at: u64, value: Value) -> Reading {
    Reading { sensor: SensorName::new(sensor).unwrap(), at: Mono(at), value }
}

fn moves(at: u64) -> Reading {
    let x = MicroG(i32::try_from(at).unwrap());
    said("accelerometer", at, Value::Acceleration(x, MicroG(0), MicroG(1_000_000)))
}

fn lid(at: u64, contact: Contact) -> Reading {
    said("lid", at, Value::Contact(contact))
}

/// Everything that a sensor is left with.
fn of<'a>(readings: &'a [Reading], sensor: &str) -> Vec<&'a Value> {
    readings.iter().filter(|one| one.sensor.as_str() == sensor).map(|one| &one.value).collect()
}

#[test]
fn a_lid_that_opens_is_not_left_out_for_samples_that_came_before_or_after() {
    let desk = Desk::new(bell().0);
    desk.put(lid(0, Contact::Closed));
    (1..2_000).for_each(|at| desk.put(moves(at)));
    desk.put(lid(2_000, Contact::Open));
    (2_001..5_000).for_each(|at| desk.put(moves(at)));
    let taken = desk.take(Mono(u64::MAX));
    let [Value::Contact(Contact::Closed), Value::Contact(Contact::Open)] = of(&taken, "lid")[..] else {
        panic!("{:?}", of(&taken, "lid"))
    };
    assert!(taken.len() <= UNFETCHED + 1, "{}", taken.len());
    assert_eq!(taken.last().unwrap(), &moves(4_999), "the newest is there");
    assert_eq!(of(&taken, "accelerometer")[0], &Value::Fault(SensorFault::Unfetched), "and it is said");
    assert_eq!(taken[0].sensor.as_str(), "accelerometer", "before anything that is left");
    desk.put(moves(5_000));
    assert_eq!(desk.take(Mono(u64::MAX)), [moves(5_000)], "it is said once");
}

#[test]
fn what_is_only_said_again_goes_first_and_nothing_is_lost_with_it() {
    let desk = Desk::new(bell().0);
    (0..1_000).for_each(|at| desk.put(moves(at)));
    for at in 1_000..4_000 {
        desk.put(lid(at, if at < 3_000 { Contact::Closed } else { Contact::Open }));
    }
    let taken = desk.take(Mono(u64::MAX));
    assert_eq!(
        of(&taken, "accelerometer").len(),
        1_000,
        "no sample is left out for a switch that stands still"
    );
    assert_eq!(of(&taken, "lid").first(), Some(&&Value::Contact(Contact::Closed)));
    assert_eq!(of(&taken, "lid").last(), Some(&&Value::Contact(Contact::Open)));
    assert!(
        taken.iter().all(|one| one.value != Value::Fault(SensorFault::Unfetched)),
        "nothing of worth is missing"
    );
}

#[test]
fn of_a_switch_that_only_flaps_the_newest_is_kept() {
    let desk = Desk::new(bell().0);
    desk.put(said("loop", 0, Value::Loop(Ohms(1))));
    for at in 1..3_000 {
        desk.put(lid(at, if at % 2 == 0 { Contact::Closed } else { Contact::Open }));
    }
    let taken = desk.take(Mono(u64::MAX));
    assert_eq!(taken.last().unwrap(), &lid(2_999, Contact::Open));
    assert_eq!(of(&taken, "loop").len(), 1, "who is quiet is not left out for who is loud");
    assert_eq!(of(&taken, "lid")[0], &Value::Fault(SensorFault::Unfetched));
}

#[test]
fn putting_down_wakes_nobody_before_all_is_there() {
    let (wake, bell) = bell();
    let desk = Desk::new(wake);
    desk.put(reading(1));
    assert!(bell.try_recv().is_err());
    desk.wake();
    assert!(bell.try_recv().is_ok());
}
