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
fn a_start_of_the_machine_is_named_by_the_kernel() {
    let name = LinuxClock.machine().unwrap();
    assert_eq!(LinuxClock.machine(), Some(name), "as long as it runs");
    let said = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let digits: String = name.0.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(said.trim().replace('-', ""), digits);
    for other in ["", "6d8a", "zd8a4a2e-0f0c-4b8c-9f5e-0123456789ab", "+d8a4a2e-0f0c-4b8c-9f5e-0123456789ab"]
    {
        assert_eq!(uuid(other), None, "{other}");
    }
}

#[test]
fn the_wall_is_counted_in_microseconds() {
    let micros = || i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap();
    let (before, wall, after) = (micros(), LinuxClock.wall().0, micros());
    assert!((before..=after).contains(&wall));
}

#[test]
fn a_moment_of_the_kernels_events_is_counted_from_boot() {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Monotonic);
    let moment = u64::try_from(tv_sec * 1_000_000_000 + tv_nsec).unwrap();
    let before = awake(moment - 1_000_000_000);
    assert!(before < now() && now().since(before) >= std::time::Duration::from_secs(1));
    // Not even an event from the future is later than now.
    assert!(awake(u64::MAX) <= now());
    assert_eq!(awake(0).0 / 1_000_000_000_000, (now().0 - moment) / 1_000_000_000_000);
}
