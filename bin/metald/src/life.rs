//! Signs of life of the loop: given by itself, each time that it has come round, and by nobody else.
//!
//! A loop that hangs gives none. Then the watchdog starts the machine anew, or systemd the service.

use std::time::{Duration, Instant};

use linux::{
    Service, Watchdog,
    service::{self, Word},
};

/// Whoever waits for them.
#[derive(Debug, Default)]
pub struct Life {
    watchdog: Option<Watchdog>,
    service: Option<Service>,
    /// How often they are given; none where nobody waits.
    every: Option<Duration>,
    due: Option<Instant>,
    /// The manager has heard that the device guards.
    ready: bool,
}

/// So many signs within the time that somebody waits.
const SIGNS: u32 = 3;

impl Life {
    /// For the machine's watchdog, if one was woken, and for the manager that started this service, if one did.
    pub fn new(watchdog: Option<Watchdog>, service: Option<Service>) -> Self {
        let said = |key: &str| std::env::var(key).ok();
        let (micros, pid) = (said("WATCHDOG_USEC"), said("WATCHDOG_PID"));
        let managers = service::patience(micros.as_deref(), pid.as_deref(), std::process::id());
        let patience = [watchdog.as_ref().map(Watchdog::timeout), managers.filter(|_| service.is_some())];
        let every = patience.into_iter().flatten().min().map(|patience| patience / SIGNS);
        Self { watchdog, service, every, due: None, ready: false }
    }

    /// How long the loop may wait until it comes round again.
    pub const fn every(&self) -> Option<Duration> {
        self.every
    }

    /// The loop has come round.
    pub fn turned(&mut self, now: Instant) {
        // Said until it was heard: a manager that missed it would wait for ever.
        self.ready = self.ready || self.tell(Word::Ready);
        if self.due.is_some_and(|due| now < due) {
            return;
        }
        let Some(every) = self.every else { return };
        self.due = Some(now + every);
        self.tell(Word::Alive);
        if let Some(watchdog) = &mut self.watchdog
            && let Err(why) = watchdog.feed()
        {
            tracing::warn!(verb = "act", "the watchdog takes nothing ({why}); it starts the machine anew");
        }
    }

    /// The loop ends because somebody wants that.
    pub fn leave(self) {
        self.tell(Word::Stopping);
        if let Some(Err(why)) = self.watchdog.map(Watchdog::leave) {
            tracing::warn!(
                verb = "act",
                "the watchdog cannot be called off ({why}); it starts the machine anew"
            );
        }
    }

    /// Whether it was heard, or nobody listens.
    fn tell(&self, word: Word) -> bool {
        let Some(Err(why)) = self.service.as_ref().map(|service| service.tell(word)) else { return true };
        tracing::warn!(verb = "act", ?word, "the service manager does not hear: {why}");
        false
    }
}

#[cfg(test)]
pub(crate) mod tests;
