use vocab::{
    Action, Interlock,
    InterlockReading::{self, Clear, Engaged, Unknown},
    InterlockRule, Millis, Mono, Value,
    reading::SensorFault,
};

use super::Interlocks;
use crate::kit::{reading, seconds};

const SILENT: Millis = Millis(30_000);

fn said(sayings: &[(&str, InterlockReading)]) -> Interlocks {
    let mut interlocks = Interlocks::default();
    for (sensor, says) in sayings {
        interlocks.hear(&reading(sensor, Mono(0), Value::Interlock(Interlock::Energised, *says)));
    }
    interlocks
}

fn rule() -> InterlockRule {
    InterlockRule {
        withholds: Action::PowerOff,
        condition: Interlock::Energised,
        instead: Some(Action::Isolate),
    }
}

#[test]
fn the_worst_that_any_sensor_says_counts() {
    for (sayings, expected) in [
        (&[][..], Unknown),
        (&[("a", Clear)], Clear),
        (&[("a", Clear), ("b", Unknown)], Unknown),
        (&[("a", Engaged), ("b", Clear)], Engaged),
        (&[("a", Engaged), ("b", Unknown)], Engaged),
    ] {
        assert_eq!(said(sayings).now(Interlock::Energised, Mono(0), SILENT), expected, "{sayings:?}");
    }
}

#[test]
fn what_was_said_too_long_ago_is_not_known() {
    let interlocks = said(&[("a", Clear)]);
    assert_eq!(interlocks.now(Interlock::Energised, seconds(30), SILENT), Clear);
    assert_eq!(interlocks.now(Interlock::Energised, Mono(30_000_000_001), SILENT), Unknown);
}

#[test]
fn a_sensor_that_cannot_look_knows_nothing() {
    let mut interlocks = said(&[("a", Clear)]);
    interlocks.hear(&reading("a", Mono(1), Value::Fault(SensorFault::Bus)));
    assert_eq!(interlocks.now(Interlock::Energised, Mono(1), SILENT), Unknown);
}

#[test]
fn only_a_clear_condition_lets_the_act_pass() {
    let rules = [rule()];
    for (sayings, forbidden) in
        [(&[][..], true), (&[("a", Unknown)], true), (&[("a", Engaged)], true), (&[("a", Clear)], false)]
    {
        let found = said(sayings).forbids(&Action::PowerOff, &rules, Mono(0), SILENT);
        assert_eq!(found.is_some(), forbidden, "{sayings:?}");
    }
    assert!(said(&[]).forbids(&Action::DropKeys, &rules, Mono(0), SILENT).is_none(), "no rule names it");
}

#[test]
fn it_says_when_a_condition_has_cleared_and_only_then() {
    let mut interlocks = Interlocks::default();
    let mut hear =
        |says| interlocks.hear(&reading("a", Mono(0), Value::Interlock(Interlock::Energised, says)));
    assert_eq!(hear(Engaged), None);
    assert_eq!(hear(Clear), Some(Interlock::Energised));
    assert_eq!(hear(Clear), None);
    assert_eq!(hear(Unknown), None);
    assert_eq!(hear(Clear), Some(Interlock::Energised));
}
