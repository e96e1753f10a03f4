//! Whether the device is woken for a sample, or hears of it together with the next ones.
//!
//! What lies still says the same many times a second, and a wake-up costs more than a sample. A sample that stirs, and
//! each that follows it for a while, wakes the device at once: falls and blows are judged sample by sample. At rest a
//! sample waits a tenth of a second at most, which is less than what a window of the detector is cut into; what builds
//! up so slowly is judged over seconds. Nothing is left out and no time is changed.

use std::time::Duration;

use vocab::{Mono, Value, unit::MicroG};

/// A sample that lies farther than this from the last that was told of, on any axis, stirs: less than any movement
/// that is told, more than a chip's own noise.
const STIRS: u32 = 20_000;

/// So long after it stirred, every sample is told at once.
const RESTLESS: Duration = Duration::from_secs(3);

/// No sample waits longer.
const LONGEST: Duration = Duration::from_millis(100);

/// What one sensor has said since the device was woken for it.
#[derive(Debug)]
pub(super) struct Lull {
    every: Duration,
    /// What it said when the device was woken last.
    told: Option<[MicroG; 3]>,
    /// The oldest sample that waits.
    waits: Option<Mono>,
    restless_until: Mono,
}

/// When the device is to hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Call {
    Later,
    Now,
}

impl Lull {
    pub(super) const fn new(every: Duration) -> Self {
        Self { every, told: None, waits: None, restless_until: Mono(0) }
    }

    /// Takes what the sensor says.
    pub(super) fn take(&mut self, now: Mono, value: &Value) -> Call {
        let sample = match *value {
            Value::Acceleration(x, y, z) => Some([x, y, z]),
            _ => None,
        };
        if stirs(self.told, sample) {
            self.restless_until = now + RESTLESS;
        }
        let oldest = *self.waits.get_or_insert(now);
        if now >= self.restless_until && now.since(oldest) + self.every <= LONGEST {
            return Call::Later;
        }
        (self.told, self.waits) = (sample, None);
        Call::Now
    }
}

/// Only a sample close to the one before can wait.
fn stirs(told: Option<[MicroG; 3]>, sample: Option<[MicroG; 3]>) -> bool {
    let (Some(told), Some(sample)) = (told, sample) else { return true };
    told.iter().zip(sample).any(|(told, axis)| told.0.abs_diff(axis.0) > STIRS)
}

#[cfg(test)]
mod tests;
