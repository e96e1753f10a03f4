use vocab::reading::SensorFault;

use super::*;

const EVERY: Duration = Duration::from_millis(40);

fn lying() -> Value {
    Value::Acceleration(MicroG(0), MicroG(0), MicroG(1_000_000))
}

fn falling() -> Value {
    Value::Acceleration(MicroG(0), MicroG(0), MicroG(100_000))
}

/// What becomes of samples, each forty milliseconds after the other; the first is told, and three seconds of rest
/// follow it.
fn after_rest(values: &[Value]) -> Vec<Call> {
    let mut lull = Lull::new(EVERY);
    let mut now = Mono(0);
    let mut take = |value: &Value| {
        let call = lull.take(now, value);
        now = now + EVERY;
        call
    };
    for _ in 0..75 {
        assert_eq!(take(&lying()), Call::Now);
    }
    values.iter().map(take).collect()
}

#[test]
fn what_lies_still_wakes_the_device_for_every_third_sample() {
    use Call::{Later, Now};
    assert_eq!(after_rest(&vec![lying(); 7]), [Later, Later, Now, Later, Later, Now, Later]);
}

#[test]
fn a_sample_that_stirs_is_told_at_once_and_so_is_what_follows() {
    use Call::{Later, Now};
    assert_eq!(after_rest(&[lying(), falling(), falling(), lying()]), [Later, Now, Now, Now]);
}

#[test]
fn what_drifts_away_from_what_was_told_stirs() {
    use Call::{Later, Now};
    let drifting = |micro| Value::Acceleration(MicroG(micro), MicroG(0), MicroG(1_000_000));
    assert_eq!(after_rest(&[drifting(11_000), drifting(21_000)]), [Later, Now]);
}

#[test]
fn a_sensor_that_cannot_look_says_so_at_once() {
    assert_eq!(after_rest(&[Value::Fault(SensorFault::Missing)]), [Call::Now]);
}

#[test]
fn a_slow_rhythm_never_waits_for_the_next_beat() {
    let mut lull = Lull::new(Duration::from_secs(1));
    for second in 0..10 {
        assert_eq!(lull.take(Mono(second * 1_000_000_000), &lying()), Call::Now);
    }
}
