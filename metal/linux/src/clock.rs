//! The machine's clocks, as the kernel keeps them.

pub(crate) mod steps;

use std::path::Path;

use ::board::Clock;
use rustix::time::{ClockId, Timespec, clock_gettime};
use vocab::{MachineBoot, Mono, Wall};

use crate::sysfs::Sysfs;

/// `CLOCK_BOOTTIME` and `CLOCK_REALTIME`.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinuxClock;

impl Clock for LinuxClock {
    fn mono(&self) -> Mono {
        now()
    }

    fn machine(&self) -> Option<MachineBoot> {
        uuid(&Sysfs::new(Path::new("/proc/sys/kernel/random")).text("boot_id").ok()?).map(MachineBoot)
    }

    fn wall(&self) -> Wall {
        let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Realtime);
        Wall(tv_sec.saturating_mul(1_000_000).saturating_add(tv_nsec / 1_000))
    }
}

/// A UUID as the kernel writes it (its `Documentation/admin-guide/sysctl/kernel.rst`, `random`).
fn uuid(text: &str) -> Option<[u8; 16]> {
    let digits = text.replace('-', "");
    // A number may begin with a sign, and a UUID may not.
    let is_uuid = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_uuid.then(|| u128::from_str_radix(&digits, 16).ok()).flatten().map(u128::to_be_bytes)
}

/// Since boot, time asleep included.
pub(crate) fn now() -> Mono {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Boottime);
    // The kernel never gives a time before boot.
    let nanos = i128::from(tv_sec) * 1_000_000_000 + i128::from(tv_nsec);
    Mono(u64::try_from(nanos).unwrap_or_default())
}

/// A moment of `CLOCK_MONOTONIC`, in nanoseconds, as the time since boot. What lies before a sleep that is over seems
/// later by that sleep, and never later than now.
pub(crate) fn awake(moment: u64) -> Mono {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Monotonic);
    let nanos = i128::from(tv_sec) * 1_000_000_000 + i128::from(tv_nsec) - i128::from(moment);
    Mono(now().0.saturating_sub(u64::try_from(nanos).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
