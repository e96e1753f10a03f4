//! Heat, cold and cold-boot cooling beside weather.

use alloc::{vec, vec::Vec};

use vocab::{Channel, Severity, TamperKind, Value, unit::MilliCelsius};

use crate::{
    Certainty, Condition,
    tests::{Recording, judge, signal},
};

use Certainty::Corroborating;
use Condition::Present;
use Severity::{High, Medium};
use TamperKind::{ColdBootCooling, TemperatureOutside};

/// Everything that this room has recorded.
pub(crate) fn recordings() -> Vec<Recording> {
    [bands(), slopes()].into_iter().flatten().collect()
}

fn degrees(millicelsius: i64) -> Value {
    Value::Temperature(MilliCelsius(i32::try_from(millicelsius).unwrap()))
}

fn runs(name: &'static str, points: &[(u64, i64)]) -> Recording {
    let millis = points.last().unwrap().0;
    Recording::new(name, Channel::Temperature, millis, signal::lines(points, degrees))
}

const NEVER_COOL: [(u64, i64); 10] = [
    (0, 71_000),
    (8_000, 71_000),
    (15_000, 67_500),
    (17_000, 67_500),
    (19_000, 68_500),
    (21_000, 68_500),
    (23_000, 67_500),
    (25_000, 67_500),
    (32_000, 71_000),
    (40_000, 71_000),
];

fn bands() -> Vec<Recording> {
    let outside = |recording: Recording| recording.shows(TemperatureOutside, Corroborating, Medium);
    let second = |back: i64| {
        let there_and_back = [(0, 75_000), (8_000, 75_000), (24_000, back), (34_000, back), (50_000, 75_000)];
        [&there_and_back[..], &[(60_000, 75_000)]].concat()
    };
    vec![
        runs("a warm afternoon", &[(0, 50_000), (10_000, 50_000)]),
        outside(runs("an oven", &[(0, 90_000), (8_000, 90_000)])).leaves(Present),
        runs("a hot breath", &[(0, 40_000), (1_000, 90_000), (4_000, 90_000)]).leaves(Present),
        runs("a cool cellar", &[(0, 3_000), (10_000, 3_000)]),
        outside(runs("a frosty night", &[(0, -3_000), (10_000, -3_000)])).leaves(Present),
        outside(runs("hot, not quite cooled, and hot again", &second(68_500))).leaves(Present),
        outside(outside(runs("hot, cooled, and hot again", &second(67_000)))).leaves(Present),
        runs(
            "at the limit, now above and now below",
            &[
                (0, 70_500),
                (2_000, 70_500),
                (4_000, 69_500),
                (6_000, 69_500),
                (8_000, 70_500),
                (9_900, 70_500),
            ],
        )
        .leaves(Present),
        outside(runs("hot, and never cool for long", &NEVER_COOL)).leaves(Present),
        runs(
            "one bad reading",
            &[(0, 25_000), (4_900, 25_000), (5_000, -60_000), (5_100, 25_000), (20_000, 25_000)],
        )
        .at_hertz(10),
    ]
}

fn slopes() -> Vec<Recording> {
    let cooling = |recording: Recording| recording.shows(ColdBootCooling, Corroborating, High);
    vec![
        runs("the door of a cold store, 0.2 °C/s", &[(0, 20_000), (60_000, 8_000)]),
        runs("a gust of 0.7 °C/s", &[(0, 40_000), (20_000, 26_000)]),
        cooling(runs("cooled by 1.5 °C/s", &[(0, 40_000), (20_000, 10_000)])).leaves(Present),
        cooling(runs("cooled by 2 °C/s down to −20 °C", &[(0, 24_000), (22_000, -20_000)]))
            .shows(TemperatureOutside, Corroborating, Medium)
            .leaves(Present),
        cooling(runs("cooled, and left alone", &[(0, 40_000), (10_000, 20_000), (20_000, 20_000)])),
        runs("a coarse step of 1.6 °C", &[(0, 30_000), (4_000, 30_000), (4_400, 28_400), (12_000, 28_400)]),
        cooling(runs(
            "a fall by 3 °C in 2 s",
            &[(0, 30_000), (4_000, 30_000), (6_000, 27_000), (15_000, 27_000)],
        )),
        runs("heated fast", &[(0, 20_000), (10_000, 60_000)]),
    ]
}

#[test]
fn heat_and_cold_count_when_they_stay() {
    judge(bands());
}

#[test]
fn cooling_is_told_from_weather_by_its_rate() {
    judge(slopes());
}

#[test]
fn fast_cooling_is_told_long_before_the_cold() {
    let played = slopes().remove(3).play(&vocab::Tuning::default());
    let [cooling, outside] = &played.findings[..] else { panic!("{:?}", played.seen) };
    assert!(cooling.at.0 + 9_000_000_000 < outside.since.0, "{cooling:?} {outside:?}");
}
