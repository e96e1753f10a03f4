//! Listens to the kernel in a thread of its own: a device that stalls its bus while we ask what it is holds up
//! nobody else.

use std::{
    io,
    os::fd::BorrowedFd,
    sync::{Arc, mpsc},
};

use vocab::Mono;

use super::{desk::Desk, poller::Hurry};
use crate::{
    clock,
    interfaces::Interfaces,
    uevent::Event,
    vigil::{Vigil, Watcher},
};

/// What listens, and whom it tells.
struct Listener {
    interfaces: Interfaces,
    desk: Arc<Desk>,
    hurry: Hurry,
    ready: mpsc::Sender<()>,
}

/// Starts to listen; `ready` is told when all was looked at once.
pub(super) fn start(
    interfaces: Interfaces,
    desk: &Arc<Desk>,
    hurry: Hurry,
    ready: mpsc::Sender<()>,
) -> io::Result<Vigil> {
    Vigil::start("wrale-events", Listener { interfaces, desk: Arc::clone(desk), hurry, ready })
}

impl Watcher for Listener {
    fn look(&mut self) {
        let readings = self.interfaces.read(clock::now(), |event| {
            if is_about_parts(event) {
                self.hurry.parts();
            }
        });
        if !readings.is_empty() {
            for reading in readings {
                self.desk.put(reading);
            }
            self.desk.wake();
        }
        // Whoever started us waits only for the first time.
        let _ = self.ready.send(());
    }

    fn due(&self) -> Option<Mono> {
        Some(self.interfaces.due())
    }

    fn ears(&self) -> Vec<BorrowedFd<'_>> {
        self.interfaces.ears().into()
    }
}

/// Whether a part may have come or gone.
fn is_about_parts(event: &Event) -> bool {
    ["block", "memory", "net", "pci"].contains(&event.subsystem.as_str())
}

#[cfg(test)]
mod tests;
