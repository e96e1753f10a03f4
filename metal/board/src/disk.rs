//! The machine's disk: an ordered queue of operations, so that a stuck disk never stops the guard.

use alloc::{string::String, vec::Vec};
use core::fmt;

/// One operation; paths are relative to the device's own folder, `/` between folder and file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Adds bytes at the end of a file, which is made if it is not there. Not durable before `Sync`.
    Append(String, Vec<u8>),
    /// Removes a file. Not durable before `SyncFolder`.
    Remove(String),
    /// Gives a file another name, replacing what had it. Not durable before `SyncFolder`.
    Rename(String, String),
    /// Makes a file's bytes durable (fdatasync).
    Sync(String),
    /// Makes a folder's names durable (fsync of the folder).
    SyncFolder(String),
    /// Cuts a file to so many bytes. Not durable before `Sync`.
    Truncate(String, u64),
    /// Replaces a file's bytes in place. Not durable before `Sync`; use `Rename` where it must be atomic.
    Write(String, Vec<u8>),
}

/// Names an operation that was submitted; they complete in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Why the disk did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// No room left.
    Full,
    /// The disk says that it failed; what was written since the last successful sync must be written again.
    Io,
}

impl fmt::Display for DiskFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the disk is full; free some room",
            Self::Io => "the disk failed; look at the kernel's log",
        })
    }
}

impl core::error::Error for DiskFault {}

/// Keeps bytes.
pub trait Disk {
    /// Puts an operation at the end of the queue; returns at once.
    fn submit(&mut self, operation: Operation) -> Ticket;

    /// The operations that completed since the last call, in order. After a fault, later operations that
    /// were already queued complete with the same fault.
    fn completed(&mut self) -> Vec<(Ticket, Result<(), DiskFault>)>;

    /// A file's bytes as they would be read now; none if there is no such file.
    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, DiskFault>;

    /// How many bytes [`Self::read`] would give; none if there is no such file.
    fn length(&mut self, path: &str) -> Result<Option<u64>, DiskFault>;

    /// The names of the files in a folder, sorted; none if there is no such folder.
    fn list(&mut self, folder: &str) -> Result<Vec<String>, DiskFault>;
}
