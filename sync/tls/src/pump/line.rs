//! The handle by which the owner of a connection speaks to its pump: it never blocks, and what it holds is bounded.

use std::{
    collections::VecDeque,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
};

use futures_util::task::AtomicWaker;

use super::Patience;

/// The sending side of one connection.
#[derive(Clone)]
pub struct Line(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    pump: AtomicWaker,
    patience: Patience,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Vec<u8>>,
    /// Bytes in the queue.
    queued: usize,
    /// Messages that the owner was given and still holds.
    unread: usize,
    asked: Asked,
}

/// What the owner wants of the pump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Asked {
    /// To close once all that was sent is with the network.
    Close,
    /// To go on.
    #[default]
    Open,
    /// To end at once: more waits than the peer may leave unread.
    Overrun,
}

impl Line {
    pub(crate) fn new(patience: Patience) -> Self {
        Self(Arc::new(Shared { state: Mutex::default(), pump: AtomicWaker::new(), patience }))
    }

    /// Sends a message after those before it. Where the peer leaves too much unread, the connection ends instead;
    /// on a connection that is gone, nothing happens.
    pub fn send(&self, message: Vec<u8>) {
        let mut state = self.state();
        if state.asked != Asked::Open {
            return;
        }
        state.queued += message.len();
        if state.queued > self.0.patience.queue {
            state.asked = Asked::Overrun;
            state.queue.clear();
        } else {
            state.queue.push_back(message);
        }
        drop(state);
        self.0.pump.wake();
    }

    /// Closes the connection behind what was sent.
    pub fn close(&self) {
        let mut state = self.state();
        if state.asked == Asked::Open {
            state.asked = Asked::Close;
        }
        drop(state);
        self.0.pump.wake();
    }

    /// The next message to write.
    pub(super) fn next(&self) -> Option<Vec<u8>> {
        let mut state = self.state();
        let message = state.queue.pop_front()?;
        state.queued -= message.len();
        if state.queue.is_empty() {
            // An idle connection keeps no memory for what it once sent.
            state.queue = VecDeque::new();
        }
        Some(message)
    }

    pub(super) fn patience(&self) -> Patience {
        self.0.patience
    }

    pub(super) fn asked(&self) -> Asked {
        self.state().asked
    }

    /// Takes no more, and forgets what waits.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.asked = Asked::Close;
        state.queue = VecDeque::new();
    }

    /// Whether the owner takes another message.
    pub(super) fn is_read(&self) -> bool {
        self.state().unread < self.0.patience.unread
    }

    /// A message for the owner; until it is dropped, it counts.
    pub(super) fn deliver(&self, bytes: Vec<u8>) -> Message {
        self.state().unread += 1;
        Message { bytes, line: self.clone() }
    }

    /// Wakes the pump at the next change.
    pub(super) fn register(&self, waker: &Waker) {
        self.0.pump.register(waker);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the peer sent. While the owner holds as many as it may, nothing more is read from the peer.
pub struct Message {
    bytes: Vec<u8>,
    line: Line,
}

impl Message {
    /// Its bytes; from now on it no longer counts.
    pub fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

impl Deref for Message {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        self.line.state().unread -= 1;
        self.line.0.pump.wake();
    }
}
