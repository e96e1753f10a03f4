//! Sags, glitches, foreign loads and outages, each beside its harmless twin.
#![allow(clippy::single_range_in_vec_init, reason = "a table of spans may hold one")]

use alloc::{vec, vec::Vec};
use core::ops::Range;

use vocab::{
    Channel, Severity, TamperKind, Value,
    reading::Supply,
    unit::{MilliAmps, MilliVolts},
};

use crate::{
    Certainty, Condition,
    tests::{Recording, judge, signal},
};

use Certainty::Corroborating;
use Condition::Present;
use Severity::{High, Low, Medium};
use TamperKind::{CurrentChanged, OverVoltage, PowerGlitch, SupplyLost, UnderVoltage};

/// Everything that this room has recorded.
pub(crate) fn recordings() -> Vec<Recording> {
    [bands(), dips(), nominals(), currents(), outages()].into_iter().flatten().collect()
}

fn volts(millivolts: i64) -> Value {
    Value::Rail(MilliVolts(i32::try_from(millivolts).unwrap()))
}

/// A rail of 5 V that says this within these spans.
fn rail(name: &'static str, says: i64, spans: &[Range<u64>], millis: u64) -> Recording {
    let five = signal::flat(volts(5_000));
    Recording::new(name, Channel::Rail, millis, signal::pulses(volts(5_000), volts(says), spans))
        .at_home(five)
}

fn bands() -> Vec<Recording> {
    let (always, short, long) = (&[0..60_000], &[1_000..1_700], &[1_000..2_500]);
    vec![
        rail("a rail at 4.85 V", 4_850, always, 10_000),
        rail("a rail at 4.70 V for 10 s", 4_700, always, 10_000)
            .shows(UnderVoltage, Corroborating, Low)
            .leaves(Present),
        rail("a rail at 4.60 V", 4_600, always, 10_000)
            .shows(UnderVoltage, Corroborating, Low)
            .shows(UnderVoltage, Corroborating, Medium)
            .leaves(Present),
        rail("a rail at 4.40 V", 4_400, always, 10_000)
            .shows(UnderVoltage, Corroborating, Low)
            .shows(UnderVoltage, Corroborating, Medium)
            .leaves(Present),
        rail("a rail at 5.15 V", 5_150, always, 10_000),
        rail("a rail at 5.40 V", 5_400, always, 10_000)
            .shows(OverVoltage, Corroborating, Medium)
            .leaves(Present),
        rail("4.70 V for 0.7 s", 4_700, short, 5_000),
        rail("4.70 V for 1.5 s", 4_700, long, 5_000).shows(UnderVoltage, Corroborating, Low),
        rail("a spike of 0.7 s", 5_600, short, 5_000),
    ]
}

fn dips() -> Vec<Recording> {
    let row = |starts: &[u64]| starts.iter().map(|at| *at..at + 100).collect::<Vec<_>>();
    let rippling =
        [(0, 5_000), (1_000, 5_000), (1_500, 4_600), (1_600, 4_660), (1_700, 4_600), (1_800, 4_660)];
    let rippling = [&rippling[..], &[(1_900, 4_600), (2_300, 5_000)]].concat();
    vec![
        rail("a single sag", 4_500, &row(&[1_000]), 15_000).shows(UnderVoltage, Corroborating, Low),
        rail("two sags", 4_500, &row(&[1_000, 1_500]), 15_000).shows(UnderVoltage, Corroborating, Low),
        rail("five dips of 100 ms", 4_500, &row(&[1_000, 1_500, 2_000, 2_500, 3_000]), 20_000)
            .shows(UnderVoltage, Corroborating, Low)
            .shows(PowerGlitch, Corroborating, High),
        rail("three dips in 7 s", 4_500, &row(&[1_000, 1_800, 8_000]), 10_000)
            .shows(UnderVoltage, Corroborating, Low)
            .shows(PowerGlitch, Corroborating, High)
            .leaves(Present),
        rail("three sags in 15 s", 4_500, &row(&[1_000, 8_500, 16_000]), 40_000)
            .shows(UnderVoltage, Corroborating, Low)
            .shows(UnderVoltage, Corroborating, Low)
            .shows(UnderVoltage, Corroborating, Low),
        Recording::new(
            "a sag with noise about the limit is one",
            Channel::Rail,
            20_000,
            signal::lines(rippling, volts),
        )
        .at_home(signal::flat(volts(5_000)))
        .shows(UnderVoltage, Corroborating, Low),
    ]
}

