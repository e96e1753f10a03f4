//! Does what may never come back, and waits for it only so long.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError},
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
        let underway = Underway::begin(&self.hanging);
        let begun = thread::Builder::new().name("wrale-act".into()).spawn(move || {
            let outcome = act();
            drop(underway);
            // Nobody listens any more where it took too long.
            let _ = tell.send(outcome);
        });
        if begun.is_err() {
            return Outcome::Failed;
        }
        match told.recv_timeout(limit) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Disconnected) => Outcome::Failed,
            Err(RecvTimeoutError::Timeout) => Outcome::TimedOut,
        }
    }
}

/// One act that has not come back; counted for as long as it is there.
struct Underway(Arc<AtomicUsize>);

impl Underway {
    fn begin(hanging: &Arc<AtomicUsize>) -> Self {
        hanging.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(hanging))
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests;
