//! The threads of this process: those that answer people step back for those that hear devices.
//!
//! The fleet's own thread is `control`'s. Where more wants to run than there are processors, an alarm goes before a page
//! that is being written.

use std::io;

use rustix::process::{getpriority_process, setpriority_process};
use tokio::runtime::{Builder, Runtime};

/// How far they step back (nice(2)). The kernel then gives a thread a third of what one has that did not: an alarm goes
/// before a page, and whatever else keeps this machine busy does not keep people from reading.
const BACK: i32 = 5;

const WORKERS: usize = 2;

/// For devices, newcomers and verifiers.
pub(crate) fn devices() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()
}

/// For people and programs.
pub fn people() -> io::Result<Runtime> {
    // Whichever thread makes another hands its own place down, so they are told where to stand and not how far to go.
    let place = getpriority_process(None).map(|place| place + BACK);
    let step_back = move || {
        // A machine that forbids even this has people and devices wait for each other.
        let _ = place.and_then(|place| setpriority_process(None, place));
    };
    Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("wrale-people")
        .on_thread_start(step_back)
        .enable_all()
        .build()
}

#[cfg(test)]
mod tests;
