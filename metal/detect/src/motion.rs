//! Somebody carries, hits, tilts or drops the device; or the accelerometer is dead and would say so of nobody.
//!
//! One continuous episode of handling is told once; it is told again only if it gets worse. Tilt is judged at
//! rest, because a carried box has no vertical.

mod episode;
mod fall;
mod sanity;
mod tilt;
mod vector;
mod window;

use vocab::{Mono, Tuning, Value};

use self::{episode::Episode, fall::Fall, sanity::Sanity, tilt::Tilt, vector::Vector, window::Window};
use crate::{
    baseline::Learned,
    sense::{Presence, Schooling, Sense, Sensed, Verdict},
};

/// The detector of `Channel::Acceleration`.
#[derive(Debug, Default)]
pub(crate) struct Motion {
    window: Window,
    episode: Episode,
    tilt: Tilt,
    fall: Fall,
    sanity: Sanity,
}

impl Sense for Motion {
    fn observe(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Sensed {
        let Value::Acceleration(x, y, z) = *value else { return Sensed::Unsound(at) };
        let (sample, limits) = (Vector::of(x, y, z), &tuning.motion);
        let norm = sample.norm();
        let feature = self.window.take(at, sample, norm, limits);
        if let Some(since) = self.sanity.take(at, sample, feature.as_ref(), tuning) {
            return Sensed::Unsound(since);
        }
        // One reading tells one thing, so what comes second is not asked before the first is silent: it loses an
        // eighth of a second and nothing else.
        if let Some(since) = self.fall.take(at, sample, norm, limits)
            && let Some(verdict) = self.episode.fell(since, at, sample)
        {
            return Sensed::Found(verdict);
        }
        let Some(feature) = feature else { return Sensed::Quiet };
        self.episode.take(&feature, limits).or_else(|| self.tilt.take(&feature, limits)).into()
    }

    fn elapse(&mut self, now: Mono, awake: Mono, tuning: &Tuning) -> Option<Verdict> {
        self.episode.elapse(now, awake, &tuning.motion)
    }

    fn deadline(&self, awake: Mono, tuning: &Tuning) -> Option<Mono> {
        self.episode.deadline(awake, &tuning.motion)
    }

    fn presence(&self) -> Presence {
        (self.episode.present() || self.tilt.present()).into()
    }

    fn learn(&self, tuning: &Tuning) -> Option<Learned> {
        let home = self.window.last().filter(|feature| tilt::believable(feature, &tuning.motion))?;
        let [x, y, z] = home.mean.axes();
        Some(Learned::Home(x, y, z))
    }

    fn recall(&mut self, learned: &Learned, _: &Tuning) {
        if let Learned::Home(x, y, z) = *learned {
            self.tilt = Tilt::from(Vector::of(x, y, z));
        }
    }

    fn learned(&self) -> Option<Learned> {
        let [x, y, z] = self.tilt.home()?.axes();
        Some(Learned::Home(x, y, z))
    }

    fn schooling(&self) -> Schooling {
        if self.tilt.home().is_some() { Schooling::Ready } else { Schooling::Unlearned }
    }
}

#[cfg(test)]
pub(crate) mod tests;
