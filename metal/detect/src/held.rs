//! How long something has been said without a break, by samples that said so.

use core::time::Duration;

use vocab::{Millis, Mono};

/// What is said again and again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Held {
    since: Option<Mono>,
    samples: u32,
}

impl Held {
    /// It is said again: how long it has been.
    pub(crate) fn note(&mut self, at: Mono) -> Duration {
        self.samples = self.samples.saturating_add(1);
        at.since(*self.since.get_or_insert(at))
    }

    /// It is said, or the contrary: how long it has been so, if it is.
    pub(crate) fn follow(&mut self, at: Mono, so: bool) -> Option<Duration> {
        if !so {
            self.clear();
            return None;
        }
        Some(self.note(at))
    }

    /// The contrary is said.
    pub(crate) const fn clear(&mut self) {
        *self = Self { since: None, samples: 0 };
    }

    /// When it was first said.
    pub(crate) const fn since(&self) -> Option<Mono> {
        self.since
    }

    /// How often it was said.
    pub(crate) const fn samples(&self) -> u32 {
        self.samples
    }
}

/// Something that is told once: when it has lasted, and again only after its contrary has lasted as long.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spell {
    held: Held,
    eased: Held,
    told: bool,
}

impl Spell {
    /// It is so: when it began, if it has now lasted `long` and is to be told.
    pub(crate) fn holds(&mut self, at: Mono, long: Millis) -> Option<Mono> {
        self.eased.clear();
        let lasted = self.held.note(at);
        if self.told || lasted < long.duration() {
            return None;
        }
        self.told = true;
        self.held.since()
    }

    /// It is neither so nor clearly otherwise.
    pub(crate) const fn wavers(&mut self) {
        self.held.clear();
        self.eased.clear();
    }

    /// It is otherwise.
    pub(crate) fn eases(&mut self, at: Mono, long: Millis) {
        self.held.clear();
        if self.eased.note(at) >= long.duration() {
            *self = Self::default();
        }
    }

    /// Tells it before it has lasted; whether that is news.
    pub(crate) const fn tell(&mut self) -> bool {
        let news = !self.told;
        self.told = true;
        news
    }

    /// It is so now, or was told and has not eased.
    pub(crate) const fn present(&self) -> bool {
        self.told || self.held.since.is_some()
    }
}
