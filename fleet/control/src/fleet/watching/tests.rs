use link::Readings;
use vocab::{DeviceId, Mono, PersonId, Reading, SensorName, Value, unit::Lux};

use super::{FRAMES, Watches};

const ADA: PersonId = PersonId([1; 16]);
const GRACE: PersonId = PersonId([2; 16]);

fn device(number: u8) -> DeviceId {
    DeviceId([number; 16])
}

fn second(at: u64) -> Mono {
    Mono(at * 1_000_000_000)
}

fn said(at: u64) -> Readings {
    let sensor = SensorName::new("light").unwrap();
    Readings {
        now: second(at),
        readings: vec![Reading { sensor, at: second(at), value: Value::Light(Lux(3)) }],
    }
}

#[test]
fn whoever_begins_is_known_once_until_they_stop() {
    let mut watches = Watches::default();
    assert_eq!(watches.look(device(1), ADA, second(0)), Some((true, true)));
    for at in 1..=20 {
        assert_eq!(watches.look(device(1), ADA, second(at)), Some((false, at % 5 == 0)), "{at}");
    }
    assert_eq!(watches.look(device(1), GRACE, second(21)), Some((true, false)));
    assert_eq!(watches.look(device(1), ADA, second(60)), Some((true, true)), "she stopped, and begins again");
}

#[test]
fn a_minute_is_kept_and_nothing_of_a_box_that_nobody_watches() {
    let mut watches = Watches::default();
    watches.hear(device(1), said(1), second(1));
    assert!(watches.0.is_empty());
    watches.look(device(1), ADA, second(1));
    for at in 1..=200 {
        watches.hear(device(1), said(at), second(at));
    }
    let frames = &watches.0[&device(1)].frames;
    assert_eq!((frames.front().unwrap().now, frames.len()), (second(140), 61));
    // One that speaks faster than it should takes up no more for it.
    for at in 0..500 {
        watches.hear(device(1), Readings { now: Mono(second(201).0 + at), ..said(0) }, second(202));
    }
    assert_eq!(watches.0[&device(1)].frames.len(), FRAMES);
}

#[test]
fn a_box_that_started_again_begins_anew() {
    let mut watches = Watches::default();
    watches.look(device(1), ADA, second(1));
    watches.hear(device(1), said(900), second(1));
    watches.hear(device(1), said(2), second(2));
    assert_eq!(watches.0[&device(1)].frames, [said(2)]);
}

#[test]
fn one_box_too_many_waits_until_somebody_stops() {
    let mut watches = Watches::default();
    for number in 0..64 {
        assert!(watches.look(device(number), ADA, second(1)).is_some());
    }
    assert_eq!(watches.look(device(64), ADA, second(2)), None);
    assert_eq!(watches.look(device(7), ADA, second(2)), Some((false, false)), "who watches goes on");
    watches.forget(second(31));
    assert_eq!(watches.0.keys().collect::<Vec<_>>(), [&device(7)], "nobody watches the others any more");
    assert_eq!(watches.look(device(64), ADA, second(31)), Some((true, true)));
}

#[test]
fn a_list_is_not_kept() {
    let mut watches = Watches::default();
    watches.look(device(1), ADA, second(1));
    let mut long = said(1);
    let value = Value::Components(vec![]);
    long.readings.push(Reading { sensor: SensorName::new("parts").unwrap(), at: second(1), value });
    watches.hear(device(1), long, second(1));
    assert_eq!(watches.0[&device(1)].frames, [said(1)]);
}
