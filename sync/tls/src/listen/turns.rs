//! Handshakes think in turns, so that whoever is connected already is heard between two of them.
//!
//! A handshake is a millisecond of curves. When a thousand devices come back at once they are all ready to be polled,
//! and an alarm would stand behind them in the runtime's queue. Sources take their turns one after another, so that a
//! crowd behind one address holds up nobody behind another.

use core::{
    future::{Future, poll_fn},
    ops::Bound,
    pin::{Pin, pin},
    task::ready,
};
use std::{
    collections::{BTreeMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::available_parallelism,
};

use tokio::sync::oneshot;

use super::throng::Waits;

/// So many of a listener's handshakes think at a time: half of the machine's cores, and at least one.
#[derive(Clone)]
pub(super) struct Turns(Arc<Mutex<Queue>>);

struct Queue {
    /// Turns that nobody has.
    free: usize,
    /// Who waits for one, by source, the first to come first; no source is here without anybody.
    waiting: BTreeMap<IpAddr, VecDeque<oneshot::Sender<Turn>>>,
    /// Whose turn it was last.
    last: Option<IpAddr>,
}

/// One turn; dropping it gives it to the next.
struct Turn(Option<Turns>);

impl Default for Turns {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::of((cores / 2).max(1))
    }
}

impl Turns {
    fn of(turns: usize) -> Self {
        Self(Arc::new(Mutex::new(Queue { free: turns, waiting: BTreeMap::new(), last: None })))
    }

    /// Polls a handshake only in its turn. It holds none while it waits for its peer.
    pub(super) async fn take<F: Future>(&self, source: IpAddr, waits: &Waits, handshake: F) -> F::Output {
        let (mut asked, mut handshake) = (None, pin!(handshake));
        poll_fn(|context| {
            waits.for_us();
            let turn = asked.get_or_insert_with(|| self.ask(source));
            let taken = ready!(Pin::new(turn).poll(context)).expect("a turn is passed on and never lost");
            let polled = handshake.as_mut().poll(context);
            drop(taken);
            waits.for_its_peer();
            asked = None;
            polled
        })
        .await
    }

    fn ask(&self, source: IpAddr) -> oneshot::Receiver<Turn> {
        let (give, given) = oneshot::channel();
        let mut queue = self.queue();
        if queue.free > 0 {
            queue.free -= 1;
            drop(queue);
            // The receiver is here, so it is not lost.
            let _ = give.send(Turn(Some(self.clone())));
        } else {
            queue.waiting.entry(source).or_default().push_back(give);
        }
        given
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// The first of the source that comes after the one whose turn it was.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let after = self.last.map_or(Bound::Unbounded, Bound::Excluded);
        let next =
            self.waiting.range((after, Bound::Unbounded)).next().or_else(|| self.waiting.iter().next());
        let source = *next?.0;
        let line = self.waiting.get_mut(&source)?;
        let first = line.pop_front();
        if line.is_empty() {
            self.waiting.remove(&source);
        }
        self.last = Some(source);
        first
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(turns) = self.0.take() else { return };
        loop {
            let mut queue = turns.queue();
            let Some(next) = queue.next() else {
                queue.free += 1;
                return;
            };
            drop(queue);
            match next.send(Self(Some(turns.clone()))) {
                Ok(()) => return,
                // Its taker has left meanwhile: the turn is still ours to give.
                Err(mut unwanted) => unwanted.0 = None,
            }
        }
    }
}

#[cfg(test)]
mod tests;
