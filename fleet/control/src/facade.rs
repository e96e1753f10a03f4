//! What listeners tell the fleet, and what people ask of it: a handle that any thread may hold.
//!
//! The fleet itself lives in one thread, [`crate::engine`]. A question runs there between two messages of devices,
//! and its answer is given when what it decided is committed, and never before.

use std::{fmt, sync::Arc};

use admit::door::Presented;
use link::Conn;
use store::Store;

use crate::{
    engine::inbox::{Asker, Inbox, Job, PLAIN},
    fleet::{Fleet, Now},
};

/// Where a fleet that runs keeps what it knows.
pub type Shelf = Box<dyn Store + Send>;

/// The fleet that the engine runs.
pub type House = Fleet<Shelf>;

/// A handle on the fleet's thread; a clone is the same.
#[derive(Clone)]
pub struct Facade(pub(crate) Arc<Inbox>);

/// What a listener says of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Knock {
    /// It stands, and whoever is there showed this certificate.
    Opened(Presented),
    /// A message came.
    Message(Vec<u8>),
    /// All that was to be sent has left.
    Flushed,
    /// It is gone; nothing follows.
    Closed,
}

/// The question has no answer: whether its decision stands is not known, or nobody decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// More questions wait than are held: nobody looked at this one.
    Crowded,
    /// The commit failed, or the store cannot be read.
    Faulted,
    /// The fleet's process ends.
    Gone,
}

impl Facade {
    /// Tells what happened on a connection. Waits while the fleet has more to take in than it should hold, so that a
    /// listener that reads for it reads no faster.
    pub fn hear(&self, conn: Conn, knock: Knock) {
        self.0.hear(conn, knock);
    }

    /// What waits for the fleet's thread.
    pub fn waiting(&self) -> Waiting {
        self.0.waiting()
    }

    /// Runs a question of the fleet's own house in its thread: of a listener, for a device that knocks there or for
    /// itself. `answer` is called there too, after the commit, and must not wait.
    pub fn ask<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut House, Now) -> R + Send + 'static,
        answer: impl FnOnce(Result<R, Stopped>) + Send + 'static,
    ) {
        self.0.ask(Asker::House, Job::new(PLAIN, job, answer));
    }

    /// The same for a question of people, which waits behind no other than theirs. It looks at no more devices than
    /// it says.
    pub fn question<R: Send + 'static>(
        &self,
        looks: usize,
        job: impl FnOnce(&mut House, Now) -> R + Send + 'static,
        answer: impl FnOnce(Result<R, Stopped>) + Send + 'static,
    ) {
        self.0.ask(Asker::People, Job::new(PLAIN.max(looks), job, answer));
    }
}

/// What waits for the fleet's thread, and what of it was asked so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Messages of devices.
    pub devices: usize,
    /// Questions of the house itself.
    pub house: usize,
    /// Questions of people.
    pub people: usize,
    /// Questions of people that were taken in since the thread began.
    pub asked: u64,
    /// Questions of people that were refused because too many waited.
    pub refused: u64,
}

impl Stopped {
    /// `control/…`, stable.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Crowded => "control/crowded",
            Self::Faulted => "control/faulted",
            Self::Gone => "control/gone",
        }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Crowded => "more is asked than the fleet answers, and nothing of this was done; ask again in a moment",
            Self::Faulted => {
                "the fleet could not store its decision; look what stands before you ask again, and tell whoever runs it"
            }
            Self::Gone => "the fleet is stopping; ask again when it is back",
        })
    }
}

impl std::error::Error for Stopped {}
