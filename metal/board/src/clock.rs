//! The machine's clocks.

use vocab::{MachineBoot, Mono, Wall};

/// Two clocks: one that never steps, and one that anybody with a hand on the machine can set.
pub trait Clock {
    /// Since boot, time asleep included (`CLOCK_BOOTTIME`).
    fn mono(&self) -> Mono;

    /// Which start of the machine that counts from; none where it has no name.
    fn machine(&self) -> Option<MachineBoot>;

    /// What the machine believes the wall says; never trusted by itself.
    fn wall(&self) -> Wall;
}
