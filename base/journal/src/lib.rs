//! All that a device says: an append-only chain of entries, each bound to every one before it.
//!
//! A body is opaque bytes here; what it means stands in `wire`.
#![no_std]

extern crate alloc;

pub mod branch;
pub mod chain;
pub mod durable;
pub mod entry;
pub mod head;
pub mod run;

pub use branch::Branch;
pub use chain::Chain;
pub use durable::Durable;
pub use entry::{Entry, Header, Kind};
pub use head::{Cursor, Head, Position};
pub use run::Run;
