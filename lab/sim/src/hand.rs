//! Short ways to say what a story says often.

use vocab::unit::{Lux, MicroG, MilliAmps, MilliCelsius, MilliVolts, Ohms};
use vocab::{
    Channel, Label, Sensor, SensorName, Value, ZoneName,
    reading::{Contact, Flag, Supply},
};

/// A zone of this name.
///
/// # Panics
/// If this is no name of a zone.
pub fn zone(name: &str) -> ZoneName {
    ZoneName::new(name).expect("the story names zones as people do")
}

/// A label with this text.
///
/// # Panics
/// If this is no label.
pub fn label(text: &str) -> Label {
    Label::new(text).expect("the story's labels are short")
}

/// A sensor and what it says while all is well.
///
/// # Panics
/// If this is no name of a sensor.
pub fn sensor(name: &str, channel: Channel, zone_name: &str, value: Value) -> (Sensor, Value) {
    let name = SensorName::new(name).expect("the story names sensors as people do");
    (Sensor { name, channel, zone: zone(zone_name) }, value)
}

/// Upright and still.
pub const STILL: Value = Value::Acceleration(MicroG(0), MicroG(0), MicroG(1_000_000));

/// A kiosk with every sense, each saying that all is well.
pub fn kiosk() -> Vec<(Sensor, Value)> {
    vec![
        sensor("accel", Channel::Acceleration, "body", STILL),
        sensor("current", Channel::Current, "supply", Value::Current(MilliAmps(400))),
        sensor("intrusion", Channel::Intrusion, "case", Value::Intrusion(Flag::Clear)),
        sensor("lid", Channel::Contact, "lid", Value::Contact(Contact::Closed)),
        sensor("light", Channel::Light, "case", Value::Light(Lux(0))),
        sensor("loop", Channel::Loop, "rear", Value::Loop(Ohms(3_900))),
        sensor("mains", Channel::Supply, "supply", Value::Supply(Supply::Present)),
        sensor("parts", Channel::Components, "board", Value::Components(vec![])),
        sensor("ports", Channel::Interfaces, "ports", Value::Interfaces(vec![])),
        sensor("rail", Channel::Rail, "supply", Value::Rail(MilliVolts(5_050))),
        sensor("temp", Channel::Temperature, "board", Value::Temperature(MilliCelsius(31_000))),
    ]
}
