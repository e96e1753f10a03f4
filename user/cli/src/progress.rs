//! How far something long has come: one line that is written over, on a terminal alone.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// How often the line is written.
const EVERY: Duration = Duration::from_millis(200);

/// The line.
pub(crate) struct Progress {
    what: &'static str,
    bytes: u64,
    shown: Option<Instant>,
    out: Option<Box<dyn Write + Send>>,
}

impl Progress {
    /// Of this, on the standard error if somebody sees it.
    pub(crate) fn of(what: &'static str) -> Self {
        let seen = io::stderr().is_terminal();
        Self::to(what, seen.then(|| Box::new(io::stderr()) as Box<dyn Write + Send>))
    }

    pub(crate) fn to(what: &'static str, out: Option<Box<dyn Write + Send>>) -> Self {
        Self { what, bytes: 0, shown: None, out }
    }

    /// So many bytes more.
    pub(crate) fn more(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        let Some(out) = &mut self.out else { return };
        if self.shown.is_none_or(|shown| shown.elapsed() >= EVERY) {
            // Whoever does not see it misses nothing.
            let _ = write!(out, "\r{}: {}\x1b[K", self.what, size(self.bytes)).and_then(|()| out.flush());
            self.shown = Some(Instant::now());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let (Some(out), Some(_)) = (&mut self.out, self.shown) {
            let _ = out.write_all(b"\r\x1b[K").and_then(|()| out.flush());
        }
    }
}

/// `12.3 MiB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KiB", bytes / 1_024),
        _ => format!("{}.{} MiB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

#[cfg(test)]
mod tests;
