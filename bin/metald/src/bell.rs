//! Wakes the agent's thread: rung by the net, the senses and the disk, and by whoever wants it to stop.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// One bell; a clone is another handle on it.
#[derive(Clone, Default)]
pub struct Bell(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    rung: Condvar,
}

#[derive(Default)]
struct State {
    lesson: bool,
    rung: bool,
    stopped: bool,
}

/// Why the wait is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// Somebody has something, or the time has come.
    GoOn,
    /// It is over.
    Stop,
}

impl Bell {
    /// There is something to do. Ringing before the wait is as good as ringing in it.
    pub fn ring(&self) {
        self.lock().rung = true;
        self.0.rung.notify_all();
    }

    /// A person says that what the senses see now is how it should be.
    pub fn teach(&self) {
        self.lock().lesson = true;
        self.ring();
    }

    /// Whether a person has said so since the last call.
    pub fn is_taught(&self) -> bool {
        std::mem::take(&mut self.lock().lesson)
    }

    /// It is over: every wait ends at once from here on.
    pub fn stop(&self) {
        self.lock().stopped = true;
        self.0.rung.notify_all();
    }

    /// Whether it is over.
    pub fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    /// As the hands ask for it.
    pub fn wake(&self) -> linux::Wake {
        let bell = self.clone();
        Arc::new(move || bell.ring())
    }

    /// Waits until it is rung, but not longer than this.
    pub fn wait(&self, most: Duration) -> Rung {
        let quiet = |state: &mut State| !state.rung && !state.stopped;
        let waited = self.0.rung.wait_timeout_while(self.lock(), most, quiet);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        state.rung = false;
        if state.stopped { Rung::Stop } else { Rung::GoOn }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
