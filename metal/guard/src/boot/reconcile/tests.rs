use detect::{Certainty, Finding, Group};
use vocab::{
    Mono, Severity, TamperKind, Value,
    reading::{Flag, SensorFault},
    tuning::Motion,
    unit::Permille,
};

use super::Reconciling;
use crate::{
    glimpse::Glimpse,
    kit::{level, named, parts, reading, seconds, senses, tilted, zone},
};

/// What the last run left: level, flag clear, two cards.
fn reconciling() -> Reconciling {
    let mut glimpse = Glimpse::default();
    for (sensor, value) in
        [("accel", level()), ("flag", Value::Intrusion(Flag::Clear)), ("parts", parts(&["a", "b"]))]
    {
        glimpse.take(&reading(sensor, seconds(1), value), &Motion::default());
    }
    Reconciling::new(&glimpse, Mono(0))
}

fn verdict(reconciling: Reconciling) -> alloc::vec::Vec<(alloc::string::String, Severity, usize)> {
    let sensors: alloc::vec::Vec<_> = senses().into_iter().map(|(sensor, _)| sensor).collect();
    let findings = reconciling.verdict(&sensors, &[], seconds(5)).findings;
    let told = findings.iter().map(|finding| {
        (alloc::format!("{:?} {}", finding.kind, finding.zone), finding.severity_hint, finding.readings.len())
    });
    told.collect()
}

#[test]
fn what_stands_as_it_stood_is_no_finding_and_done_when_all_have_spoken() {
    let mut reconciling = reconciling();
    for (sensor, value) in
        [("accel", level()), ("flag", Value::Intrusion(Flag::Clear)), ("parts", parts(&["a", "b"]))]
    {
        assert!(!reconciling.is_done(seconds(1)));
        reconciling.compare(&reading(sensor, seconds(1), value), &Motion::default());
    }
    assert!(reconciling.is_done(seconds(1)));
    assert_eq!(verdict(reconciling), []);
}

#[test]
fn each_difference_is_a_severe_finding_with_before_and_now() {
    let mut reconciling = reconciling();
    for (sensor, value) in
        [("accel", tilted()), ("flag", Value::Intrusion(Flag::Raised)), ("parts", parts(&["a"]))]
    {
        reconciling.compare(&reading(sensor, seconds(1), value), &Motion::default());
    }
    let found = verdict(reconciling);
    let expected = [("WhileOff board", 2), ("WhileOff lid", 2), ("WhileOff board", 2)];
    assert_eq!(found, expected.map(|(what, readings)| (what.into(), Severity::High, readings)));
}

#[test]
fn a_sensor_that_cannot_be_compared_in_time_is_a_lesser_finding() {
    let mut reconciling = reconciling();
    reconciling.compare(&reading("flag", seconds(1), Value::Intrusion(Flag::Clear)), &Motion::default());
    reconciling.compare(&reading("accel", seconds(1), level()), &Motion::default());
    reconciling.compare(&reading("parts", seconds(1), Value::Fault(SensorFault::Bus)), &Motion::default());
    assert!(!reconciling.is_done(Mono(4_999_999_999)));
    assert_eq!(reconciling.deadline(), seconds(5));
    assert!(reconciling.is_done(seconds(5)));
    assert_eq!(verdict(reconciling), [("WhileOff board".into(), Severity::Medium, 1)]);
}

fn held(sensor: &str, kind: TamperKind, group: Group) -> Finding {
    Finding {
        sensor: named(sensor),
        zone: zone("lid"),
        kind,
        certainty: Certainty::Decisive,
        weight: Permille(900),
        group,
        severity_hint: Severity::High,
        since: Mono(0),
        at: Mono(0),
        readings: [].into(),
    }
}

#[test]
fn the_same_thing_seen_against_the_baseline_is_told_once() {
    let mut reconciling = reconciling();
    assert!(reconciling.hold(&held("flag", TamperKind::IntrusionFlag, Group::Enclosure)));
    assert!(reconciling.hold(&held("parts", TamperKind::ComponentRemoved, Group::Parts)));
    assert!(
        !reconciling.hold(&held("lid", TamperKind::LidOpened, Group::Enclosure)),
        "the lid waits for nobody"
    );
    for (sensor, value) in
        [("accel", level()), ("flag", Value::Intrusion(Flag::Raised)), ("parts", parts(&["a", "b"]))]
    {
        reconciling.compare(&reading(sensor, seconds(1), value), &Motion::default());
    }
    let found = verdict(reconciling);
    let expected =
        [("WhileOff lid".into(), Severity::High, 2), ("ComponentRemoved lid".into(), Severity::High, 0)];
    assert_eq!(found, expected, "what was there before the cut is told under its own name");
}
