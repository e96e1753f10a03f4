//! Walks, blows, tilts and falls beside what weather, machines and dead chips make of them.
#![allow(clippy::single_range_in_vec_init, reason = "a table of spans may hold one")]

use alloc::{boxed::Box, vec, vec::Vec};
use core::ops::Range;

use vocab::{Channel, Severity, TamperKind, Value, unit::MicroG};

use super::vector::Vector;
use crate::{
    Certainty, Condition,
    tests::{Recording, judge, signal::Noise},
};

use Certainty::Corroborating;
use Condition::{Present, Unknown};
use Severity::{High, Low, Medium};
use TamperKind::{Dropped, Moved, SensorFaulted, SensorSilent, Struck, Tilted};

const G: i64 = 1_000_000;
const UPRIGHT: [i64; 3] = [0, 0, G];

/// Everything that this room has recorded.
pub(crate) fn recordings() -> Vec<Recording> {
    [carried(), vibrating(), struck(), tilted(), dropped(), dead(), lifeless()]
        .into_iter()
        .flatten()
        .collect()
}

/// A device that learned to hang upright, and then shows this, with the noise of a chip.
fn shows(name: &'static str, millis: u64, axes: impl Fn(u64) -> [i64; 3] + 'static) -> Recording {
    Recording::new(name, Channel::Acceleration, millis, Box::new(move |at| Some(noisy(at, axes(at)))))
        .at_home(Box::new(|at| Some(noisy(at, UPRIGHT))))
}

/// As a chip says it: a thousandth of gravity of noise, as in the recordings of still devices.
fn noisy(at: u64, axes: [i64; 3]) -> Value {
    let mut noise = Noise::at(at);
    exactly(axes.map(|axis| axis + noise.within(1_000)))
}

fn exactly(axes: [i64; 3]) -> Value {
    let [x, y, z] = axes.map(|axis| MicroG(i32::try_from(axis).unwrap()));
    Value::Acceleration(x, y, z)
}

/// A sway along x of this height, there and back within `period`, as a triangle.
fn sway(at: u64, height: i64, period: u64) -> [i64; 3] {
    let phase = i64::try_from(at % period).unwrap() * 4 * height / i64::try_from(period).unwrap();
    let x = match phase {
        up if up < height => up,
        down if down < 3 * height => 2 * height - down,
        up => up - 4 * height,
    };
    [x, 0, G]
}

/// Swaying within these spans, at rest otherwise.
fn walks(spans: &'static [Range<u64>], height: i64, period: u64) -> impl Fn(u64) -> [i64; 3] {
    move |at| {
        if spans.iter().any(|span| span.contains(&at)) { sway(at, height, period) } else { UPRIGHT }
    }
}

fn carried() -> Vec<Recording> {
    vec![
        shows("a device at rest", 20_000, |_| UPRIGHT),
        shows("a mast in a breeze", 9_000, |at| sway(at, 31_000, 1_000)),
        shows("a hand that carries", 9_000, |at| sway(at, 60_000, 1_000))
            .shows(Moved, Corroborating, High)
            .leaves(Present),
        shows("a slow swing", 12_000, |at| sway(at, 60_000, 2_000)),
        shows("somebody pushes it aside", 9_000, walks(&[2_000..3_500], 200_000, 500)),
        shows("somebody takes it four seconds far", 9_000, walks(&[2_000..6_000], 200_000, 500))
            .shows(Moved, Corroborating, High)
            .leaves(Present),
        shows("a walk with a pause of 7 s", 30_000, walks(&[2_000..8_000, 15_000..21_000], 200_000, 500))
            .shows(Moved, Corroborating, High)
            .leaves(Present),
        shows(
            "a step, not seen for a while, and a step",
            40_000,
            walks(&[2_000..4_000, 25_000..27_000], 200_000, 500),
        )
        .unseen(3_000..26_000),
        shows("a walk, and nobody sees how long it was quiet", 60_000, walks(&[2_000..8_000], 200_000, 500))
            .unseen(12_000..52_000)
            .shows(Moved, Corroborating, High)
            .shows(SensorSilent, Corroborating, Medium)
            .leaves(Present),
        shows("two walks 15 s apart", 60_000, walks(&[2_000..8_000, 23_000..29_000], 200_000, 500))
            .shows(Moved, Corroborating, High)
            .shows(Moved, Corroborating, High),
    ]
}

