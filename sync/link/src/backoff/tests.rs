use alloc::vec::Vec;

use super::*;

fn waits(seed: u64) -> Vec<Duration> {
    let mut backoff = Backoff::new(seed);
    (0..12).map(|_| backoff.after_failure()).collect()
}

#[test]
fn it_doubles_to_a_minute_and_stays_there() {
    for seed in 0..100 {
        for (failure, wait) in waits(seed).into_iter().enumerate() {
            let whole = Duration::from_secs(1 << failure.min(6)).min(LONGEST);
            assert!(whole / 2 <= wait && wait <= whole, "{failure}: {wait:?}");
        }
    }
}

#[test]
fn the_seed_alone_spreads_a_fleet() {
    assert_eq!(waits(3), waits(3));
    let mut first: Vec<_> = (0..1_000).map(|seed| waits(seed)[0].as_millis() / 50).collect();
    first.sort_unstable();
    first.dedup();
    assert_eq!(first.len(), 10, "each twentieth of the first second is somebody's");
}

#[test]
fn success_begins_anew_and_years_of_failure_do_not_overflow() {
    let mut backoff = Backoff::new(1);
    for _ in 0..100_000 {
        assert!(backoff.after_failure() <= LONGEST);
    }
    backoff.succeeded();
    assert!(backoff.after_failure() <= FIRST);
}