fn nominals() -> Vec<Recording> {
    let lives = |name, home, says| {
        Recording::new(name, Channel::Rail, 5_000, signal::flat(volts(says)))
            .at_home(signal::flat(volts(home)))
    };
    vec![
        lives("a 3.3 V rail", 3_310, 3_290),
        lives("a 3.3 V rail at 3.0 V", 3_310, 3_000)
            .shows(UnderVoltage, Corroborating, Low)
            .shows(UnderVoltage, Corroborating, Medium)
            .leaves(Present),
        lives("a 12 V rail", 12_100, 11_900),
        lives("a rail that sagged when it was learned", 4_620, 4_620)
            .shows(UnderVoltage, Corroborating, Low)
            .shows(UnderVoltage, Corroborating, Medium)
            .leaves(Present),
        lives("a rail of 4.3 V by design", 4_300, 4_300),
        Recording::new("a rail that was never learned", Channel::Rail, 5_000, signal::flat(volts(0))),
    ]
}

fn currents() -> Vec<Recording> {
    let draws = |name, says: i32, span: Range<u64>, millis| {
        let (rest, pulse) = (Value::Current(MilliAmps(1_000)), Value::Current(MilliAmps(says)));
        Recording::new(name, Channel::Current, millis, signal::pulses(rest.clone(), pulse, [span]))
            .at_home(signal::flat(rest))
    };
    vec![
        draws("a busy processor", 1_150, 1_000..90_000, 30_000),
        draws("an interposer", 1_300, 1_000..90_000, 30_000)
            .shows(CurrentChanged, Corroborating, Low)
            .leaves(Present),
        draws("a load that went away", 600, 1_000..30_000, 60_000).shows(CurrentChanged, Corroborating, Low),
        draws("a busy minute", 1_500, 1_000..8_000, 30_000),
        draws("a foreign quarter of a minute", 1_500, 1_000..16_000, 60_000).shows(
            CurrentChanged,
            Corroborating,
            Low,
        ),
        Recording::new(
            "a current that was never learned",
            Channel::Current,
            30_000,
            signal::lines([(0, 100), (20_000, 9_000)], |amps| {
                Value::Current(MilliAmps(i32::try_from(amps).unwrap()))
            }),
        ),
    ]
}

fn outages() -> Vec<Recording> {
    let outage = |name, spans: &[Range<u64>]| {
        let signal = signal::pulses(Value::Supply(Supply::Present), Value::Supply(Supply::Lost), spans);
        Recording::new(name, Channel::Supply, 9_000, signal)
    };
    vec![
        outage("the mains flicker", &[1_000..1_700, 2_000..2_700]),
        outage("the mains are gone for 1.5 s", &[1_000..2_500]).shows(SupplyLost, Corroborating, Low),
        outage("the mains are gone", &[1_000..60_000]).shows(SupplyLost, Corroborating, Low).leaves(Present),
        outage("the mains come back in fits", &[1_000..2_500, 3_000..5_000]).shows(
            SupplyLost,
            Corroborating,
            Low,
        ),
        outage("the mains are gone twice", &[1_000..2_500, 5_000..7_000])
            .shows(SupplyLost, Corroborating, Low)
            .shows(SupplyLost, Corroborating, Low),
    ]
}

#[test]
fn a_rail_is_judged_by_how_far_and_how_long_it_is_off() {
    judge(bands());
}

#[test]
fn a_single_sag_is_a_warning_and_a_row_of_dips_is_a_glitch() {
    judge(dips());
}

#[test]
fn every_rail_is_judged_by_its_own_voltage() {
    judge(nominals());
}

#[test]
fn a_foreign_load_stays_and_a_busy_processor_does_not() {
    judge(currents());
}

#[test]
fn power_that_is_gone_is_told_from_power_that_flickers() {
    judge(outages());
}