fn vibrating() -> Vec<Recording> {
    // A machine's hum: 0.05 g at 50 Hz, seen by a chip at 100 Hz, and at 20 Hz by one at 50 Hz.
    let hum = |name, half: u64| {
        let shake = move |at: u64| if (at / half).is_multiple_of(2) { 50_000 } else { -50_000 };
        shows(name, 20_000, move |at| [shake(at), 0, G + shake(at)])
    };
    vec![
        hum("a machine hums at 50 Hz", 10).at_hertz(100),
        hum("a machine hums at 25 Hz", 20).at_hertz(50),
        shows("a truck passes", 20_000, |at| match at {
            5_000..12_000 => [if (at / 30).is_multiple_of(2) { 80_000 } else { -80_000 }, 0, G],
            _ => UPRIGHT,
        })
        .at_hertz(100),
    ]
}

fn struck() -> Vec<Recording> {
    let knock = |name, spans: &'static [Range<u64>], height: i64, millis| {
        shows(name, millis, move |at| {
            [0, 0, if spans.iter().any(|span| span.contains(&at)) { G + height } else { G }]
        })
    };
    vec![
        shows("a slow heave", 8_000, |at| {
            let height = i64::try_from(at).unwrap();
            [0, 0, G + 600 * (height - 2_000).min(3_800 - height).clamp(0, 900)]
        }),
        knock("a door slams nearby", &[2_000..2_060], 350_000, 6_000),
        knock("a knock", &[2_000..2_060], 800_000, 6_000).shows(Struck, Corroborating, Low).leaves(Present),
        knock("a knock, and quiet again", &[2_000..2_060], 800_000, 20_000).shows(Struck, Corroborating, Low),
        knock(
            "four knocks are one episode",
            &[2_000..2_060, 4_000..4_060, 6_000..6_060, 8_000..8_060],
            800_000,
            30_000,
        )
        .shows(Struck, Corroborating, Low),
        shows("a blow and then a walk", 30_000, |at| match at {
            2_000..2_060 => [0, 0, 2 * G],
            4_500..9_000 => sway(at, 200_000, 500),
            _ => UPRIGHT,
        })
        .shows(Struck, Corroborating, Low)
        .shows(Moved, Corroborating, High),
        shows("torn off: the blow begins the walk", 30_000, |at| match at {
            2_000..2_060 => [0, 0, 2 * G],
            2_060..9_000 => sway(at, 200_000, 500),
            _ => UPRIGHT,
        })
        .shows(Moved, Corroborating, High),
        shows("a drill hammers", 8_000, |at| match at {
            2_000..6_000 => [0, 0, if (at / 10).is_multiple_of(2) { G + 300_000 } else { G - 300_000 }],
            _ => UPRIGHT,
        })
        .at_hertz(100)
        .shows(Struck, Corroborating, Low)
        .leaves(Present),
    ]
}

/// Gravity leaning by so many thousandths of a degree about y, of the given length.
fn leaning(millidegrees: i64, length: i64) -> [i64; 3] {
    // sin a = a − a³/6 + a⁵/120, in millionths of a radian: good to a thousandth of a degree up to 30°.
    let a = millidegrees * 17_453_293 / 1_000_000;
    let square = a * a / G;
    let sine = a - a * square / G / 6 + a * square / G * square / G / 120;
    let cosine = i64::try_from((G * G - sine * sine).unsigned_abs().isqrt()).unwrap();
    [length * sine / G, 0, length * cosine / G]
}

