//! Listens to the kernel in a thread of its own: a device that stalls its bus while we ask what it is holds up
//! nobody else.

use std::{
    io,
    os::fd::OwnedFd,
    sync::{Arc, mpsc},
    thread,
};

use rustix::{
    event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll},
    io::{Errno, write},
};

use super::{desk::Desk, poller::Hurry};
use crate::{clock, interfaces::Interfaces, uevent::Event};

/// The thread, seen from the other side.
pub(super) struct Listener {
    /// Written to when the thread is to stop.
    stop: OwnedFd,
}

impl Listener {
    /// Starts to listen; `ready` is told when all was looked at once.
    pub(super) fn start(
        interfaces: Interfaces,
        desk: &Arc<Desk>,
        hurry: Hurry,
        ready: mpsc::Sender<()>,
    ) -> io::Result<Self> {
        let stop = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let (theirs, desk) = (stop.try_clone()?, Arc::clone(desk));
        let run = move || run(&theirs, interfaces, &desk, &hurry, &ready);
        thread::Builder::new().name("wrale-events".into()).spawn(run)?;
        Ok(Self { stop })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Not joined: it may hang on a bus. An eventfd always takes a one.
        let _ = write(&self.stop, &1u64.to_ne_bytes());
    }
}

fn run(stop: &OwnedFd, mut interfaces: Interfaces, desk: &Desk, hurry: &Hurry, ready: &mpsc::Sender<()>) {
    loop {
        let readings = interfaces.read(clock::now(), |event| {
            if is_about_parts(event) {
                hurry.parts();
            }
        });
        if !readings.is_empty() {
            for reading in readings {
                desk.put(reading);
            }
            desk.wake();
        }
        // Whoever started us waits only for the first time.
        let _ = ready.send(());
        if wait(stop, &interfaces) == Next::Stop {
            return;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Read,
    Stop,
}

/// Waits for an event, for the next look at all, or for the end.
fn wait(stop: &OwnedFd, interfaces: &Interfaces) -> Next {
    let left = interfaces.due().since(clock::now());
    let timeout = Timespec::try_from(left).ok();
    let [events, links] = interfaces.ears().map(|ears| PollFd::from_borrowed_fd(ears, PollFlags::IN));
    let mut waiting = [PollFd::new(stop, PollFlags::IN), events, links];
    match poll(&mut waiting, timeout.as_ref()) {
        Ok(_) if !waiting[0].revents().is_empty() => Next::Stop,
        Ok(_) | Err(Errno::INTR) => Next::Read,
        // Without a descriptor to wait on there is nothing to hear any more: the sensor falls silent.
        Err(_) => Next::Stop,
    }
}

/// Whether a part may have come or gone.
fn is_about_parts(event: &Event) -> bool {
    ["block", "memory", "net", "pci"].contains(&event.subsystem.as_str())
}

#[cfg(test)]
mod tests;
