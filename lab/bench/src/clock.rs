//! The clocks by which everything here is measured.

use std::time::Duration;

use board::Clock;
use control::Now;
use linux::LinuxClock;
use rustix::time::{ClockId, clock_gettime};
use vocab::Mono;

/// `CLOCK_MONOTONIC`.
pub(crate) fn monotonic() -> Duration {
    read(ClockId::Monotonic)
}

/// What this thread has computed so far.
pub(crate) fn computed() -> Duration {
    read(ClockId::ThreadCPUTime)
}

/// This moment, as a fleet's machine has it.
pub(crate) fn now() -> Now {
    let mono = u64::try_from(monotonic().as_nanos()).unwrap_or(u64::MAX);
    Now { mono: Mono(mono), wall: LinuxClock.wall() }
}

/// How long it took, and what it gave.
pub(crate) fn timed<R>(what: impl FnOnce() -> R) -> (Duration, R) {
    let start = monotonic();
    let done = what();
    (monotonic().saturating_sub(start), done)
}

fn read(clock: ClockId) -> Duration {
    // Neither clock is ever negative.
    Duration::try_from(clock_gettime(clock)).unwrap_or_default()
}
