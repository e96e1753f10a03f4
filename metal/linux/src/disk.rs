//! The device's disk: an ordered queue of operations, done by a thread of its own.
//!
//! `submit` and `completed` never wait for the disk. After a fault everything that was submitted before the fault
//! was told completes with the same fault, so that nothing is built on what failed.

use std::{
    collections::{BTreeMap, VecDeque},
    fs::File,
    io::{self, Write},
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use ::board::{Disk, DiskFault, Operation, Ticket};
use rustix::fs::OFlags;

use crate::{
    Wake,
    fault::{Fault, Unready},
    folder::{Folder, LOCK},
    keys,
};

/// The disk of a device: one folder.
///
/// Dropping it does what is queued first.
pub struct LinuxDisk {
    folder: Arc<Folder>,
    queue: Arc<Queue>,
    wake: Wake,
    worker: Option<JoinHandle<()>>,
}

impl LinuxDisk {
    /// Takes a folder for this process alone. `wake` is called, from another thread, when something completed.
    pub fn open(folder: &Path, wake: Wake) -> Result<Self, Unready> {
        Self::over(Arc::new(Folder::open(folder)?), wake)
    }

    pub(crate) fn over(folder: Arc<Folder>, wake: Wake) -> Result<Self, Unready> {
        let queue = Arc::new(Queue::default());
        let platter = Platter { folder: Arc::clone(&folder), unsynced: BTreeMap::new() };
        let (theirs, call) = (Arc::clone(&queue), Arc::clone(&wake));
        let worker = thread::Builder::new()
            .name("wrale-disk".into())
            .spawn(move || work(&theirs, platter, &call))
            .map_err(Fault::Thread)?;
        Ok(Self { folder, queue, wake, worker: Some(worker) })
    }
}

impl Disk for LinuxDisk {
    fn submit(&mut self, operation: Operation) -> Ticket {
        let mut state = self.queue.lock();
        state.next += 1;
        let ticket = Ticket(state.next);
        let Some(fault) = state.fault else {
            state.waiting.push_back((ticket, operation));
            drop(state);
            self.queue.work.notify_one();
            return ticket;
        };
        state.done.push((ticket, Err(fault)));
        drop(state);
        (self.wake)();
        ticket
    }

    fn completed(&mut self) -> Vec<(Ticket, Result<(), DiskFault>)> {
        let mut state = self.queue.lock();
        // Whoever hears of the fault knows what failed; what is submitted from here on is new.
        state.fault = None;
        std::mem::take(&mut state.done)
    }

    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, DiskFault> {
        if is_reserved(path) {
            return Err(DiskFault::Io);
        }
        self.folder.read(path).map_err(|error| blame(&error))
    }

    fn length(&mut self, path: &str) -> Result<Option<u64>, DiskFault> {
        if is_reserved(path) {
            return Err(DiskFault::Io);
        }
        self.folder.length(path).map_err(|error| blame(&error))
    }

    fn list(&mut self, folder: &str) -> Result<Vec<String>, DiskFault> {
        if folder == keys::FOLDER {
            return Err(DiskFault::Io);
        }
        self.folder.list(folder).map_err(|error| blame(&error))
    }
}

impl Drop for LinuxDisk {
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.work.notify_one();
        if let Some(worker) = self.worker.take() {
            // A worker that panicked has nothing more to do.
            let _ = worker.join();
        }
    }
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    next: u64,
    waiting: VecDeque<(Ticket, Operation)>,
    done: Vec<(Ticket, Result<(), DiskFault>)>,
    /// A fault that nobody has heard of yet.
    fault: Option<DiskFault>,
    closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next operation; none when the disk is closed and nothing waits.
    fn take(&self) -> Option<(Ticket, Operation)> {
        let mut state = self.lock();
        loop {
            if let Some(next) = state.waiting.pop_front() {
                return Some(next);
            }
            if state.closed {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Says whether nothing waits any more.
    fn complete(&self, ticket: Ticket, result: Result<(), DiskFault>) -> Pause {
        let mut state = self.lock();
        state.done.push((ticket, result));
        if let Err(fault) = result {
            state.fault = Some(fault);
            let behind = std::mem::take(&mut state.waiting);
            state.done.extend(behind.into_iter().map(|(ticket, _)| (ticket, Err(fault))));
        }
        if state.waiting.is_empty() { Pause::Idle } else { Pause::None }
    }
}

/// Whether the queue rests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pause {
    Idle,
    None,
}

fn work(queue: &Queue, mut platter: Platter, wake: &Wake) {
    while let Some((ticket, operation)) = queue.take() {
        let result = platter.perform(&operation);
        // What somebody waits for is durability; waking for each step on the way would only cost.
        let awaited = matches!(operation, Operation::Sync(_) | Operation::SyncFolder(_));
        if queue.complete(ticket, result) == Pause::Idle || awaited {
            wake();
        }
    }
}

struct Platter {
    folder: Arc<Folder>,
    /// What is written and not yet synced stays open: the kernel tells a failed write to the file that saw it.
    unsynced: BTreeMap<String, File>,
}

impl Platter {
    fn perform(&mut self, operation: &Operation) -> Result<(), DiskFault> {
        self.attempt(operation).map_err(|error| blame(&error))
    }

    fn attempt(&mut self, operation: &Operation) -> io::Result<()> {
        match operation {
            Operation::Append(path, bytes) => self.written(path, OFlags::empty())?.write_all(bytes),
            Operation::Remove(path) => {
                refuse_reserved(path)?;
                self.unsynced.remove(path);
                self.folder.remove(path)
            }
            Operation::Rename(from, to) => {
                refuse_reserved(from)?;
                refuse_reserved(to)?;
                self.folder.rename(from, to)?;
                self.unsynced.remove(to);
                if let Some(file) = self.unsynced.remove(from) {
                    self.unsynced.insert(to.clone(), file);
                }
                Ok(())
            }
            Operation::Sync(path) => self.synced(path)?.sync_data(),
            Operation::SyncFolder(folder) => self.folder.sync_folder(folder),
            Operation::Truncate(path, length) => self.written(path, OFlags::empty())?.set_len(*length),
            Operation::Write(path, bytes) => {
                self.unsynced.remove(path);
                self.written(path, OFlags::TRUNC)?.write_all(bytes)
            }
        }
    }

    fn written(&mut self, path: &str, how: OFlags) -> io::Result<&mut File> {
        refuse_reserved(path)?;
        if !self.unsynced.contains_key(path) {
            let file = self.folder.writable(path, OFlags::APPEND | how)?;
            self.unsynced.insert(path.to_owned(), file);
        }
        self.unsynced.get_mut(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn synced(&mut self, path: &str) -> io::Result<File> {
        refuse_reserved(path)?;
        match self.unsynced.remove(path) {
            Some(file) => Ok(file),
            None => self.folder.existing(path)?.ok_or_else(|| io::ErrorKind::NotFound.into()),
        }
    }
}

/// The keys and the lock are no business of whoever writes the journal.
fn is_reserved(path: &str) -> bool {
    path == LOCK || path.split_once('/').is_some_and(|(folder, _)| folder == keys::FOLDER)
}

fn refuse_reserved(path: &str) -> io::Result<()> {
    if is_reserved(path) { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
}

fn blame(error: &io::Error) -> DiskFault {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DiskFault::Full,
        _ => DiskFault::Io,
    }
}

#[cfg(test)]
mod tests;
