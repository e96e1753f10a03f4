//! The device's real disk, watched from outside: when what was handed over, and when it was done.

use std::{
    cell::{Cell, RefCell},
    path::Path,
    rc::Rc,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Result;
use board::{Disk, DiskFault, Operation, Ticket};
use linux::LinuxDisk;

use crate::clock::monotonic;

/// Whether the disk answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Sound,
    /// It takes everything and completes nothing.
    Stuck,
}

/// Rung, from any thread, when there is something to fetch.
#[derive(Clone, Default)]
pub(crate) struct Bell(Arc<(Mutex<Rung>, Condvar)>);

#[derive(Default)]
struct Rung {
    waiting: bool,
    last: Duration,
}

impl Bell {
    pub(crate) fn ring(&self) {
        let (rung, heard) = &*self.0;
        let mut rung = rung.lock().unwrap_or_else(PoisonError::into_inner);
        *rung = Rung { waiting: true, last: monotonic() };
        heard.notify_one();
    }

    /// Waits until somebody rings, at most so long.
    pub(crate) fn wait(&self, most: Duration) {
        let (rung, heard) = &*self.0;
        let rung = rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = heard.wait_timeout_while(rung, most, |rung| !rung.waiting);
        waited.unwrap_or_else(PoisonError::into_inner).0.waiting = false;
    }

    fn last(&self) -> Duration {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).last
    }
}

/// One sync: when its bytes were handed over, and when they were on the disk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Synced {
    pub(crate) handed: Duration,
    pub(crate) done: Duration,
}

/// The disk.
pub(crate) struct Watched {
    disk: LinuxDisk,
    bell: Bell,
    pub(crate) log: Rc<Log>,
}

/// What was seen; read by whoever holds the other end.
pub(crate) struct Log {
    health: Cell<Health>,
    /// Handed over and not done.
    open: RefCell<Vec<(Ticket, Duration, bool)>>,
    synced: RefCell<Vec<Synced>>,
}

impl Log {
    pub(crate) fn set(&self, health: Health) {
        self.health.set(health);
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.open.borrow().is_empty()
    }

    /// The syncs that were done since the last call.
    pub(crate) fn take(&self) -> Vec<Synced> {
        self.synced.take()
    }
}

impl Watched {
    pub(crate) fn open(folder: &Path, bell: &Bell) -> Result<Self> {
        let theirs = bell.clone();
        let disk = LinuxDisk::open(folder, Arc::new(move || theirs.ring()))?;
        let log =
            Log { health: Cell::new(Health::Sound), open: RefCell::default(), synced: RefCell::default() };
        Ok(Self { disk, bell: bell.clone(), log: Rc::new(log) })
    }
}

impl Disk for Watched {
    fn submit(&mut self, operation: Operation) -> Ticket {
        let syncs = matches!(operation, Operation::Sync(_) | Operation::SyncFolder(_));
        let at = monotonic();
        let ticket = self.disk.submit(operation);
        self.log.open.borrow_mut().push((ticket, at, syncs));
        ticket
    }

    fn completed(&mut self) -> Vec<(Ticket, Result<(), DiskFault>)> {
        if self.log.health.get() == Health::Stuck {
            return vec![];
        }
        let completed = self.disk.completed();
        if let Some((last, _)) = completed.last() {
            let mut open = self.log.open.borrow_mut();
            let done: Vec<_> = open.extract_if(.., |(ticket, ..)| *ticket <= *last).collect();
            // Whoever syncs rings; seen before it rang, it is done now.
            let (rung, now) = (self.bell.last(), monotonic());
            let handed = done.first().map_or(now, |(_, at, _)| *at);
            let rung = if rung > handed { rung } else { now };
            if done.iter().any(|(.., syncs)| *syncs) {
                self.log.synced.borrow_mut().push(Synced { handed, done: rung });
            }
        }
        completed
    }

    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, DiskFault> {
        self.disk.read(path)
    }

    fn length(&mut self, path: &str) -> Result<Option<u64>, DiskFault> {
        self.disk.length(path)
    }

    fn list(&mut self, folder: &str) -> Result<Vec<String>, DiskFault> {
        self.disk.list(folder)
    }
}
