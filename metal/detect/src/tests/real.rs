//! Recordings of real accelerometers (STMicroelectronics asset tracking, BSD-3-Clause, 25 Hz), through the bank.

extern crate std;

use alloc::{string::String, vec, vec::Vec};
use std::fs;

use vocab::{Channel, Mono, Reading, Sensor, TamperKind, Tuning, Value, unit::MicroG};

use super::recording::{name, zone};
use crate::{Bank, Baseline, Finding, Learned, Proof};

/// 25 Hz.
const PERIOD: u64 = 40_000_000;

type Sample = (MicroG, MicroG, MicroG);

#[test]
fn a_still_device_shows_nothing() {
    let Some(upright) = samples("stationary.csv") else { return };
    let bank = &mut bank(&home_of(&upright));
    assert_eq!(kinds(&play(bank, &upright)), []);
    assert_eq!(bank.proof(&name()).unwrap().proof, Proof::Unproved, "quiet is no proof");
}

#[test]
fn a_device_that_lies_on_its_side_shows_one_tilt_and_no_movement() {
    let (Some(upright), Some(lying)) = (samples("stationary.csv"), samples("stationary_not_upright.csv"))
    else {
        return;
    };
    assert_eq!(kinds(&play(&mut bank(&home_of(&upright)), &lying)), [TamperKind::Tilted]);
    assert_eq!(kinds(&play(&mut bank(&home_of(&lying)), &lying)), [], "and none where that is its home");
}

#[test]
fn a_carried_device_shows_one_episode() {
    let (Some(upright), Some(carried)) = (samples("stationary.csv"), samples("motion.csv")) else { return };
    let findings = play(&mut bank(&home_of(&upright)), &carried);
    assert_eq!(kinds(&findings), [TamperKind::Moved]);
    assert!(findings[0].at <= Mono(5_000_000_000), "within five seconds: {}", findings[0].at.0);
}

#[test]
fn a_shaken_device_shows_one_episode() {
    let (Some(upright), Some(shaken)) = (samples("stationary.csv"), samples("shake.csv")) else { return };
    assert_eq!(kinds(&play(&mut bank(&home_of(&upright)), &shaken)), [TamperKind::Moved]);
}

#[test]
fn a_day_in_the_life_of_a_stolen_device_reads_in_order() {
    let files = ["stationary.csv", "motion.csv", "stationary_not_upright.csv"].map(samples);
    let [Some(upright), Some(carried), Some(lying)] = files else { return };
    let day = [upright.clone(), carried, lying].concat();
    assert_eq!(kinds(&play(&mut bank(&home_of(&upright)), &day)), [TamperKind::Moved, TamperKind::Tilted]);
}

#[test]
fn still_recordings_keep_a_distance_of_ten_from_the_threshold_of_movement() {
    for file in ["stationary.csv", "stationary_not_upright.csv"] {
        let Some(samples) = samples(file) else { return };
        let mut tuning = Tuning::default();
        tuning.motion.moving.0 /= 10;
        let mut bank = Bank::new(&sensors(), &tuning, &home_of(&samples));
        assert_eq!(kinds(&play(&mut bank, &samples)), [], "{file}");
    }
}

fn sensors() -> [Sensor; 1] {
    [Sensor { name: name(), channel: Channel::Acceleration, zone: zone() }]
}

fn bank(baseline: &Baseline) -> Bank {
    Bank::new(&sensors(), &Tuning::default(), baseline)
}

/// What a device learns that is commissioned like this.
fn home_of(samples: &[Sample]) -> Baseline {
    let mut bank = bank(&Baseline::default());
    play(&mut bank, &samples[..100]);
    let baseline = bank.learn();
    assert!(matches!(baseline.sensors[&name()].learned, Some(Learned::Home(..))));
    baseline
}

fn play(bank: &mut Bank, samples: &[Sample]) -> Vec<Finding> {
    let mut findings = vec![];
    for (at, &(x, y, z)) in (0..).step_by(usize::try_from(PERIOD).unwrap()).map(Mono).zip(samples) {
        if bank.deadline().is_some_and(|deadline| deadline <= at) {
            findings.extend(bank.tick(at));
        }
        findings.extend(bank.observe(&Reading { sensor: name(), at, value: Value::Acceleration(x, y, z) }));
    }
    findings
}

fn kinds(findings: &[Finding]) -> Vec<TamperKind> {
    findings.iter().map(|finding| finding.kind).collect()
}

fn samples(file: &str) -> Option<Vec<Sample>> {
    let path = data::find("motion/st-asset-tracking")?.join(file);
    let text: String = fs::read_to_string(path).unwrap();
    let rows = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    Some(rows.map(sample).collect())
}

fn sample(line: &str) -> Sample {
    let mut axes = line.trim().split(',').map(micro_g);
    let mut next = || axes.next().expect("three axes in a row");
    (next(), next(), next())
}

/// `-0.011` in millionths.
fn micro_g(decimal: &str) -> MicroG {
    let (sign, digits) = decimal.strip_prefix('-').map_or((1, decimal), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let millionths: i32 = alloc::format!("{whole}{part:0<6}").parse().unwrap();
    MicroG(sign * millionths)
}

#[test]
fn decimals_are_read_as_they_are_written() {
    let read = ["-0.011", "0.988", "1", "-3.4", "0"].map(|text| micro_g(text).0);
    assert_eq!(read, [-11_000, 988_000, 1_000_000, -3_400_000, 0]);
}
