//! What the daemon writes down: text on a terminal, JSON elsewhere; the verb of each line is one of the house's.

use std::io::{self, IsTerminal};

use agent::Notice;
use link::frame::Room;

/// Begins to write to standard error.
pub fn begin() {
    let lines = tracing_subscriber::fmt().with_writer(io::stderr).with_target(false);
    // Somebody else in this process may have begun already.
    let _ = if io::stderr().is_terminal() {
        lines.try_init().is_ok()
    } else {
        lines.json().flatten_event(true).try_init().is_ok()
    };
}

/// One notice of the agent.
pub fn notice(notice: &Notice) {
    match notice {
        Notice::Acted(..) => tracing::info!(verb = "act", "{notice}"),
        Notice::Damaged { .. } | Notice::DiskFull | Notice::Disk(_) => {
            tracing::error!(verb = "append", "{notice}");
        }
        Notice::Link(fault) => tracing::error!(verb = "offer", code = fault.code(), "{notice}"),
        Notice::Parted(_, parting) => tracing::info!(verb = "offer", code = parting.code(), "{notice}"),
        Notice::Refused(refusal) => tracing::warn!(verb = "adopt", code = refusal.code(), "{notice}"),
        Notice::Room(Room::Open) => tracing::info!(verb = "accept", "{notice}"),
        Notice::Room(Room::Quarantine) => tracing::warn!(verb = "accept", "{notice}"),
        Notice::ShowChallenge(nonce) => {
            let digits: String = nonce.0.iter().map(|byte| format!("{byte:02x}")).collect();
            tracing::info!(verb = "approve", challenge = digits, "{notice}");
        }
        Notice::Torn => tracing::warn!(verb = "append", "{notice}"),
        Notice::Unsigned(_) => tracing::error!(verb = "sign", "{notice}"),
    }
}
