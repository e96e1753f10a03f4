use std::time::{SystemTime, UNIX_EPOCH};

use super::*;

#[test]
fn time_since_boot_counts_on_and_never_back() {
    let clock = LinuxClock;
    let first = clock.mono();
    let second = clock.mono();
    assert!(first.0 > 0 && second >= first);
}

#[test]
fn time_since_boot_is_the_kernels_own() {
    let uptime = || -> u64 {
        let text = std::fs::read_to_string("/proc/uptime").unwrap();
        text.split('.').next().unwrap().parse().unwrap()
    };
    let (before, mono, after) = (uptime(), LinuxClock.mono().0 / 1_000_000_000, uptime());
    assert!((before..=after).contains(&mono));
}

#[test]
fn the_wall_is_counted_in_microseconds() {
    let micros = || i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap();
    let (before, wall, after) = (micros(), LinuxClock.wall().0, micros());
    assert!((before..=after).contains(&wall));
}
