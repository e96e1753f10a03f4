use vocab::{
    Mono, Value,
    reading::{Contact, Flag, SensorFault},
    tuning::Motion,
    unit::{Lux, MicroG},
};

use super::{Compared, Glimpse, compare};
use crate::kit::{level, named, parts, reading, seconds, tilted};

fn glimpse() -> Glimpse {
    let mut glimpse = Glimpse::default();
    for (sensor, value) in [
        ("accel", level()),
        ("flag", Value::Intrusion(Flag::Clear)),
        ("parts", parts(&["a", "b"])),
        ("lid", Value::Contact(Contact::Open)),
        ("light", Value::Light(Lux(900))),
    ] {
        glimpse.take(&reading(sensor, seconds(1), value), &Motion::default());
    }
    glimpse
}

#[test]
fn it_keeps_flag_inventory_and_position_and_nothing_else() {
    let values = glimpse();
    let values = values.values();
    let names: alloc::vec::Vec<&str> = values.keys().map(vocab::SensorName::as_str).collect();
    assert_eq!(names, ["accel", "flag", "parts"]);
}

#[test]
fn it_comes_back_from_its_file() {
    let (kept, back) = (glimpse(), Glimpse::decode(&glimpse().encode(7)).unwrap());
    assert_eq!(kept.values(), back.values());
    assert_eq!(back.kept_after(), 7);
    assert!(Glimpse::decode(b"not a glimpse").is_err());
}

#[test]
fn a_change_is_kept_ten_seconds_later_and_once() {
    let mut glimpse = glimpse();
    assert_eq!(glimpse.deadline(), Some(seconds(11)));
    assert!(!glimpse.due(seconds(10)));
    assert!(glimpse.due(seconds(11)));
    assert!(!glimpse.due(seconds(12)));
    glimpse.take(&reading("flag", seconds(20), Value::Intrusion(Flag::Clear)), &Motion::default());
    assert_eq!(glimpse.deadline(), None, "nothing has changed");
    glimpse.take(&reading("flag", seconds(21), Value::Intrusion(Flag::Raised)), &Motion::default());
    assert_eq!(glimpse.deadline(), Some(seconds(31)));
}

#[test]
fn a_reading_that_shows_no_gravity_says_nothing_of_the_position() {
    let mut glimpse = glimpse();
    let thrown = Value::Acceleration(MicroG(3_000_000), MicroG(0), MicroG(0));
    glimpse.take(&reading("accel", seconds(2), thrown.clone()), &Motion::default());
    assert_eq!(glimpse.values()[&named("accel")], level());
    assert_eq!(compare(&level(), &thrown, &Motion::default()), Compared::Unclear);
}

#[test]
fn values_are_compared_by_what_they_mean() {
    let flag = |flag| Value::Intrusion(flag);
    for (before, now, expected) in [
        (flag(Flag::Clear), flag(Flag::Raised), Compared::Differs),
        (flag(Flag::Raised), flag(Flag::Clear), Compared::Differs),
        (flag(Flag::Raised), flag(Flag::Raised), Compared::Same),
        (parts(&["a"]), parts(&["a"]), Compared::Same),
        (parts(&["a"]), parts(&["b"]), Compared::Differs),
        (parts(&["a", "b"]), parts(&["a"]), Compared::Differs),
        (level(), level(), Compared::Same),
        (level(), tilted(), Compared::Differs),
        (flag(Flag::Clear), Value::Fault(SensorFault::Bus), Compared::Unclear),
    ] {
        assert_eq!(compare(&before, &now, &Motion::default()), expected, "{before:?} {now:?}");
    }
}

/// One g, leaning by so many thousandths of a degree (small ones: the sine is the angle).
fn leaning(milli_degrees: i32) -> Value {
    let x = milli_degrees * 17_453 / 1_000;
    Value::Acceleration(
        MicroG(x),
        MicroG(0),
        MicroG(i32::try_from((1_000_000_000_000 - i64::from(x).pow(2)).isqrt()).unwrap()),
    )
}

#[test]
fn a_lean_of_five_degrees_is_another_position() {
    let tuning = Motion::default();
    assert_eq!(compare(&level(), &leaning(4_900), &tuning), Compared::Same);
    assert_eq!(compare(&level(), &leaning(5_100), &tuning), Compared::Differs);
    let half = Motion { tilt: vocab::unit::MilliDegrees(tuning.tilt.0 / 2), ..tuning.clone() };
    let double = Motion { tilt: vocab::unit::MilliDegrees(tuning.tilt.0 * 2), ..tuning };
    assert_eq!(compare(&level(), &leaning(4_900), &half), Compared::Differs);
    assert_eq!(compare(&level(), &leaning(5_100), &double), Compared::Same);
}

#[test]
fn a_reading_from_the_past_of_another_boot_means_nothing_to_the_deadline() {
    assert_eq!(Glimpse::decode(&glimpse().encode(0)).unwrap().deadline(), None);
    assert!(!Glimpse::decode(&glimpse().encode(0)).unwrap().due(Mono(u64::MAX)));
}
