//! Waits for edges of lines in a thread of its own: a lid is told of at once, whatever bus hangs elsewhere.

use std::{
    io,
    os::fd::BorrowedFd,
    sync::{Arc, mpsc},
};

use vocab::Mono;

use super::desk::Desk;
use crate::{
    clock,
    line::Line,
    vigil::{Vigil, Watcher},
};

/// Lines, and where to put what they say.
struct Edges {
    lines: Vec<Line>,
    desk: Arc<Desk>,
    ready: mpsc::Sender<()>,
}

/// Starts to wait; `ready` is told when each line was looked at once.
pub(super) fn start(lines: Vec<Line>, desk: &Arc<Desk>, ready: mpsc::Sender<()>) -> io::Result<Vigil> {
    Vigil::start("wrale-lines", Edges { lines, desk: Arc::clone(desk), ready })
}

impl Watcher for Edges {
    fn look(&mut self) {
        let mut told = false;
        for line in &mut self.lines {
            for reading in line.read(clock::now()) {
                self.desk.put(reading);
                told = true;
            }
        }
        if told {
            self.desk.wake();
        }
        // Whoever started us waits only for the first time.
        let _ = self.ready.send(());
    }

    fn due(&self) -> Option<Mono> {
        self.lines.iter().map(Line::due).min()
    }

    fn ears(&self) -> Vec<BorrowedFd<'_>> {
        self.lines.iter().filter_map(Line::edges).collect()
    }
}

#[cfg(test)]
mod tests;
