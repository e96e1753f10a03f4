//! Whoever was not let in at one listener: a line for people now and then, and every one of them counted in the audit
//! log.
//!
//! A flood must fill neither, and must not keep the fleet's thread busy: while it has not come to what was counted,
//! it is not asked again.

use std::{
    collections::BTreeMap,
    mem,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use control::{Facade, House, Now};

/// How often one kind of refusal is worth a line.
const EVERY: Duration = Duration::from_secs(10);

/// The refusals of one listener.
pub(crate) struct TurnedAway {
    listener: &'static str,
    facade: Facade,
    said: Mutex<BTreeMap<&'static str, (Instant, u64)>>,
    untold: Arc<Mutex<Untold>>,
}

/// What the fleet has not heard yet.
#[derive(Default)]
struct Untold {
    times: BTreeMap<&'static str, u64>,
    asked: bool,
}

impl TurnedAway {
    /// Nobody was turned away yet.
    pub(crate) fn new(listener: &'static str, facade: Facade) -> Self {
        Self { listener, facade, said: Mutex::default(), untold: Arc::default() }
    }

    /// Somebody was.
    pub(crate) fn say(&self, peer: SocketAddr, problem: &tls::Problem) {
        self.write(peer, problem);
        let mut untold = lock(&self.untold);
        *untold.times.entry(problem.code()).or_insert(0) += 1;
        if !mem::replace(&mut untold.asked, true) {
            drop(untold);
            self.tell();
        }
    }

    fn write(&self, peer: SocketAddr, problem: &tls::Problem) {
        let (now, code, listener) = (Instant::now(), problem.code(), self.listener);
        let mut said = lock(&self.said);
        let (last, unsaid) = said.entry(code).or_insert((now, 0));
        if *unsaid > 0 && now.duration_since(*last) < EVERY {
            *unsaid += 1;
            return;
        }
        let others = unsaid.saturating_sub(1);
        (*last, *unsaid) = (now, 1);
        drop(said);
        tracing::warn!(verb = "accept", code, listener, %peer, others, "not let in: {problem}");
    }

    fn tell(&self) {
        let (untold, listener) = (Arc::clone(&self.untold), self.listener);
        let again = Arc::clone(&self.untold);
        let job = move |fleet: &mut House, now: Now| {
            let Untold { times, .. } = mem::take(&mut *lock(&untold));
            for (code, times) in times {
                fleet.turned_away(listener, code, times, now);
            }
        };
        // Where the fleet came to nothing, the next one asks it again.
        self.facade.ask(job, move |told| {
            if told.is_err() {
                lock(&again).asked = false;
            }
        });
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
