//! Sensors that say nothing or cannot look, and pauses in which nobody listened.
#![allow(clippy::single_range_in_vec_init, reason = "a table of spans may hold one")]

use alloc::{vec, vec::Vec};
use core::ops::Range;

use vocab::{
    Channel, Severity, TamperKind, Value,
    reading::{Contact, SensorFault},
    unit::Lux,
};

use crate::{
    Certainty, Condition,
    tests::{Recording, judge, signal},
};

use Certainty::{Corroborating, Decisive};
use Condition::{Present, Unknown};
use Severity::{High, Low, Medium};
use TamperKind::{LidOpened, SensorFaulted, SensorSilent};

/// Everything that this room has recorded.
pub(crate) fn recordings() -> Vec<Recording> {
    [silences(), pauses(), faults()].into_iter().flatten().collect()
}

/// A light sensor in a dark case that says nothing within these spans.
fn mute(name: &'static str, spans: &[Range<u64>], millis: u64) -> Recording {
    let dark = signal::flat(Value::Light(Lux(0)));
    Recording::new(name, Channel::Light, millis, signal::silent(dark, spans))
}

fn silences() -> Vec<Recording> {
    let parts = |name, span: Range<u64>| {
        let none = signal::silent(signal::flat(Value::Components(vec![])), [span]);
        Recording::new(name, Channel::Components, 300_000, none).at_hertz(1)
    };
    let silent = |recording: Recording| recording.shows(SensorSilent, Corroborating, Medium);
    vec![
        mute("a sensor that says nothing for 20 s", &[1_000..21_000], 30_000),
        silent(mute("a sensor that says nothing for 45 s", &[1_000..46_000], 50_000)),
        silent(mute("a sensor that says nothing more", &[1_000..90_000], 80_000)).leaves(Unknown),
        silent(mute("a sensor that never says anything", &[0..90_000], 80_000)).leaves(Unknown),
        silent(silent(mute("a sensor that falls silent twice", &[1_000..46_000, 50_000..90_000], 100_000))),
        mute("a sensor read each 10 s", &[1..10_000, 10_001..20_000, 20_001..30_000], 30_000),
        parts("an inventory read each two minutes", 10_000..130_000),
        silent(parts("an inventory that is not read for four minutes", 10_000..260_000)),
    ]
}

/// Nobody looked, and that is nobody's silence.
fn pauses() -> Vec<Recording> {
    let silent = |recording: Recording| recording.shows(SensorSilent, Corroborating, Medium);
    vec![
        mute("asleep for an hour", &[1_000..3_602_000], 3_610_000).away(1_000..3_601_000),
        silent(mute("a short breath in a silence", &[1_000..60_000], 45_000).away(26_000..33_000))
            .leaves(Unknown),
        mute("a pause of 15 s in a silence", &[1_000..60_000], 45_000).away(21_000..36_000),
        silent(mute("silent before and after a pause", &[1_000..900_000], 700_000).away(40_000..600_000))
            .leaves(Unknown),
    ]
}

fn faults() -> Vec<Recording> {
    let fault = |name, kind, span: Range<u64>, millis| {
        let signal = signal::pulses(Value::Light(Lux(0)), Value::Fault(kind), [span]);
        Recording::new(name, Channel::Light, millis, signal)
    };
    let lid =
        |name, steps: &[(u64, Value)]| Recording::new(name, Channel::Contact, 6_000, signal::steps(steps));
    let [open, closed] = [Contact::Open, Contact::Closed].map(Value::Contact);
    let dead = Value::Fault(SensorFault::Bus);
    let faulted = |recording: Recording| recording.shows(SensorFaulted, Corroborating, Medium);
    vec![
        fault("a bus that hiccups for 1.5 s", SensorFault::Bus, 1_000..2_500, 9_000),
        faulted(fault("a sensor that cannot look for 3 s", SensorFault::Declared, 1_000..4_000, 9_000)),
        faulted(fault("a sensor that is gone", SensorFault::Missing, 1_000..90_000, 60_000)).leaves(Unknown),
        faulted(Recording::new(
            "a switch that says lux",
            Channel::Contact,
            5_000,
            signal::flat(Value::Light(Lux(1))),
        ))
        .leaves(Unknown),
        faulted(Recording::new(
            "an interlock that says lux",
            Channel::Interlock,
            5_000,
            signal::flat(Value::Light(Lux(1))),
        ))
        .leaves(Unknown),
        lid("a lid opened behind a fault", &[(1_000, closed.clone()), (1_100, open), (9_000, dead.clone())])
            .shows(LidOpened, Corroborating, Low)
            .shows(LidOpened, Decisive, High)
            .shows(SensorFaulted, Corroborating, Medium)
            .leaves(Present),
        faulted(lid("a fault that heals", &[(1_000, closed.clone()), (4_000, dead), (9_000, closed)])),
    ]
}

#[test]
fn a_silent_sensor_is_itself_a_finding() {
    judge(silences());
}

#[test]
fn time_in_which_nobody_looked_is_nobodys_silence() {
    judge(pauses());
}

#[test]
fn a_fault_that_lasts_is_a_finding_and_lowers_nothing() {
    judge(faults());
}
