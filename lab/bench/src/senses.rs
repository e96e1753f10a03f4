//! Five senses that speak when something changes, and otherwise say now and then that they are still there.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use board::Sensors;
use sim::hand;
use vocab::{
    Channel, Mono, Reading, Sensor, SensorName, Value,
    reading::{Contact, Supply},
    unit::{MilliCelsius, MilliVolts, Ohms},
};

/// A third of the silence that is itself a finding.
const REPEAT: Duration = Duration::from_secs(10);

/// The senses of one board; a clone is the same.
#[derive(Clone)]
pub(crate) struct Senses(Rc<RefCell<Nerves>>);

struct Nerves {
    sensors: Vec<Sensor>,
    values: BTreeMap<SensorName, Value>,
    changed: Vec<Reading>,
    repeated: Option<Mono>,
}

impl Senses {
    /// All is well.
    pub(crate) fn new() -> Self {
        let five = [
            hand::sensor("lid", Channel::Contact, "lid", Value::Contact(Contact::Closed)),
            hand::sensor("loop", Channel::Loop, "rear", Value::Loop(Ohms(3_900))),
            hand::sensor("mains", Channel::Supply, "supply", Value::Supply(Supply::Present)),
            hand::sensor("rail", Channel::Rail, "supply", Value::Rail(MilliVolts(5_050))),
            hand::sensor("temp", Channel::Temperature, "board", Value::Temperature(MilliCelsius(31_000))),
        ];
        let values = five.iter().map(|(sensor, value)| (sensor.name.clone(), value.clone())).collect();
        let sensors = five.into_iter().map(|(sensor, _)| sensor).collect();
        Self(Rc::new(RefCell::new(Nerves { sensors, values, changed: vec![], repeated: None })))
    }

    /// A sense looks; only another value than before is a reading.
    pub(crate) fn look(&self, sensor: &SensorName, at: Mono, value: Value) {
        let mut nerves = self.0.borrow_mut();
        if nerves.values.get(sensor) != Some(&value) {
            nerves.values.insert(sensor.clone(), value.clone());
            nerves.changed.push(Reading { sensor: sensor.clone(), at, value });
        }
    }
}

impl Sensors for Senses {
    fn declared(&self) -> Vec<Sensor> {
        self.0.borrow().sensors.clone()
    }

    fn read(&mut self, now: Mono) -> Vec<Reading> {
        let mut nerves = self.0.borrow_mut();
        let mut readings = std::mem::take(&mut nerves.changed);
        if nerves.repeated.is_none_or(|last| now >= last + REPEAT) {
            nerves.repeated = Some(now);
            let again = nerves.values.iter();
            readings.extend(again.map(|(sensor, value)| Reading {
                sensor: sensor.clone(),
                at: now,
                value: value.clone(),
            }));
        }
        readings
    }

    fn deadline(&self) -> Option<Mono> {
        let nerves = self.0.borrow();
        let changed = nerves.changed.first().map(|reading| reading.at);
        changed.or_else(|| Some(nerves.repeated.map_or(Mono(0), |last| last + REPEAT)))
    }
}
