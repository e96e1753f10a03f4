//! What the machine can do.

use alloc::vec::Vec;

use vocab::{Action, Outcome, ReceiptId};

/// Does acts, and looks whether they took effect.
///
/// Nobody waits for a hand: what cannot be done at once is done aside. An act is begun after every earlier act on the
/// same thing has ended, so what was asked for last is what stands.
pub trait Effectors {
    /// Begins it, and never waits. What is over at once says what became of it: `Done`, `Unverified`, `Failed`,
    /// `TimedOut` or `Unsupported`; what goes on is [`finished`](Self::finished) later. Doing what is already done is
    /// `Done`.
    fn act(&mut self, id: ReceiptId, action: &Action) -> Option<Outcome>;

    /// Acts that went on and are over since the last call. A hand that hangs is never heard of again.
    fn finished(&mut self) -> Vec<Finished> {
        Vec::new()
    }

    /// Acts of an earlier run that are still in force because the machine went on, or may be: asked once, at the start.
    fn left_standing(&mut self) -> Vec<Action> {
        Vec::new()
    }

    /// Acts that were in force and no longer are, though nobody asked these hands to undo them, since the last call.
    fn undone(&mut self) -> Vec<Action> {
        Vec::new()
    }
}

/// An act that went on and is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Which.
    pub id: ReceiptId,
    /// What it was.
    pub action: Action,
    /// What became of it.
    pub outcome: Outcome,
}
