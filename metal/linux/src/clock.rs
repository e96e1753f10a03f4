//! The machine's clocks, as the kernel keeps them.

pub(crate) mod steps;

use ::board::Clock;
use rustix::time::{ClockId, Timespec, clock_gettime};
use vocab::{Mono, Wall};

/// `CLOCK_BOOTTIME` and `CLOCK_REALTIME`.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinuxClock;

impl Clock for LinuxClock {
    fn mono(&self) -> Mono {
        now()
    }

    fn wall(&self) -> Wall {
        let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Realtime);
        Wall(tv_sec.saturating_mul(1_000_000).saturating_add(tv_nsec / 1_000))
    }
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
