//! Handshakes think in turns, so that whoever is connected already is heard between two of them.
//!
//! A handshake is a millisecond of curves. When a thousand devices come back at once they are all ready to be polled,
//! and an alarm would stand behind them in the runtime's queue.

use core::{
    future::{Future, poll_fn},
    pin::pin,
    task::ready,
};
use std::thread::available_parallelism;

use tokio::sync::Semaphore;

use super::throng::Waits;

/// So many of a listener's handshakes think at a time: half of the machine's cores, and at least one.
pub(super) struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::of((cores / 2).max(1))
    }
}

impl Turns {
    fn of(turns: usize) -> Self {
        Self(Semaphore::new(turns))
    }

    /// Polls a handshake only in its turn. It holds none while it waits for its peer.
    pub(super) async fn take<F: Future>(&self, waits: &Waits, handshake: F) -> F::Output {
        let (mut turn, mut handshake) = (pin!(self.0.acquire()), pin!(handshake));
        poll_fn(|context| {
            waits.for_us();
            let taken = ready!(turn.as_mut().poll(context)).expect("turns are never closed");
            let polled = handshake.as_mut().poll(context);
            drop(taken);
            waits.for_its_peer();
            turn.set(self.0.acquire());
            polled
        })
        .await
    }
}

#[cfg(test)]
mod tests;
