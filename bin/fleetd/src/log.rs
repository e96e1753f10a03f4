//! What the daemon writes down: text on a terminal, JSON elsewhere; the verb of each line is one of the house's.

use std::io::{self, IsTerminal};

/// Begins to write to standard error.
pub(crate) fn begin() {
    let lines = tracing_subscriber::fmt().with_writer(io::stderr).with_target(false);
    // Somebody else in this process may have begun already.
    let _ = if io::stderr().is_terminal() {
        lines.try_init().is_ok()
    } else {
        lines.json().flatten_event(true).try_init().is_ok()
    };
}
