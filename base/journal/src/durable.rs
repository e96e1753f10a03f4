//! Proof that something stands on the disk.

use core::ops::Deref;

/// A value that a power cut no longer takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Durable<T>(T);

impl<T> Durable<T> {
    /// Asserts the proof. Its one caller is `agent::disk`: after an fsync, and when it replays what it read.
    pub const fn assertion(value: T) -> Self {
        Self(value)
    }

    /// The value, without its proof.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Durable<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
