//! Runs a command and hands on its lines as they come, errors and output in the order they were written.

#[cfg(test)]
mod tests;

use std::io::{self, BufRead, BufReader, Write};
use std::process::Command;

use anyhow::{Context, Result};

/// Whether a line is for the reader of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Echo {
    /// Counted and not repeated.
    Hide,
    /// Passed through.
    Show,
}

/// Runs the command to its end; true if it succeeded.
pub(super) fn run(mut command: Command, mut each: impl FnMut(&str) -> Echo) -> Result<bool> {
    // One pipe for both, so that cargo's headings stand before the results that they announce.
    let (reader, writer) = io::pipe().context("no pipe to be had")?;
    command.stdout(writer.try_clone().context("no pipe to be had")?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("{command:?} cannot be started"))?;
    // The command holds the writing ends; while it lives, the reader never sees the end.
    drop(command);
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).context("the command's output cannot be read")? > 0 {
        let line = String::from_utf8_lossy(&bytes);
        if each(line.trim_end()) == Echo::Show {
            io::stdout().write_all(line.as_bytes()).context("nobody reads our output")?;
        }
        bytes.clear();
    }
    Ok(child.wait().context("the command is gone")?.success())
}
