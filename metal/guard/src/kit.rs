//! For tests: a fleet that signs, and a rig that gives a guard a disk, hands, keys and time.

use alloc::{string::String, vec::Vec};

use vocab::{
    Channel, Interlock, InterlockReading, Mono, Reading, Sensor, SensorName, Value, ZoneName,
    reading::{Component, ComponentKind, Contact, Flag},
    unit::{MicroG, MilliVolts},
};

pub(crate) mod chip;
pub(crate) mod fleet;
pub(crate) mod record;
pub(crate) mod rig;

pub(crate) use fleet::Fleet;
pub(crate) use rig::Rig;

pub(crate) const SECOND: u64 = 1_000_000_000;

pub(crate) fn zone(name: &str) -> ZoneName {
    ZoneName::new(name).unwrap()
}

pub(crate) fn named(name: &str) -> SensorName {
    SensorName::new(name).unwrap()
}

pub(crate) fn seconds(count: u64) -> Mono {
    Mono(count * SECOND)
}

/// Every sensor of the rig, with what it says while nothing happens.
pub(crate) fn senses() -> Vec<(Sensor, Value)> {
    let sensor = |name: &str, channel, place: &str| Sensor { name: named(name), channel, zone: zone(place) };
    Vec::from([
        (sensor("accel", Channel::Acceleration, "board"), level()),
        (sensor("flag", Channel::Intrusion, "lid"), Value::Intrusion(Flag::Clear)),
        (sensor("lid", Channel::Contact, "lid"), Value::Contact(Contact::Closed)),
        (sensor("parts", Channel::Components, "board"), parts(&["nic-1", "nic-2"])),
        (sensor("pump", Channel::Interlock, "pump"), interlock(InterlockReading::Clear)),
        (sensor("rail", Channel::Rail, "power"), Value::Rail(MilliVolts(5_000))),
        (sensor("rear", Channel::Contact, "rear"), Value::Contact(Contact::Closed)),
    ])
}

pub(crate) fn level() -> Value {
    Value::Acceleration(MicroG(0), MicroG(0), MicroG(1_000_000))
}

/// Hangs at ninety degrees to `level`.
pub(crate) fn tilted() -> Value {
    Value::Acceleration(MicroG(1_000_000), MicroG(0), MicroG(0))
}

pub(crate) fn interlock(reading: InterlockReading) -> Value {
    Value::Interlock(Interlock::Energised, reading)
}

pub(crate) fn parts(cards: &[&str]) -> Value {
    let part = |card: &&str| Component { kind: ComponentKind::Network, identity: String::from(*card) };
    Value::Components(cards.iter().map(part).collect())
}

pub(crate) fn open() -> Value {
    Value::Contact(Contact::Open)
}

pub(crate) fn closed() -> Value {
    Value::Contact(Contact::Closed)
}

pub(crate) fn reading(sensor: &str, at: Mono, value: Value) -> Reading {
    Reading { sensor: named(sensor), at, value }
}
