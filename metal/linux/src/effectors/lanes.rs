//! Does acts aside from the loop, each in the lane of what it acts upon.
//!
//! An act and what undoes it share a lane and are done there one after another, in the order in which they were asked
//! for; lanes know nothing of each other. So a unit that will not stop holds up nothing but itself.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use ::board::Finished;
use vocab::{Action, Outcome, ReceiptId};

use crate::{Wake, root::lock};

/// So many things may be acted upon at once; for one more no act is begun.
const LANES: usize = 32;

/// So many acts may wait in a lane behind the one that is being done; one more is not begun.
const BEHIND: usize = 4;

/// What is done, and is told how long it may take.
pub(super) type Act = Box<dyn FnOnce(Duration) -> Outcome + Send>;

/// All lanes of one device; a clone is another handle on them.
#[derive(Clone)]
pub(super) struct Lanes {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// Told when a lane is empty.
    emptied: Condvar,
    wake: Wake,
}

#[derive(Default)]
struct State {
    /// What waits behind the act that is being done, by lane.
    lanes: BTreeMap<Action, VecDeque<Job>>,
    finished: Vec<Finished>,
}

/// One act that was asked for.
struct Job {
    id: ReceiptId,
    action: Action,
    /// Not begun any more after this: whoever asked has been told that it failed.
    by: Instant,
    act: Act,
}

impl Lanes {
    /// `wake` is called, from other threads, when an act is over.
    pub(super) fn new(wake: Wake) -> Self {
        Self { shared: Arc::new(Shared { state: Mutex::default(), emptied: Condvar::new(), wake }) }
    }

    /// Has it done in its lane; `act` is told how much of the limit is left when its turn has come. What could not be
    /// begun is over at once.
    pub(super) fn begin(&self, id: ReceiptId, action: &Action, limit: Duration, act: Act) -> Option<Outcome> {
        let job = Job { id, action: action.clone(), by: Instant::now() + limit, act };
        let (lane, mut state) = (lane(action), lock(&self.shared.state));
        if let Some(waiting) = state.lanes.get_mut(&lane) {
            if waiting.len() >= BEHIND {
                return Some(Outcome::TimedOut);
            }
            waiting.push_back(job);
            return None;
        }
        if state.lanes.len() >= LANES {
            return Some(Outcome::TimedOut);
        }
        if self.open(lane.clone(), job).is_err() {
            return Some(Outcome::Failed);
        }
        state.lanes.insert(lane, VecDeque::new());
        None
    }

    /// What is over since the last call.
    pub(super) fn finished(&self) -> Vec<Finished> {
        std::mem::take(&mut lock(&self.shared.state).finished)
    }

    /// Waits until nothing but this act is on its way, and not longer than this.
    pub(super) fn alone(&self, action: &Action, most: Duration) {
        let own = lane(action);
        let others = |state: &mut State| state.lanes.keys().any(|lane| *lane != own);
        let waited = self.shared.emptied.wait_timeout_while(lock(&self.shared.state), most, others);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// A thread for as long as there is something to do.
    fn open(&self, lane: Action, first: Job) -> io::Result<()> {
        let shared = Arc::clone(&self.shared);
        let run = move || {
            let mut next = Some(first);
            while let Some(job) = next {
                let finished = job.run();
                next = shared.over(&lane, finished);
            }
        };
        // Not joined: it may hang.
        thread::Builder::new().name("wrale-act".into()).spawn(run).map(drop)
    }
}

impl Shared {
    /// An act is over; the next one of its lane.
    fn over(&self, lane: &Action, finished: Finished) -> Option<Job> {
        let mut state = lock(&self.state);
        state.finished.push(finished);
        let next = state.lanes.get_mut(lane).and_then(VecDeque::pop_front);
        if next.is_none() {
            state.lanes.remove(lane);
            self.emptied.notify_all();
        }
        drop(state);
        (self.wake)();
        next
    }
}

impl Job {
    fn run(self) -> Finished {
        let left = self.by.saturating_duration_since(Instant::now());
        let outcome = if left.is_zero() {
            Outcome::TimedOut
        } else {
            // A hand that breaks down must not take its lane with it.
            catch_unwind(AssertUnwindSafe(|| (self.act)(left))).unwrap_or(Outcome::Failed)
        };
        Finished { id: self.id, action: self.action, outcome }
    }
}

/// An act and what undoes it are about the same thing.
fn lane(action: &Action) -> Action {
    action.inverse().map_or_else(|| action.clone(), |inverse| inverse.min(action.clone()))
}

#[cfg(test)]
mod tests;
