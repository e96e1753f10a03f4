//! What was decided, by whom, provably.
//!
//! Pure: the tree's nodes lie in a store, the log key with the authority; neither is known here.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod checkpoint;
pub mod export;
pub mod proof;
pub mod record;
pub mod tiles;
pub mod verify;

pub use checkpoint::{Appended, Log, Published};
pub use export::Entry;
pub use proof::{Leaf, prove};
pub use record::{Actor, Body, Decision, Kind, Outcome, Personal, Record, Salts, Subject, record};
pub use tiles::{Edge, Seen, TileAt, Tiles};
pub use verify::{Refusal, Verified, verify};
