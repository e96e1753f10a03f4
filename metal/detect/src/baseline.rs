//! What is normal on one device: learned at commissioning, kept by the guard over restarts.

use alloc::{collections::BTreeMap, vec::Vec};

use minicbor::{Decode, Encode};
use vocab::{
    SensorName,
    reading::{Component, Flag, Interface},
    unit::{MicroG, MilliAmps, MilliVolts, Ohms},
};

/// What every sensor of one device has learned and shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Baseline {
    /// By sensor; one that is missing has neither learned nor tripped.
    #[n(0)]
    pub sensors: BTreeMap<SensorName, Lesson>,
}

/// What one sensor has learned and shown.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Lesson {
    /// What is normal there, for channels that must be told.
    #[n(0)]
    pub learned: Option<Learned>,
    /// Whether it was seen to trip.
    #[n(1)]
    pub walk: Walk,
}

/// Whether a sensor has proved that it can trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Walk {
    /// Never seen.
    #[n(0)]
    Unproved,
    /// It tripped at least once since it was installed.
    #[n(1)]
    Tripped,
}

/// What is normal for one sensor.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Learned {
    /// The parts, sorted.
    #[n(0)]
    Components(#[n(0)] Vec<Component>),
    /// The current that the device draws.
    #[n(1)]
    Current(#[n(0)] MilliAmps),
    /// Where gravity points when the device hangs at home.
    #[n(2)]
    Home(#[n(0)] MicroG, #[n(1)] MicroG, #[n(2)] MicroG),
    /// What is plugged in, sorted.
    #[n(3)]
    Interfaces(#[n(0)] Vec<Interface>),
    /// Where the intrusion flag stands; some boards ship with it raised for ever.
    #[n(4)]
    Intrusion(#[n(0)] Flag),
    /// The resistance of the whole loop.
    #[n(5)]
    Loop(#[n(0)] Ohms),
    /// The voltage that the rail should have.
    #[n(6)]
    Rail(#[n(0)] MilliVolts),
}
