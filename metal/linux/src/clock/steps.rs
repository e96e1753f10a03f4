//! Hears when somebody sets the clock: at once, and not when the next thing happens to be due.
//!
//! Source: timerfd_create(2). A timer of the wall clock that never comes is cancelled by every step of that clock, and
//! by no slewing. How far it stepped, and whether that is worth a word, others judge.

use std::{io, os::fd::OwnedFd, thread};

use rustix::{
    event::{EventfdFlags, PollFd, PollFlags, eventfd, poll},
    io::{Errno, read, write},
    time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    },
};

use crate::Wake;

/// The thread that waits, seen from the other side.
pub(crate) struct Steps {
    /// Written to when the thread is to stop.
    stop: OwnedFd,
}

/// Later than any clock can be set.
const NEVER: Timespec = Timespec { tv_sec: i64::MAX, tv_nsec: 0 };

impl Steps {
    /// Wakes the device at every step of the wall clock.
    pub(crate) fn watch(wake: Wake) -> io::Result<Self> {
        Self::over(timer()?, wake)
    }

    fn over(steps: OwnedFd, wake: Wake) -> io::Result<Self> {
        let stop = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let theirs = stop.try_clone()?;
        thread::Builder::new().name("wrale-clock".into()).spawn(move || run(&theirs, &steps, &wake))?;
        Ok(Self { stop })
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        // An eventfd always takes a one.
        let _ = write(&self.stop, &1u64.to_ne_bytes());
    }
}

fn timer() -> Result<OwnedFd, Errno> {
    let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK)?;
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    let never = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: NEVER };
    timerfd_settime(&timer, flags, &never)?;
    Ok(timer)
}

fn run(stop: &OwnedFd, steps: &OwnedFd, wake: &Wake) {
    loop {
        let mut waiting = [PollFd::new(stop, PollFlags::IN), PollFd::new(steps, PollFlags::IN)];
        match poll(&mut waiting, None) {
            Ok(_) if !waiting[0].revents().is_empty() => return,
            Ok(_) | Err(Errno::INTR) => {}
            // Without this thread a step is noticed when something else is due.
            Err(_) => return,
        }
        let mut count = [0; 8];
        match read(steps, &mut count) {
            // The clock was set; the timer goes on waiting for the next time.
            Ok(1..) | Err(Errno::CANCELED) => wake(),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Ok(0) | Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests;
