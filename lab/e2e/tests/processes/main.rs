//! The house as real processes over loopback TLS: each test starts the daemons that it needs, drives them through
//! their own doors, and ends them.
#![allow(clippy::panic, clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used, reason = "tests")]

mod apart;
mod bad_input;
mod doors;
mod enrolment;
mod fleet;
mod full_disk;
mod guest;
mod kernel_event;
mod killed;
mod machine;
mod net;
mod paper;
mod peers;
mod people;
mod process;
mod seeds;
mod shelf;
mod units;
mod zones;

use std::{
    fs::File,
    io::Read as _,
    time::{SystemTime, UNIX_EPOCH},
};

use vocab::Wall;

/// This machine's time.
fn now() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Wall(i64::try_from(since.as_micros()).unwrap())
}

/// Thirty-two bytes that nobody foresees.
fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    File::open("/dev/urandom").unwrap().read_exact(&mut bytes).unwrap();
    bytes
}
