//! Why a device cannot wake.

use std::{error::Error, fmt};

use board::DiskFault;

/// The machine's, or ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The disk cannot be read.
    Disk(DiskFault),
}

impl Fault {
    /// `agent/…`, stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Disk(_) => "agent/disk",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk(fault) => write!(f, "the device's own record cannot be read: {fault}"),
        }
    }
}

impl Error for Fault {}
