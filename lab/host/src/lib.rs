//! A fleet on this machine: its daemons as processes, its people, and what it has stored.
//!
//! Whoever uses it has a program that is every daemon: its first word says which.
#![allow(
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod dice;
mod fleet;
mod people;
mod process;
mod shelf;

use std::{
    fs::File,
    io::Read as _,
    time::{SystemTime, UNIX_EPOCH},
};

pub use self::{
    dice::Dice,
    fleet::{Fleet, NAME, Ports, SITE},
    people::{Log, Person},
    process::{Ended, Process, SOON},
    shelf::{Journal, Shelf},
};
use vocab::Wall;

/// This machine's time.
pub fn now() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Wall(i64::try_from(since.as_micros()).unwrap())
}

/// Thirty-two bytes that nobody foresees.
pub fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    File::open("/dev/urandom").unwrap().read_exact(&mut bytes).unwrap();
    bytes
}
