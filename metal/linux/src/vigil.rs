//! A thread that waits: for what the kernel has to say, for the next moment, or for its end.

use std::{
    io,
    os::fd::{BorrowedFd, OwnedFd},
    thread,
};

use rustix::{
    event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll},
    io::{Errno, write},
};
use vocab::Mono;

use crate::clock;

/// Whoever looks whenever there is something to look at.
pub(crate) trait Watcher: Send + 'static {
    /// Looks: at once, and each time that the wait is over.
    fn look(&mut self);

    /// When to look again at the latest; never, where nothing but a descriptor tells.
    fn due(&self) -> Option<Mono>;

    /// What tells that there is something.
    fn ears(&self) -> Vec<BorrowedFd<'_>>;
}

/// The thread, seen from the other side; dropped, it stops.
pub(crate) struct Vigil {
    /// Written to when the thread is to stop.
    stop: OwnedFd,
}

impl Vigil {
    /// Starts to look, in a thread of this name.
    pub(crate) fn start(name: &str, mut watcher: impl Watcher) -> io::Result<Self> {
        let stop = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let theirs = stop.try_clone()?;
        let run = move || {
            watcher.look();
            while wait(&theirs, &watcher) == Next::Look {
                watcher.look();
            }
        };
        thread::Builder::new().name(name.into()).spawn(run)?;
        Ok(Self { stop })
    }
}

impl Drop for Vigil {
    fn drop(&mut self) {
        // Not joined: it may hang on a bus. An eventfd always takes a one.
        let _ = write(&self.stop, &1u64.to_ne_bytes());
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Look,
    Stop,
}

fn wait(stop: &OwnedFd, watcher: &impl Watcher) -> Next {
    let timeout = watcher.due().and_then(|due| Timespec::try_from(due.since(clock::now())).ok());
    let mut waiting = vec![PollFd::new(stop, PollFlags::IN)];
    waiting.extend(watcher.ears().into_iter().map(|ears| PollFd::from_borrowed_fd(ears, PollFlags::IN)));
    match poll(&mut waiting, timeout.as_ref()) {
        Ok(_) if !waiting[0].revents().is_empty() => Next::Stop,
        Ok(_) | Err(Errno::INTR) => Next::Look,
        // Without a descriptor to wait on there is nothing to hear any more: whoever looked falls silent.
        Err(_) => Next::Stop,
    }
}
