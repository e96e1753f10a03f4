use vocab::{SensorName, Value, reading::SensorFault};

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

#[test]
fn putting_down_wakes_nobody_before_all_is_there() {
    let (wake, bell) = bell();
    let desk = Desk::new(wake);
    desk.put(reading(1));
    assert!(bell.try_recv().is_err());
    desk.wake();
    assert!(bell.try_recv().is_ok());
}
