//! How long somebody stays signed in.

use core::time::Duration;

use vocab::Mono;

/// The two ends of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasting {
    /// How long it lasts without a request.
    pub idle: Duration,
    /// How long it lasts at most.
    pub longest: Duration,
}

/// How long ago somebody proved who they are, at most, where they change how they prove it.
pub const FRESH: Duration = Duration::from_mins(10);

impl Default for Lasting {
    fn default() -> Self {
        Self { idle: Duration::from_hours(1), longest: Duration::from_hours(24) }
    }
}

impl Lasting {
    /// Whether a session that began then, and in which something was asked then, still stands.
    pub fn stands(&self, began: Mono, asked: Mono, now: Mono) -> bool {
        now.since(asked) < self.idle && now.since(began) < self.longest
    }
}

/// Whether somebody who proved then who they are may change how they prove it.
pub fn is_fresh(proved: Mono, now: Mono) -> bool {
    now.since(proved) < FRESH
}

#[cfg(test)]
mod tests;
