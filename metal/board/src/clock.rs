//! The machine's clocks.

use vocab::{Mono, Wall};

/// Two clocks: one that never steps, and one that anybody with a hand on the machine can set.
pub trait Clock {
    /// Since boot, time asleep included (`CLOCK_BOOTTIME`).
    fn mono(&self) -> Mono;

    /// What the machine believes the wall says; never trusted by itself.
    fn wall(&self) -> Wall;
}
