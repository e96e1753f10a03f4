//! What is wrong with the fleet's own house.

use std::{error::Error, fmt};

use crypto::{merkle, note};

use crate::rooted;

/// Ours, or the machine's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The audit log does not add up.
    Log(merkle::Fault),
    /// A checkpoint could not be signed.
    Note(note::Fault),
    /// A row is not what this build writes.
    Record(&'static str),
    /// A letter of the root is not the one to obey.
    Rooted(rooted::Mistake),
    /// The store.
    Store(store::Fault),
}

impl Fault {
    /// `control/…`, or the store's own code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Log(_) => "control/log",
            Self::Note(_) => "control/note",
            Self::Record(_) => "control/record",
            Self::Rooted(mistake) => mistake.code(),
            Self::Store(fault) => fault.code(),
        }
    }
}

impl From<store::Fault> for Fault {
    fn from(fault: store::Fault) -> Self {
        Self::Store(fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log(fault) => {
                write!(f, "the audit log does not add up: {fault}; restore the database from a backup")
            }
            Self::Note(fault) => write!(f, "the checkpoint could not be signed: {fault}"),
            Self::Record(what) => {
                write!(f, "a record ({what}) is not readable by this build; start the build that wrote it")
            }
            Self::Rooted(mistake) => mistake.fmt(f),
            Self::Store(fault) => fault.fmt(f),
        }
    }
}

impl Error for Fault {}
