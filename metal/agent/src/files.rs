//! The guard's small files: replaced whole, atomically, durably, one after another.

use std::collections::BTreeMap;

use board::{Disk, DiskFault, Operation, Ticket};
use guard::Kept;

const FOLDER: &str = "kept";

/// Keeps what the guard wants kept; what the disk would not take is tried again.
#[derive(Debug, Default)]
pub struct Files {
    /// The last operation of each replacement on its way, and what it was.
    underway: BTreeMap<Ticket, (Kept, Vec<u8>)>,
    owed: BTreeMap<Kept, Vec<u8>>,
}

impl Files {
    /// Reads what is there. A file half replaced has its old content.
    pub fn open(disk: &mut dyn Disk) -> Result<(Self, Vec<(Kept, Vec<u8>)>), DiskFault> {
        let mut kept = vec![];
        for name in disk.list(FOLDER)? {
            let Some(what) = Kept::named(&name) else { continue };
            let bytes = disk.read(&path(&name))?.unwrap_or_default();
            if bytes.len() <= Kept::LIMIT {
                kept.push((what, bytes));
            }
        }
        Ok((Self::default(), kept))
    }

    /// Replaces a file.
    pub fn keep(&mut self, what: Kept, bytes: Vec<u8>, disk: &mut dyn Disk) {
        self.owed.remove(&what);
        let (name, new) = (path(&what.name()), path("new"));
        disk.submit(Operation::Write(new.clone(), bytes.clone()));
        disk.submit(Operation::Sync(new.clone()));
        disk.submit(Operation::Rename(new, name));
        let last = disk.submit(Operation::SyncFolder(FOLDER.into()));
        self.underway.insert(last, (what, bytes));
    }

    /// Removes a file.
    pub fn forget(&mut self, what: Kept, disk: &mut dyn Disk) {
        self.owed.remove(&what);
        disk.submit(Operation::Remove(path(&what.name())));
        disk.submit(Operation::SyncFolder(FOLDER.into()));
    }

    /// Takes what the disk has completed.
    pub fn poll(&mut self, completed: &[(Ticket, Result<(), DiskFault>)]) {
        for (ticket, result) in completed {
            let Some((what, bytes)) = self.underway.remove(ticket) else { continue };
            let newer = self.underway.values().any(|(other, _)| *other == what);
            if result.is_err() && !newer {
                self.owed.insert(what, bytes);
            }
        }
    }

    /// Tries again what the disk would not take.
    pub fn retry(&mut self, disk: &mut dyn Disk) {
        for (what, bytes) in std::mem::take(&mut self.owed) {
            self.keep(what, bytes, disk);
        }
    }

    /// Whether something waits for a better disk.
    pub fn owes(&self) -> bool {
        !self.owed.is_empty()
    }
}

fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

#[cfg(test)]
mod tests;
