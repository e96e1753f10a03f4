//! What the machine can do.

use alloc::vec::Vec;

use vocab::{Action, Outcome};

/// Does acts, and looks whether they took effect.
pub trait Effectors {
    /// Does it and looks: `Done`, `Unverified`, `Failed`, `TimedOut` or `Unsupported`, within the act's own
    /// limit. Doing what is already done is `Done`.
    fn act(&mut self, action: &Action) -> Outcome;

    /// Acts of an earlier run that are still in force because the machine went on: asked once, at the start.
    fn left_standing(&mut self) -> Vec<Action> {
        Vec::new()
    }
}
