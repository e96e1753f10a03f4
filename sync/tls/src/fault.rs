//! What this machine could not do.

use core::fmt;
use std::io;

/// Ours, or the machine's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process has no file descriptor left.
    Descriptors,
    /// The key that signs for us does not answer.
    Key,
    /// The network or the socket failed.
    Socket(io::ErrorKind),
    /// The TLS library refused what we asked of it.
    Tls(String),
    /// Nobody answers at the address in time.
    Unreachable,
}

impl Fault {
    /// `tls/<reason>`, for counters and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Descriptors => "tls/descriptors",
            Self::Key => "tls/key",
            Self::Socket(_) => "tls/socket",
            Self::Tls(_) => "tls/tls",
            Self::Unreachable => "tls/unreachable",
        }
    }

    pub(crate) fn of(error: &io::Error) -> Self {
        match error.raw_os_error() {
            Some(EMFILE | ENFILE) => Self::Descriptors,
            _ => Self::Socket(error.kind()),
        }
    }
}

/// Linux, include/uapi/asm-generic/errno-base.h.
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Descriptors => {
                f.write_str("we have no file descriptor left; raise the limit (LimitNOFILE) of this service")
            }
            Self::Key => f.write_str("our key does not sign; look at the TPM or the key file"),
            Self::Socket(kind) => write!(f, "the network failed us ({kind}); look at this machine's network"),
            Self::Tls(why) => write!(f, "we asked TLS for what it cannot do ({why}); report this"),
            Self::Unreachable => f.write_str("nobody answers at the address; look at the network between"),
        }
    }
}

impl core::error::Error for Fault {}

#[cfg(test)]
mod tests;
