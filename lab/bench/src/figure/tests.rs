use super::*;

fn of(better: Better, samples: impl Iterator<Item = u32>) -> Spread {
    Spread::of(better, samples.map(f64::from).collect()).unwrap()
}

#[test]
fn nothing_has_no_figure() {
    assert_eq!(Spread::of(Better::Less, vec![]), None);
}

#[test]
fn one_sample_is_middle_and_worst() {
    assert_eq!(of(Better::Less, 7..8), Spread { p50: 7.0, p99: 7.0, worst: 7.0, n: 1 });
}

#[test]
fn of_a_hundred_samples_the_ranks_are_themselves_in_any_order() {
    assert_eq!(of(Better::Less, (1..=100).rev()), Spread { p50: 50.0, p99: 99.0, worst: 100.0, n: 100 });
}

#[test]
fn few_samples_have_the_worst_as_their_ninety_ninth() {
    assert_eq!(of(Better::Less, 1..=10), Spread { p50: 5.0, p99: 10.0, worst: 10.0, n: 10 });
}

#[test]
fn the_worst_rate_is_the_lowest() {
    assert_eq!(of(Better::More, 1..=200), Spread { p50: 101.0, p99: 3.0, worst: 1.0, n: 200 });
}

#[test]
fn times_are_seconds() {
    let spread = Spread::of_times(&[Duration::from_millis(3), Duration::from_millis(1)]).unwrap();
    assert_eq!((spread.p50, spread.worst), (0.001, 0.003));
}
