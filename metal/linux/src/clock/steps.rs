//! Hears when somebody sets the clock: at once, and not when the next thing happens to be due.
//!
//! Source: timerfd_create(2). A timer of the wall clock that never comes is cancelled by every step of that clock, and
//! by no slewing. How far it stepped, and whether that is worth a word, others judge.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use rustix::{
    io::{Errno, read},
    time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    },
};
use vocab::Mono;

use crate::{
    Wake,
    vigil::{Vigil, Watcher},
};

/// Later than any clock can be set.
const NEVER: Timespec = Timespec { tv_sec: i64::MAX, tv_nsec: 0 };

/// The timer, and whom it wakes.
struct Steps {
    /// Without it a step is noticed when something else is due.
    timer: Option<OwnedFd>,
    wake: Wake,
}

/// Wakes the device at every step of the wall clock.
pub(crate) fn watch(wake: Wake) -> io::Result<Vigil> {
    over(timer()?, wake)
}

fn over(timer: OwnedFd, wake: Wake) -> io::Result<Vigil> {
    Vigil::start("wrale-clock", Steps { timer: Some(timer), wake })
}

fn timer() -> Result<OwnedFd, Errno> {
    let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK)?;
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    let never = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: NEVER };
    timerfd_settime(&timer, flags, &never)?;
    Ok(timer)
}

impl Watcher for Steps {
    fn look(&mut self) {
        let Some(timer) = &self.timer else { return };
        let mut count = [0; 8];
        match read(timer, &mut count) {
            // The clock was set; the timer goes on waiting for the next time.
            Ok(1..) | Err(Errno::CANCELED) => (self.wake)(),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Ok(0) | Err(_) => self.timer = None,
        }
    }

    fn due(&self) -> Option<Mono> {
        None
    }

    fn ears(&self) -> Vec<BorrowedFd<'_>> {
        self.timer.iter().map(AsFd::as_fd).collect()
    }
}

#[cfg(test)]
mod tests;
