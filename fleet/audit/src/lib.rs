//! What was decided, by whom, provably.
//!
//! Pure: the tree's nodes lie in a store, the log key with the authority; neither is known here.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;
