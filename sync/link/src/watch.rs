//! Somebody watches: for a little while the senses are heard each second. Nothing of it is signed, kept or repeated.

use core::time::Duration;

use vocab::Mono;

/// How long a device goes on after it was last asked to.
pub const WATCH: Duration = Duration::from_secs(15);

/// How often it says what its senses say.
pub const EVERY: Duration = Duration::from_secs(1);

/// Whether a device is watched, and when it is to speak next.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watched(Option<Span>);

#[derive(Clone, Copy, Debug)]
struct Span {
    next: Mono,
    until: Mono,
}

impl Watched {
    /// It is asked to speak, or to go on.
    pub(crate) fn ask(&mut self, now: Mono) {
        let next = self.next().unwrap_or(now);
        self.0 = Some(Span { next, until: now + WATCH });
    }

    /// When it speaks next.
    pub(crate) fn next(&self) -> Option<Mono> {
        self.0.map(|span| span.next)
    }

    /// Whether it is to speak now; after that it is not to for a second.
    pub(crate) fn speaks(&mut self, now: Mono) -> bool {
        let Some(span) = &mut self.0 else { return false };
        if now < span.next {
            return false;
        }
        if now >= span.until {
            self.0 = None;
            return false;
        }
        span.next = now + EVERY;
        true
    }

    /// Whether what it says is still wanted: what is on its way when the time is over may come.
    pub(crate) fn listens(&self, now: Mono) -> bool {
        self.0.is_some_and(|span| now < span.until + EVERY)
    }

    /// Nobody watches any more.
    pub(crate) fn end(&mut self) {
        self.0 = None;
    }
}
