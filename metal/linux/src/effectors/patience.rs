//! Does what may never come back, and waits for it only so long.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use vocab::Outcome;

/// So many acts may hang at once; one more is not begun.
const HANGING: usize = 8;

/// Counts what has not come back.
#[derive(Debug, Default)]
pub(super) struct Patience {
    hanging: Arc<AtomicUsize>,
}

impl Patience {
    /// Does it in a thread of its own; `TimedOut` if it takes longer, and then it may still come to its end.
    pub(super) fn spend(
        &mut self,
        limit: Duration,
        act: impl FnOnce() -> Outcome + Send + 'static,
    ) -> Outcome {
        if self.hanging.load(Ordering::Acquire) >= HANGING {
            return Outcome::TimedOut;
        }
        let (tell, told) = mpsc::channel();
        let hanging = Arc::clone(&self.hanging);
        hanging.fetch_add(1, Ordering::AcqRel);
        let begun = thread::Builder::new().name("wrale-act".into()).spawn(move || {
            let outcome = act();
            hanging.fetch_sub(1, Ordering::AcqRel);
            // Nobody listens any more where it took too long.
            let _ = tell.send(outcome);
        });
        if begun.is_err() {
            self.hanging.fetch_sub(1, Ordering::AcqRel);
            return Outcome::Failed;
        }
        told.recv_timeout(limit).unwrap_or(Outcome::TimedOut)
    }
}

#[cfg(test)]
mod tests;
