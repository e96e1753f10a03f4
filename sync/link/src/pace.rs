//! How many of something may happen in a time.

use core::time::Duration;

use vocab::Mono;

/// So many in a time, and so many at once after a quiet one.
///
/// The virtual scheduling form of the generic cell rate algorithm (ITU-T I.371, annex A): one number of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    every: u64,
    ahead: u64,
    due: u64,
}

impl Pace {
    /// `per_second` in the long run, `burst` at once; both at least one.
    pub const fn new(per_second: u32, burst: u32) -> Self {
        let every = 1_000_000_000 / per_second as u64;
        Self { every, ahead: every * (burst as u64 - 1), due: 0 }
    }

    /// One in so long in the long run, `burst` at once; neither may be nothing.
    pub const fn every(span: Duration, burst: u32) -> Self {
        let every = span.as_secs() * 1_000_000_000 + span.subsec_nanos() as u64;
        Self { every, ahead: every * (burst as u64 - 1), due: 0 }
    }

    /// The first moment at which the next one may happen.
    pub const fn next(&self) -> Mono {
        Mono(self.due.saturating_sub(self.ahead))
    }

    /// Takes one, if it may happen now.
    pub fn take(&mut self, now: Mono) -> bool {
        if now < self.next() {
            return false;
        }
        self.due = self.due.max(now.0).saturating_add(self.every);
        true
    }
}

#[cfg(test)]
mod tests;
