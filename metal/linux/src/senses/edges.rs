//! Waits for edges of lines in a thread of its own: a lid is told of at once, whatever bus hangs elsewhere.

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

use super::desk::Desk;
use crate::{clock, line::Line};

/// The thread, seen from the other side.
pub(super) struct Edges {
    /// Written to when the thread is to stop.
    stop: OwnedFd,
}

impl Edges {
    /// Starts to wait; `ready` is told when each line was looked at once.
    pub(super) fn start(lines: Vec<Line>, desk: &Arc<Desk>, ready: mpsc::Sender<()>) -> io::Result<Self> {
        let stop = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let (theirs, desk) = (stop.try_clone()?, Arc::clone(desk));
        let run = move || run(&theirs, lines, &desk, &ready);
        thread::Builder::new().name("wrale-lines".into()).spawn(run)?;
        Ok(Self { stop })
    }
}

impl Drop for Edges {
    fn drop(&mut self) {
        // Not joined: a chip behind a bus may hang. An eventfd always takes a one.
        let _ = write(&self.stop, &1u64.to_ne_bytes());
    }
}

fn run(stop: &OwnedFd, mut lines: Vec<Line>, desk: &Desk, ready: &mpsc::Sender<()>) {
    loop {
        let mut told = false;
        for line in &mut lines {
            for reading in line.read(clock::now()) {
                desk.put(reading);
                told = true;
            }
        }
        if told {
            desk.wake();
        }
        // Whoever started us waits only for the first time.
        let _ = ready.send(());
        if wait(stop, &lines) == Next::Stop {
            return;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Read,
    Stop,
}

/// Waits for an edge, for the next look at a level, or for the end.
fn wait(stop: &OwnedFd, lines: &[Line]) -> Next {
    let due = lines.iter().map(Line::due).min().unwrap_or_default();
    let timeout = Timespec::try_from(due.since(clock::now())).ok();
    let mut waiting = vec![PollFd::new(stop, PollFlags::IN)];
    waiting.extend(
        lines.iter().filter_map(Line::edges).map(|edges| PollFd::from_borrowed_fd(edges, PollFlags::IN)),
    );
    match poll(&mut waiting, timeout.as_ref()) {
        Ok(_) if !waiting[0].revents().is_empty() => Next::Stop,
        Ok(_) | Err(Errno::INTR) => Next::Read,
        // Without a descriptor to wait on there is nothing to hear any more: the sensors fall silent.
        Err(_) => Next::Stop,
    }
}

#[cfg(test)]
mod tests;