fn tilted() -> Vec<Recording> {
    let lean = |name, angle: i64, length: i64, span: Range<u64>, millis| {
        shows(name, millis, move |at| if span.contains(&at) { leaning(angle, length) } else { UPRIGHT })
    };
    let stays = 2_000..u64::MAX;
    vec![
        lean("settled by 4.5°", 4_500, G, stays.clone(), 9_000),
        lean("hangs askew by 7°", 7_000, G, stays.clone(), 9_000)
            .shows(Tilted, Corroborating, Medium)
            .leaves(Present),
        shows("askew, and hung back to 3°", 14_000, |at| match at {
            2_000..9_000 => leaning(7_000, G),
            9_000.. => leaning(3_000, G),
            _ => UPRIGHT,
        })
        .shows(Tilted, Corroborating, Medium),
        lean("leans for a moment", 7_000, G, 2_000..4_500, 9_000),
        lean("leans for a while", 7_000, G, 2_000..6_500, 14_000).shows(Tilted, Corroborating, Medium),
        lean("leans in a lift that brakes", 7_000, 850_000, 2_000..8_000, 12_000),
        lean("leans, by a chip that is a little off", 7_000, 930_000, 2_000..8_000, 14_000).shows(
            Tilted,
            Corroborating,
            Medium,
        ),
        shows("slowly turned to 30°, half a degree a second", 70_000, |at| {
            leaning((i64::try_from(at).unwrap() / 2).min(30_000), G)
        })
        .shows(Tilted, Corroborating, Medium)
        .leaves(Present),
        shows("lies on its side", 9_000, |_| [G, 0, 0]).shows(Tilted, Corroborating, Medium).leaves(Present),
        // Without a home there is nothing to lean from.
        Recording::new(
            "on its side, and nobody knows better",
            Channel::Acceleration,
            9_000,
            Box::new(|at| Some(noisy(at, [G, 0, 0]))),
        ),
    ]
}

fn dropped() -> Vec<Recording> {
    let fall = |name, weight: i64, span: Range<u64>| {
        shows(name, 20_000, move |at| if span.contains(&at) { [weight, 0, 0] } else { UPRIGHT })
    };
    vec![
        fall("dropped for 200 ms", 250_000, 2_000..2_200).shows(Dropped, Corroborating, Medium),
        fall("a stumble of 90 ms", 250_000, 2_000..2_090).shows(Struck, Corroborating, Low),
        fall("weightless before and after a gap", 250_000, 2_000..5_000).unseen(2_080..4_950).shows(
            Struck,
            Corroborating,
            Low,
        ),
        fall("a sagging hand", 550_000, 2_000..2_300),
        fall("weightless for 300 ms", 300_000, 2_000..2_300).shows(Dropped, Corroborating, Medium),
        fall("half its weight for 300 ms", 480_000, 2_000..2_300).shows(Struck, Corroborating, Low),
    ]
}

/// Accelerometers that measure nothing.
fn dead() -> Vec<Recording> {
    let square = |name, height: i64| {
        shows(name, 5_500, move |at| [if (at / 500).is_multiple_of(2) { height } else { -height }, 0, G])
    };
    vec![
        square("swung so hard that it ends at the scale", 20_000_000)
            .shows(SensorFaulted, Corroborating, Medium)
            .leaves(Present),
        square("swung hard", 10_000_000).shows(Moved, Corroborating, High).leaves(Present),
        shows("a blow to the end of the scale, and another", 20_000, |at| match at {
            1_000..1_100 | 9_000..9_100 => [20 * G, 0, 0],
            _ => UPRIGHT,
        })
        .unseen(1_100..9_000)
        .shows(Struck, Corroborating, Low)
        .leaves(Present),
        shows("whirled around", 8_000, |at| {
            let [x, ..] = sway(at, 200_000, 500);
            [x, 0, 2 * G]
        })
        .shows(Moved, Corroborating, High)
        .leaves(Present),
        shows("a chip that is off by 0.35 g", 6_000, |_| [0, 0, 1_350_000]),
        shows("a chip that is off by 0.8 g", 6_000, |_| [0, 0, 1_800_000])
            .shows(SensorFaulted, Corroborating, Medium)
            .leaves(Unknown),
        shows("all axes at the end of the scale", 6_000, |_| [16 * G; 3])
            .shows(SensorFaulted, Corroborating, Medium)
            .leaves(Unknown),
    ]
}

/// Chips that repeat themselves to the last bit.
fn lifeless() -> Vec<Recording> {
    let stuck = |name, axes: [i64; 3], span: Range<u64>, millis| {
        let says = move |at| if span.contains(&at) { exactly(axes) } else { noisy(at, UPRIGHT) };
        Recording::new(name, Channel::Acceleration, millis, Box::new(move |at| Some(says(at))))
    };
    vec![
        stuck("the same for 7 s", UPRIGHT, 1_000..8_000, 9_000),
        stuck("the same for 15 s", UPRIGHT, 1_000..16_000, 15_900)
            .shows(SensorFaulted, Corroborating, Medium)
            .leaves(Unknown),
        stuck("the same, and alive again", UPRIGHT, 1_000..16_000, 20_000).shows(
            SensorFaulted,
            Corroborating,
            Medium,
        ),
        stuck("dead at zero is no fall", [0; 3], 0..9_000, 4_000)
            .shows(SensorFaulted, Corroborating, Medium)
            .leaves(Unknown),
        stuck("eighty slow samples alike", UPRIGHT, 1_000..21_000, 21_900).at_hertz(4),
        stuck("a hundred and fifty slow samples alike", UPRIGHT, 1_000..38_500, 38_000)
            .at_hertz(4)
            .shows(SensorFaulted, Corroborating, Medium)
            .leaves(Unknown),
    ]
}

