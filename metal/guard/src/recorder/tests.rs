use alloc::{format, string::String, vec::Vec};

use core::time::Duration;

use crypto::cbor;
use vocab::{
    EventId, Interlock, InterlockReading, Mono, Value,
    reading::{Contact, Flag, SensorFault, Supply},
    unit::{Lux, MicroG, MilliAmps, MilliCelsius, MilliVolts, Ohms},
};
use wire::v1::body::{Half, LIMITS, TRACE_LIMIT};

use super::Recorder;
use crate::kit::{level, parts, reading, seconds};

const EVENT: EventId = EventId([1; 16]);

fn recorded(until: u64) -> Recorder {
    let mut recorder = Recorder::default();
    (0..=until).for_each(|second| recorder.keep(&reading("accel", seconds(second), level())));
    recorder
}

#[test]
fn the_half_minute_before_goes_with_the_event_and_the_half_minute_after_follows() {
    let mut recorder = recorded(100);
    let before = recorder.begin(EVENT, seconds(100)).unwrap();
    assert_eq!((before.event, before.half), (EVENT, Half::Before));
    let times: Vec<u64> = before.readings.iter().map(|reading| reading.at.0 / 1_000_000_000).collect();
    assert_eq!(times, (70..=100).collect::<Vec<_>>());

    (101..=130).for_each(|second| recorder.keep(&reading("accel", seconds(second), level())));
    assert_eq!(recorder.end(Mono(129_999_999_999)), None);
    assert_eq!(recorder.deadline(), Some(seconds(130)));
    let after = recorder.end(seconds(130)).unwrap();
    assert_eq!((after.half, after.readings.len()), (Half::After, 31));
    assert_eq!(recorder.end(seconds(131)), None, "it is given once");
}

#[test]
fn one_recording_runs_at_a_time() {
    let mut recorder = recorded(10);
    assert!(recorder.begin(EVENT, seconds(10)).is_some());
    assert_eq!(recorder.begin(EventId([2; 16]), seconds(11)), None);
    assert!(recorder.end(seconds(40)).is_some());
    assert!(recorder.begin(EventId([2; 16]), seconds(41)).is_some());
}

#[test]
fn a_sensor_that_says_too_much_is_thinned_out_and_the_half_minute_stays_whole() {
    let mut recorder = Recorder::default();
    for step in 0..=6_000 {
        let at = Mono(step * 10_000_000);
        recorder.keep(&reading("accel", at, level()));
        if step % 100 == 0 {
            recorder.keep(&reading("rail", at, level()));
        }
    }
    let trace = recorder.begin(EVENT, seconds(60)).unwrap();
    assert!(cbor::encode(&trace).len() <= TRACE_LIMIT);
    let said = |sensor: &str| -> Vec<Mono> {
        let readings = trace.readings.iter().filter(|reading| reading.sensor.as_str() == sensor);
        readings.map(|reading| reading.at).collect()
    };
    assert_eq!(said("rail").len(), 31, "who says little loses nothing");
    let accel = said("accel");
    assert!(accel.is_sorted() && accel[0] < seconds(32) && accel.last() == Some(&seconds(60)), "{accel:?}");
    let within = |from, to| accel.iter().filter(|at| (seconds(from)..seconds(to)).contains(at)).count();
    assert!(within(30, 40) >= 100, "ten in a second at least");
    assert!(within(50, 60) >= within(30, 40), "dense where it happened");
}

#[test]
fn a_trace_never_outgrows_its_entry_and_keeps_the_latest() {
    let cards: Vec<String> = (0..200).map(|card| format!("a card with a rather long name {card}")).collect();
    let cards: Vec<&str> = cards.iter().map(String::as_str).collect();
    let mut recorder = Recorder::default();
    for step in 0..300 {
        recorder.keep(&reading("parts", Mono(step * 10_000_000), parts(&cards)));
    }
    let trace = recorder.begin(EVENT, Mono(3_000_000_000)).unwrap();
    let bytes = cbor::encode(&trace);
    assert!(bytes.len() <= TRACE_LIMIT, "{}", bytes.len());
    assert!(cbor::check(&bytes, &LIMITS).is_ok());
    assert_eq!(trace.readings.last().unwrap().at, Mono(2_990_000_000));
    assert!(
        Duration::from_nanos(trace.readings[0].at.0) < Duration::from_secs(1),
        "it begins where it should"
    );
}

#[test]
fn no_reading_takes_more_room_than_is_counted_for_it() {
    let (least, most) = (i32::MIN, u64::MAX);
    let name = "s".repeat(vocab::SensorName::LIMIT);
    let values = [
        Value::Acceleration(MicroG(least), MicroG(least), MicroG(least)),
        Value::Contact(Contact::Open),
        Value::Current(MilliAmps(least)),
        Value::Fault(SensorFault::Implausible),
        Value::Interlock(Interlock::OnlyEgress, InterlockReading::Engaged),
        Value::Intrusion(Flag::Raised),
        Value::Light(Lux(u32::MAX)),
        Value::Loop(Ohms(u32::MAX)),
        Value::Rail(MilliVolts(least)),
        Value::Supply(Supply::Present),
        Value::Temperature(MilliCelsius(least)),
        parts(&["card"]),
    ];
    for value in values {
        let reading = reading(&name, Mono(most), value);
        assert!(cbor::length(&reading) <= super::room(&reading), "{reading:?}");
    }
}

#[test]
fn the_last_word_of_each_sense_is_there_and_of_a_list_there_is_none() {
    let mut recorder = recorded(40);
    recorder.keep(&reading("rail", seconds(39), Value::Rail(MilliVolts(5_000))));
    recorder.keep(&reading("rail", seconds(40), Value::Rail(MilliVolts(5_010))));
    recorder.keep(&reading("parts", seconds(40), parts(&["disk"])));
    let last = recorder.last();
    let said: Vec<_> = last.iter().map(|one| (one.sensor.as_str(), one.at)).collect();
    assert_eq!(said, [("accel", seconds(40)), ("rail", seconds(40))]);
    assert_eq!(last[1].value, Value::Rail(MilliVolts(5_010)));
}
