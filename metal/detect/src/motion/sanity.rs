//! An accelerometer that measures nothing: stuck, saturated, or at rest without weight.
//!
//! Noise is a sign of life: a chip that repeats itself to the last bit for long is dead, however normal it looks.

use vocab::{Mono, Tuning};

use super::{
    vector::Vector,
    window::{Feature, off_rest},
};
use crate::held::Held;

/// The signs of death so far.
#[derive(Debug, Default)]
pub(crate) struct Sanity {
    last: Option<(Mono, Vector)>,
    same: Held,
    saturated: Held,
    weightless: Held,
}

impl Sanity {
    /// Takes a sample, and what the window shows of it; since when it has been impossible, if it has been for
    /// long enough.
    pub(crate) fn take(
        &mut self,
        at: Mono,
        sample: Vector,
        feature: Option<&Feature>,
        tuning: &Tuning,
    ) -> Option<Mono> {
        let (limits, long) = (&tuning.motion, tuning.silence.fault_after.duration());
        let before = self.last.replace((at, sample));
        if before.is_none_or(|(_, last)| last != sample) {
            self.same.clear();
        }
        if before.is_some_and(|(last, _)| at.since(last) > limits.window.duration()) {
            self.saturated.clear();
            self.weightless.clear();
        }
        let repeated = self.same.note(at);
        let stuck = repeated >= limits.stuck_after.duration() && self.same.samples() >= limits.stuck_samples;
        let saturated = self.saturated.follow(at, sample.longest() >= limits.full_scale) >= Some(long);
        if let Some(feature) = feature {
            let off = off_rest(feature.mean.norm()) > limits.implausible && feature.rms <= limits.moving;
            self.weightless.follow(feature.end, off);
        }
        let rested = self.weightless.since().map(|since| at.since(since));
        [(stuck, &self.same), (saturated, &self.saturated), (rested >= Some(long), &self.weightless)]
            .into_iter()
            .find_map(|(impossible, held)| held.since().filter(|_| impossible))
    }
}
