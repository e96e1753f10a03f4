//! What this machine could not do.

use core::fmt;
use std::io;

/// Ours, or the machine's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection broke, or HTTP did.
    Http(String),
    /// What was to be shown could not be.
    Output(io::ErrorKind),
    /// The machine gives no randomness.
    Random,
    /// The runtime does not start.
    Runtime(io::ErrorKind),
    /// No answer came in time.
    Timeout,
}

impl Fault {
    /// `cli/<reason>`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Http(_) => "cli/http",
            Self::Output(_) => "cli/output",
            Self::Random => "cli/random",
            Self::Runtime(_) => "cli/runtime",
            Self::Timeout => "cli/timeout",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(why) => write!(f, "the connection to the fleet broke ({why}); try again"),
            Self::Output(kind) => write!(f, "what was to be shown cannot be written: {kind}"),
            Self::Random => f.write_str("this machine gives no randomness; no key was made"),
            Self::Runtime(kind) => write!(f, "this machine does not let the program start: {kind}"),
            Self::Timeout => f.write_str(
                "the fleet took the question and does not answer; look whether it is alive, and try again",
            ),
        }
    }
}

impl core::error::Error for Fault {}
