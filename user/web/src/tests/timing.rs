//! A48: whether anybody can tell by the clock who is known here.
//!
//! Welch's test over a thousand tries of each, one after the other by turns, so that whatever else the machine does
//! falls on both alike. The hashing is made as cheap as it can be: a difference would not drown in it. One chance in
//! a hundred is chance, and a busy machine adds to it; a difference that is there shows each time. So two rounds of
//! three decide.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{
    visitor::{granted, password_from},
    world::World,
};

const TRIES: usize = 1_000;
/// So many rounds must say the same.
const AGREED: usize = 2;

/// Beyond this, one hundredth of all chances lies (two-sided, so many samples that the normal curve will do).
const BOUND: f64 = 2.576;

#[tokio::test]
async fn nobody_can_tell_by_the_clock_who_is_known() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    world.newcomer(&router, &admin, "edith", &json!([granted("viewer", &[])])).await;
    let tried = async |name: &str, at: usize| {
        // Long enough for the throttle to forget, and never from the same house.
        world.pass(Duration::from_hours(2));
        let source = format!("198.{}.{}.7", at / 250 % 250, at % 250);
        let body = json!({ "name": name, "password": "not-the-right-words", "hold": "token" });
        let began = Instant::now();
        let answer = password_from(&router, &source, &body).await;
        let took = began.elapsed();
        assert_eq!(answer.problem(), "web/sign-in", "{name}");
        (took.as_secs_f64(), answer.text)
    };
    let mut told: Vec<f64> = vec![];
    let apart = |told: &[f64]| told.iter().filter(|t| t.abs() >= BOUND).count();
    while apart(&told) < AGREED {
        let (mut known, mut unknown) = (vec![], vec![]);
        for at in 0..TRIES {
            let mut names = ["edith", "edita"];
            if tails(told.len(), at) {
                names.reverse();
            }
            let [one, other] = [tried(names[0], 2 * at).await, tried(names[1], 2 * at + 1).await];
            assert_eq!(one.1, other.1, "and what is said is the same");
            for (name, took) in names.into_iter().zip([one.0, other.0]) {
                if name == "edith" { known.push(took) } else { unknown.push(took) }
            }
        }
        told.push(welch(&known, &unknown));
        if told.len() - apart(&told) == AGREED {
            return;
        }
    }
    panic!("whoever is known is told apart by the clock: t = {told:.2?}");
}

/// Who comes first is tossed for (by SplitMix64): what the house does each so many tries would else always fall on the
/// same one.
const fn tails(round: usize, at: usize) -> bool {
    let z = ((round * TRIES + at) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) & 1 == 1
}

/// Welch's t of two samples without their slowest tenths, in which the machine did something else (Yuen 1974).
fn welch(one: &[f64], other: &[f64]) -> f64 {
    let ((a, its), (b, others)) = (trimmed(one), trimmed(other));
    (a - b) / (its + others).sqrt()
}

/// The mean without the slowest tenth, and its squared error: by the sample in which that tenth is as slow as the
/// slowest that is left.
fn trimmed(all: &[f64]) -> (f64, f64) {
    let mut all = all.to_vec();
    all.sort_by(f64::total_cmp);
    let left = all.len() * 9 / 10;
    let mean = mean(&all[..left]);
    let slowest = all[left - 1];
    all[left..].fill(slowest);
    let of = count(&all[..left]);
    (mean, variance(&all) * (count(&all) - 1.0) / (of * (of - 1.0)))
}

fn mean(all: &[f64]) -> f64 {
    all.iter().sum::<f64>() / count(all)
}

fn count(all: &[f64]) -> f64 {
    f64::from(u32::try_from(all.len()).unwrap())
}

fn variance(all: &[f64]) -> f64 {
    let mean = mean(all);
    all.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (count(all) - 1.0)
}

#[test]
fn the_test_tells_apart_what_is_apart() {
    let wave = |at: u32, shift: f64| 1.0 + shift + 0.1 * (f64::from(at * 7919 % 1000) / 1000.0 - 0.5);
    let sample = |shift: f64| (0..1_000).map(|at| wave(at, shift)).collect::<Vec<_>>();
    assert!(welch(&sample(0.0), &sample(0.0)).abs() < BOUND);
    assert!(welch(&sample(0.0), &sample(0.01)).abs() > BOUND);
}
