//! What can be wrong with a database, and what to do about it.

use std::{error::Error, fmt, path::PathBuf};

/// Ours, or the machine's; never a device's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The database cannot be used.
    Database(String),
    /// The disk is full.
    Full,
    /// Another process works in this directory.
    Locked {
        /// Which directory.
        directory: PathBuf,
        /// Which process, if it says so.
        pid: Option<u32>,
    },
    /// A newer version of this software wrote it.
    Newer {
        /// The schema found.
        found: i64,
        /// The newest that this build knows.
        known: i64,
    },
    /// A build from before the first release wrote it, in another layout.
    Older {
        /// The schema found.
        found: i64,
        /// The oldest that this build knows.
        known: i64,
    },
    /// It cannot be written to.
    ReadOnly(PathBuf),
    /// A sealed row does not open.
    Sealed {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        reason: crypto::seal::Refusal,
    },
}

impl Fault {
    /// `store/…`, stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Database(_) => "store/database",
            Self::Full => "store/full",
            Self::Locked { .. } => "store/locked",
            Self::Newer { .. } => "store/newer",
            Self::Older { .. } => "store/older",
            Self::ReadOnly(_) => "store/read-only",
            Self::Sealed { .. } => "store/sealed",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(reason) => {
                write!(f, "the database cannot be used: {reason}; restore it from a backup")
            }
            Self::Full => {
                f.write_str("the disk with the database is full; free some room, then it goes on by itself")
            }
            Self::Locked { directory, pid } => {
                f.write_str("another process ")?;
                pid.map_or(Ok(()), |pid| write!(f, "(process {pid}) "))?;
                write!(f, "works in `{}`; stop it, or use another directory", directory.display())
            }
            Self::Newer { found, known } => write!(
                f,
                "the database has schema {found} and this build knows {known}; start the newer build, or restore a backup"
            ),
            Self::Older { found, known } => write!(
                f,
                "the database has schema {found}, of a build before the first release, and this build knows {known}; go on with that build, or begin a new fleet in another directory"
            ),
            Self::ReadOnly(path) => {
                write!(f, "`{}` cannot be written to; give it to the user that runs this", path.display())
            }
            Self::Sealed { table, reason } => write!(f, "a row of `{table}` does not open: {reason}"),
        }
    }
}

impl Error for Fault {}
