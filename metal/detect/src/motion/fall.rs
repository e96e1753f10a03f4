//! Free fall: next to no weight, for longer than a jolt.

use vocab::{Mono, tuning::Motion, unit::MicroG};

use super::vector::Vector;
use crate::held::Held;

/// The fall that goes on, if any.
#[derive(Debug, Default)]
pub(crate) struct Fall {
    weightless: Held,
    last: Mono,
    sample: Vector,
    story: Story,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Story {
    /// Every sample was the same, as a dead chip's are; what falls, turns.
    #[default]
    Still,
    Varied,
}

impl Fall {
    /// Takes a sample and its length; when the fall began, if it has now lasted and was not told.
    pub(crate) fn take(&mut self, at: Mono, sample: Vector, norm: MicroG, limits: &Motion) -> Option<Mono> {
        let unseen = at.since(self.last) > limits.window.duration();
        self.last = at;
        let is_falling = norm < limits.free_fall;
        if unseen || !is_falling {
            self.weightless.clear();
        }
        if !is_falling {
            return None;
        }
        self.story = match (self.weightless.since(), self.story) {
            (None, _) => Story::Still,
            (Some(_), Story::Still) if sample != self.sample => Story::Varied,
            (Some(_), story) => story,
        };
        self.sample = sample;
        let lasted = self.weightless.note(at);
        if self.story != Story::Varied || lasted < limits.free_fall_for.duration() {
            return None;
        }
        self.weightless.since()
    }
}
