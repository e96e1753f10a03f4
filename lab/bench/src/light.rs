//! A board that weighs little: senses of ours, keys in memory, and a disk of the row's choice.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use board::{Board, Clock, Disk, DiskFault, Effectors, Operation, RootOfTrust, Sensors, Ticket, Vault};
use sim::{SimHands, SimVault};

use crate::senses::Senses;

/// The board.
pub(crate) struct Light<C> {
    pub(crate) clock: C,
    pub(crate) senses: Senses,
    pub(crate) hands: SimHands,
    pub(crate) root: Box<dyn RootOfTrust>,
    pub(crate) vault: SimVault,
    pub(crate) disk: Box<dyn Disk>,
}

impl<C: Clock> Board for Light<C> {
    fn clock(&self) -> &dyn Clock {
        &self.clock
    }

    fn sensors(&mut self) -> &mut dyn Sensors {
        &mut self.senses
    }

    fn effectors(&mut self) -> &mut dyn Effectors {
        &mut self.hands
    }

    fn root(&mut self) -> &mut dyn RootOfTrust {
        &mut *self.root
    }

    fn vault(&mut self) -> &mut dyn Vault {
        &mut self.vault
    }

    fn disk(&mut self) -> &mut dyn Disk {
        &mut *self.disk
    }
}

/// Files in memory, done at once. The reserve is taken for written: ten thousand of them would fill the machine.
#[derive(Clone, Default)]
pub(crate) struct LightDisk(Rc<RefCell<Platter>>);

#[derive(Default)]
struct Platter {
    files: BTreeMap<String, Vec<u8>>,
    done: Vec<(Ticket, Result<(), DiskFault>)>,
    last: u64,
}

const RESERVE: &str = "reserve";

impl LightDisk {
    /// Whether something is done that nobody has heard of.
    pub(crate) fn waits(&self) -> bool {
        !self.0.borrow().done.is_empty()
    }
}

impl Disk for LightDisk {
    fn submit(&mut self, operation: Operation) -> Ticket {
        let mut platter = self.0.borrow_mut();
        platter.last += 1;
        let ticket = Ticket(platter.last);
        let Platter { files, done, .. } = &mut *platter;
        match operation {
            Operation::Append(path, _) if path == RESERVE => {}
            Operation::Append(path, bytes) => files.entry(path).or_default().extend(bytes),
            Operation::Remove(path) => drop(files.remove(&path)),
            Operation::Rename(from, to) => {
                let file = files.remove(&from).unwrap_or_default();
                files.insert(to, file);
            }
            Operation::Truncate(path, length) => {
                files.entry(path).or_default().truncate(usize::try_from(length).unwrap_or(usize::MAX));
            }
            Operation::Write(path, bytes) => drop(files.insert(path, bytes)),
            Operation::Sync(_) | Operation::SyncFolder(_) => {}
        }
        done.push((ticket, Ok(())));
        ticket
    }

    fn completed(&mut self) -> Vec<(Ticket, Result<(), DiskFault>)> {
        std::mem::take(&mut self.0.borrow_mut().done)
    }

    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, DiskFault> {
        Ok(self.0.borrow().files.get(path).cloned())
    }

    fn length(&mut self, path: &str) -> Result<Option<u64>, DiskFault> {
        Ok(self.0.borrow().files.get(path).map(|bytes| bytes.len() as u64))
    }

    fn list(&mut self, folder: &str) -> Result<Vec<String>, DiskFault> {
        let platter = self.0.borrow();
        let inside = platter.files.keys().filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
        Ok(inside.map(String::from).collect())
    }
}