#[test]
fn carrying_is_told_from_pushing_and_swaying() {
    judge(carried());
}

#[test]
fn what_machines_shake_at_is_no_movement() {
    judge(vibrating());
}

#[test]
fn a_blow_is_told_once_it_is_known_to_be_no_walk() {
    judge(struck());
}

#[test]
fn a_tilt_is_judged_at_rest_and_against_home() {
    judge(tilted());
}

#[test]
fn a_fall_takes_longer_than_a_jolt() {
    judge(dropped());
}

#[test]
fn an_accelerometer_that_measures_nothing_is_faulted_and_not_quiet() {
    judge(dead());
    judge(lifeless());
}

#[test]
fn a_slow_turn_is_noticed_at_five_degrees_give_or_take_one() {
    let recording = &tilted()[7];
    let finding = recording.play(&vocab::Tuning::default()).findings.remove(0);
    let angles: Vec<u32> =
        (0..2).map(|i| vector(&finding.readings[i].value).angle(Vector::of_g(UPRIGHT)).0).collect();
    assert!(angles[0] <= 50, "the first reading is home, as it was learned in noise");
    assert!((4_000..=7_000).contains(&angles[1]), "{angles:?}");
    let began = (finding.since.0 / 1_000_000 - 10_000) / 2;
    assert!((5_000..=6_000).contains(&began), "it began at {began} thousandths of a degree");
}

#[test]
fn an_episode_after_a_pause_of_the_sensor_is_dated_after_the_pause() {
    let recording = shows("later", 30_000, walks(&[22_000..27_000], 200_000, 500)).unseen(5_000..20_000);
    let finding = recording.play(&vocab::Tuning::default()).findings.remove(0);
    assert_eq!(finding.kind, Moved);
    let (since, at) = (finding.since.0 / 1_000_000 - 10_000, finding.at.0 / 1_000_000 - 10_000);
    assert!((21_800..22_300).contains(&since), "since {since}");
    assert!((25_000..25_600).contains(&at), "at {at}");
}

#[test]
fn angles_are_good_to_a_hundredth_of_a_degree() {
    let upright = Vector::of_g(UPRIGHT);
    for angle in (0..=30_000).step_by(250) {
        let measured = Vector::of_g(leaning(angle, 970_000)).angle(upright).0;
        assert!(i64::from(measured).abs_diff(angle) <= 10, "{angle} was measured as {measured}");
    }
    let known = [([0, 0, -G], 180_000), ([G, 0, 0], 90_000), ([0, -G, -G], 135_000), ([G, G, 0], 90_000)];
    for (axes, angle) in known {
        assert!(Vector::of_g(axes).angle(upright).0.abs_diff(angle) <= 10, "{axes:?}");
    }
    assert_eq!(Vector::default().angle(upright).0, 0, "no vector has no angle");
}

#[test]
fn a_blow_after_which_the_sensor_is_silent_is_told_all_the_same() {
    let knock = |at: u64| match at {
        0..2_000 => Some(noisy(at, UPRIGHT)),
        2_000..2_200 => Some(noisy(at, [0, 0, 3 * G])),
        _ => None,
    };
    let recording = Recording::new("torn off", Channel::Acceleration, 9_000, Box::new(knock))
        .shows(Struck, Corroborating, Low)
        .leaves(Present);
    judge(vec![recording]);
}

impl Vector {
    fn of_g(axes: [i64; 3]) -> Self {
        vector(&exactly(axes))
    }
}

fn vector(value: &Value) -> Vector {
    let Value::Acceleration(x, y, z) = *value else { unreachable!("an accelerometer says nothing else") };
    Vector::of(x, y, z)
}
