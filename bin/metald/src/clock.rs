//! The time as the fleet has told it, for whoever judges certificates in another thread.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use vocab::{ClockQuality, Time, Wall};

/// One clock; a clone is another handle on it. It gives no time before the fleet has told it.
#[derive(Clone, Debug, Default)]
pub struct Trusted(Arc<Mutex<Option<(Wall, Instant)>>>);

impl Trusted {
    /// What the guard believes the time to be.
    pub fn set(&self, time: Time) {
        let believed = (time.quality == ClockQuality::Fleet).then(|| (time.wall, Instant::now()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = believed;
    }

    /// The time, if it can be believed.
    pub fn now(&self) -> Option<Wall> {
        let (wall, at) = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        Some(wall + at.elapsed())
    }
}

#[cfg(test)]
mod tests;
