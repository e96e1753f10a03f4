//! What hands do to a box, as scripts for its senses: attacks, what mends them, and the walk test.
//!
//! A script moves sensors and nothing else; what that means is for the box to find out.

use std::{f64::consts::TAU, time::Duration};

use vocab::{
    Channel, Sensor, Value,
    reading::{Component, ComponentKind, Contact, Flag, Interface, InterfaceKind, Supply},
    unit::{Lux, MicroG, MilliAmps, MilliCelsius, MilliVolts, Ohms},
};

use crate::{
    hand::{self, STILL},
    live::Cue,
};

/// A kiosk with every sense and a few parts, each saying that all is well.
pub fn kiosk() -> Vec<(Sensor, Value)> {
    let with_parts = |(sensor, value): (Sensor, Value)| match sensor.channel {
        Channel::Components => (sensor, parts(NIC)),
        Channel::Interfaces => (sensor, plugged(&[])),
        _ => (sensor, value),
    };
    hand::kiosk().into_iter().map(with_parts).collect()
}

/// The network interface that the box was built with, and the one that a stranger puts in its place.
const NIC: &str = "02:57:52:41:4c:45";
const OTHER_NIC: &str = "02:00:de:ad:be:ef";

/// The lid is opened, and stays open.
pub fn open_lid() -> Vec<Cue> {
    vec![lid(0, Contact::Open)]
}

/// The lid is closed.
pub fn close_lid() -> Vec<Cue> {
    vec![lid(0, Contact::Closed)]
}

/// A contact bounces for 20 ms: a lorry passes, and nobody is there.
pub fn glitch() -> Vec<Cue> {
    vec![lid(0, Contact::Open), lid(20, Contact::Closed)]
}

/// Somebody takes the box off its wall and walks away with it, then puts it down leaning.
pub fn carry_away() -> Vec<Cue> {
    // Two steps in a second, twenty degrees off upright; an accelerometer that moves gives 25 samples in a second.
    let step = |sample: u32| {
        let phase = f64::from(sample) / 25.0;
        let bounce = if phase < 6.0 { 0.15 * (TAU * 2.0 * phase).sin() } else { 0.0 };
        let leaning = (phase / 2.0).min(1.0) * 20f64.to_radians();
        let (x, z) = (leaning.sin(), leaning.cos() + bounce);
        cue(u64::from(sample) * 40, "accel", Value::Acceleration(micro_g(x), MicroG(0), micro_g(z)))
    };
    (0..=160).map(step).collect()
}

/// The box hangs where it hung.
pub fn put_back() -> Vec<Cue> {
    vec![cue(0, "accel", STILL)]
}

/// The supply sags by a tenth, and stays there.
pub fn brown_out() -> Vec<Cue> {
    vec![cue(0, "rail", Value::Rail(MilliVolts(4_500)))]
}

/// The supply is what it was.
pub fn restore_supply() -> Vec<Cue> {
    vec![cue(0, "rail", RAIL)]
}

/// Another network card stands in the place of the one that was there.
pub fn swap_nic() -> Vec<Cue> {
    vec![cue(0, "parts", parts(OTHER_NIC))]
}

/// The card that belongs there is back.
pub fn swap_nic_back() -> Vec<Cue> {
    vec![cue(0, "parts", parts(NIC))]
}

/// Every sense of [`kiosk`] is tripped once and calm again at the end. The box must have learnt what is normal before
/// it begins, because some senses trip against that; it learns once more when it is over.
pub fn walk_test() -> Vec<Cue> {
    let knock = Value::Acceleration(MicroG(0), MicroG(0), MicroG(2_200_000));
    let mut script = vec![
        cue(0, "current", Value::Current(MilliAmps(700))),
        lid(200, Contact::Open),
        lid(700, Contact::Closed),
        cue(300, "parts", Value::Components(vec![])),
        cue(900, "parts", parts(NIC)),
        cue(400, "ports", plugged(&["stick"])),
        cue(1_000, "ports", plugged(&[])),
        cue(500, "intrusion", Value::Intrusion(Flag::Raised)),
        cue(1_100, "intrusion", Value::Intrusion(Flag::Clear)),
        cue(600, "light", Value::Light(Lux(300))),
        cue(900, "light", Value::Light(Lux(300))),
        cue(1_000, "light", Value::Light(Lux(0))),
        cue(1_400, "mains", Value::Supply(Supply::Lost)),
        cue(2_900, "mains", Value::Supply(Supply::Present)),
        cue(1_500, "rail", Value::Rail(MilliVolts(4_400))),
        cue(1_700, "rail", RAIL),
        cue(2_040, "accel", knock),
        cue(2_080, "accel", STILL),
    ];
    // A sensor of a loop is read again and again while something is wrong with it.
    script.extend((0..4).map(|more| cue(1_200 + more * 60, "loop", Value::Loop(Ohms(1_000_000)))));
    script.extend((0..4).map(|more| cue(1_500 + more * 60, "loop", Value::Loop(Ohms(3_900)))));
    script.extend((0..12).map(|half| {
        let degrees = 31_000 - i32::try_from(half.min(8)).unwrap_or(0) * 1_000;
        cue(1_000 + half * 500, "temp", Value::Temperature(MilliCelsius(degrees)))
    }));
    script.extend((0..4).map(|half| cue(7_000 + half * 500, "temp", WARM)));
    // A foreign load must stay for ten seconds; then the lesson is the last eight readings.
    script.extend((0..8).map(|more| cue(11_500 + more * 20, "current", LOAD)));
    script
}

const LOAD: Value = Value::Current(MilliAmps(400));
const RAIL: Value = Value::Rail(MilliVolts(5_050));
const WARM: Value = Value::Temperature(MilliCelsius(31_000));

/// How long the walk test takes until every sense is calm again.
pub const WALK: Duration = Duration::from_secs(14);

fn cue(millis: u64, sensor: &'static str, value: Value) -> Cue {
    Cue { after: Duration::from_millis(millis), sensor, value }
}

fn lid(millis: u64, contact: Contact) -> Cue {
    cue(millis, "lid", Value::Contact(contact))
}

fn parts(nic: &str) -> Value {
    let part = |kind, identity: &str| Component { kind, identity: identity.into() };
    Value::Components(vec![
        part(ComponentKind::Board, "kiosk-mainboard-7"),
        part(ComponentKind::Disk, "nvme-7c1f"),
        part(ComponentKind::Network, nic),
    ])
}

fn plugged(sticks: &[&str]) -> Value {
    let network = Interface { kind: InterfaceKind::Network, name: "eth0".into() };
    let stick = |name: &&str| Interface { kind: InterfaceKind::UsbStorage, name: (*name).into() };
    Value::Interfaces([network].into_iter().chain(sticks.iter().map(stick)).collect())
}

#[expect(clippy::cast_possible_truncation, reason = "a box is not thrown with a thousand g")]
fn micro_g(g: f64) -> MicroG {
    MicroG((g * 1_000_000.0) as i32)
}
