//! Where the threads that look put what they saw, and the device fetches it.

use std::sync::Mutex;

use vocab::{Mono, Reading};

use crate::{Wake, root::lock};

/// Nobody has fetched so many readings: more would only fill memory. What lasts is seen again; all sensors repeat.
const UNFETCHED: usize = 1024;

/// The desk between them.
pub(super) struct Desk {
    readings: Mutex<Vec<Reading>>,
    wake: Wake,
}

impl Desk {
    pub(super) const fn new(wake: Wake) -> Self {
        Self { readings: Mutex::new(Vec::new()), wake }
    }

    /// Puts down one reading; whoever has put down all calls [`Desk::wake`].
    pub(super) fn put(&self, reading: Reading) {
        let mut readings = lock(&self.readings);
        if readings.len() < UNFETCHED {
            readings.push(reading);
        }
    }

    /// Tells the device that there is something to fetch.
    pub(super) fn wake(&self) {
        (self.wake)();
    }

    /// Takes all that was seen since the last call, in order of time.
    pub(super) fn take(&self, now: Mono) -> Vec<Reading> {
        let mut readings = std::mem::take(&mut *lock(&self.readings));
        for reading in &mut readings {
            // It may have been seen after the caller looked at the clock.
            reading.at = reading.at.min(now);
        }
        readings.sort_by_key(|reading| reading.at);
        readings
    }
}

#[cfg(test)]
mod tests;
