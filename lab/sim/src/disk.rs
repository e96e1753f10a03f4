//! A disk that loses what was not synced, and lies when it is told to.
//!
//! Operations complete in order, each after the disk's latency. A power cut takes what the disk had not made
//! durable: all of it, none of it, or a part, as the cut says.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
    time::Duration,
};

use board::{Disk, DiskFault, Operation, Ticket};
use vocab::Mono;

use crate::{clock::World, dice::Dice, power::Power};

/// What a power cut does with bytes and names that were not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CutMode {
    /// They are gone.
    Lost,
    /// They are there all the same.
    Kept,
    /// A part of what was appended is there.
    Torn,
}

/// What is wrong with the disk now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiskFaults {
    /// It says "synced" and has done nothing.
    pub lies: bool,
    /// It completes nothing.
    pub stuck: bool,
    /// It takes nothing in this folder.
    pub refuses: Option<&'static str>,
    /// It has room for so many bytes in all.
    pub room: Option<usize>,
    /// How long an operation takes.
    pub latency: Duration,
}

/// A handle on the platter; the platter outlives every boot.
#[derive(Clone)]
pub struct SimDisk {
    platter: Rc<RefCell<Platter>>,
    world: World,
}

#[derive(Clone, Default)]
struct Platter {
    files: BTreeMap<usize, File>,
    next_file: usize,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    queue: VecDeque<(Ticket, Mono, Operation)>,
    done: Vec<(Ticket, Result<(), DiskFault>)>,
    next_ticket: u64,
    faults: DiskFaults,
    /// Whether an operation had to wait for what is wrong.
    felt: bool,
    lies_told: u64,
    power: Power,
}

/// Bytes are shared with every image, until one of them changes.
#[derive(Clone, Default)]
struct File {
    live: Rc<Vec<u8>>,
    durable: Durable,
}

/// What of a file survives a power cut.
#[derive(Clone)]
enum Durable {
    /// So much of what is read now.
    Prefix(usize),
    /// Something else, from before it was written anew.
    Other(Rc<Vec<u8>>),
}

impl Default for Durable {
    fn default() -> Self {
        Self::Prefix(0)
    }
}

impl SimDisk {
    /// An empty disk.
    pub fn new(world: &World) -> Self {
        Self { platter: Rc::default(), world: world.clone() }
    }

    /// What a thief carries away, or what a backup holds: all that would be read now.
    #[must_use]
    pub fn image(&self) -> Self {
        let mut copy = self.platter.borrow().clone();
        copy.queue.clear();
        copy.done.clear();
        copy.power = Power::default();
        Self { platter: Rc::new(RefCell::new(copy)), world: self.world.clone() }
    }

    /// Puts an older image back in place.
    pub fn restore(&self, image: &Self) {
        let image = image.platter.borrow().clone();
        let power = self.power();
        *self.platter.borrow_mut() = Platter { power, ..image };
    }

    /// Sets what is wrong from now on.
    pub fn set_faults(&self, faults: DiskFaults) {
        let mut platter = self.platter.borrow_mut();
        (platter.faults, platter.felt) = (faults, false);
    }

    /// Whether an operation had to wait for what is wrong now.
    pub fn felt(&self) -> bool {
        let platter = self.platter.borrow();
        platter.felt || (platter.faults.stuck && !platter.queue.is_empty())
    }

    /// How often the disk has lied.
    pub fn lies_told(&self) -> u64 {
        self.platter.borrow().lies_told
    }

    /// The power of the box whose disk this is.
    pub fn power(&self) -> Power {
        self.platter.borrow().power.clone()
    }

    /// How many operations it has done, and what else its box has; each is a place where the power can be cut.
    pub fn operations(&self) -> u64 {
        self.power().effects()
    }

    /// The power is to be cut right after this many operations.
    pub fn cut_after(&self, operations: Option<u64>) {
        self.power().cut_after(operations);
    }

    /// Cuts the power.
    pub fn cut(&self, mode: CutMode, dice: &mut Dice) {
        let mut platter = self.platter.borrow_mut();
        platter.queue.clear();
        platter.done.clear();
        platter.power.cut_after(None);
        if mode == CutMode::Lost || (mode == CutMode::Torn && dice.chance(500)) {
            platter.names = platter.durable_names.clone();
        }
        platter.durable_names = platter.names.clone();
        let Platter { files, names, .. } = &mut *platter;
        let named: BTreeSet<usize> = names.values().copied().collect();
        files.retain(|file, _| named.contains(file));
        for file in files.values_mut() {
            file.cut(mode, dice);
        }
    }

    /// When the next operation completes.
    pub fn deadline(&self) -> Option<Mono> {
        let platter = self.platter.borrow();
        if !platter.done.is_empty() {
            return Some(self.world.now());
        }
        if platter.faults.stuck || platter.power.is_gone() {
            None
        } else {
            platter.queue.front().map(|(_, due, _)| *due)
        }
    }

    /// What a file holds now; none if there is no such file.
    pub fn holds(&self, path: &str) -> Option<Vec<u8>> {
        let platter = self.platter.borrow();
        platter.names.get(path).and_then(|id| platter.files.get(id)).map(|file| file.live.to_vec())
    }

    /// Every file as it would be read now, by path.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let platter = self.platter.borrow();
        let read = |(name, id): (&String, &usize)| Some((name.clone(), platter.files.get(id)?.live.to_vec()));
        platter.names.iter().filter_map(read).collect()
    }

    /// Somebody with the disk in their hands writes a file.
    pub fn put(&self, path: &str, bytes: Vec<u8>) {
        let mut platter = self.platter.borrow_mut();
        let file = platter.open(path.into());
        file.write(bytes);
        file.sync();
        platter.durable_names = platter.names.clone();
    }

    /// Flips one bit of a file where it lies.
    ///
    /// # Panics
    /// If there is no such byte.
    pub fn flip(&self, path: &str, byte: usize) {
        let mut platter = self.platter.borrow_mut();
        let id = platter.names[path];
        let file = platter.files.get_mut(&id).expect("every name has its file");
        Rc::make_mut(&mut file.live)[byte] ^= 1;
        file.sync();
    }
}

impl File {
    fn append(&mut self, bytes: Vec<u8>) {
        if self.live.is_empty() {
            self.live = Rc::new(bytes);
        } else {
            Rc::make_mut(&mut self.live).extend(bytes);
        }
    }

    fn write(&mut self, bytes: Vec<u8>) {
        let mut before = std::mem::replace(&mut self.live, Rc::new(bytes));
        if let Durable::Prefix(length) = self.durable {
            shorten(&mut before, length);
            self.durable = Durable::Other(before);
        }
    }

    fn truncate(&mut self, length: usize) {
        match self.durable {
            Durable::Prefix(durable) if durable > length => self.write(self.live[..length].to_vec()),
            _ => shorten(&mut self.live, length),
        }
    }

    fn sync(&mut self) -> Durable {
        std::mem::replace(&mut self.durable, Durable::Prefix(self.live.len()))
    }

    /// What is left is what is read from now on, and as durable as anything.
    fn cut(&mut self, mode: CutMode, dice: &mut Dice) {
        let was = self.sync();
        match (was, mode) {
            (_, CutMode::Kept) => {}
            (Durable::Prefix(length), CutMode::Lost) => shorten(&mut self.live, length),
            (Durable::Other(before), CutMode::Lost) => self.live = before,
            (Durable::Prefix(length), CutMode::Torn) => self.tear(length, dice),
            (Durable::Other(before), CutMode::Torn) if self.live.starts_with(&before) => {
                self.tear(before.len(), dice);
            }
            (Durable::Other(before), CutMode::Torn) => {
                if !dice.chance(500) {
                    self.live = before;
                }
            }
        }
        self.sync();
    }

    fn tear(&mut self, durable: usize, dice: &mut Dice) {
        let appended = (self.live.len() - durable) as u64;
        shorten(&mut self.live, durable + usize::try_from(dice.below(appended + 1)).unwrap_or(0));
    }
}

fn shorten(bytes: &mut Rc<Vec<u8>>, length: usize) {
    if bytes.len() > length {
        Rc::make_mut(bytes).truncate(length);
    }
}

impl Platter {
    fn work(&mut self, now: Mono) {
        while let Some((_, due, _)) = self.queue.front() {
            if *due > now || self.faults.stuck || !self.power.spend() {
                return;
            }
            let (ticket, _, operation) = self.queue.pop_front().expect("just looked");
            let result = self.perform(operation);
            self.done.push((ticket, result));
            if let Err(fault) = result {
                // What stood in the queue behind a failure has not been done either.
                let behind = self.queue.drain(..).map(|(ticket, ..)| (ticket, Err(fault)));
                self.done.extend(behind);
            }
        }
    }

    fn perform(&mut self, operation: Operation) -> Result<(), DiskFault> {
        if self.faults.refuses.is_some_and(|folder| folder_of(path_of(&operation)) == folder) {
            return Err(DiskFault::Io);
        }
        match operation {
            Operation::Append(path, bytes) => {
                self.room_for(bytes.len())?;
                self.open(path).append(bytes);
            }
            Operation::Remove(path) => drop(self.names.remove(&path)),
            Operation::Rename(from, to) => {
                let file = self.names.remove(&from).ok_or(DiskFault::Io)?;
                self.names.insert(to, file);
            }
            Operation::Sync(_) | Operation::SyncFolder(_) if self.faults.lies => self.lies_told += 1,
            Operation::Sync(path) => drop(self.open(path).sync()),
            Operation::SyncFolder(folder) => {
                let inside = |name: &String| folder_of(name) == folder;
                self.durable_names.retain(|name, _| !inside(name));
                let now = self.names.iter().filter(|(name, _)| inside(name));
                self.durable_names.extend(now.map(|(name, file)| (name.clone(), *file)));
            }
            Operation::Truncate(path, length) => {
                self.open(path).truncate(usize::try_from(length).map_err(|_| DiskFault::Io)?);
            }
            Operation::Write(path, bytes) => {
                self.room_for(bytes.len())?;
                self.open(path).write(bytes);
            }
        }
        Ok(())
    }

    fn open(&mut self, path: String) -> &mut File {
        let next = &mut self.next_file;
        let id = *self.names.entry(path).or_insert_with(|| {
            *next += 1;
            *next
        });
        self.files.entry(id).or_default()
    }

    fn room_for(&self, bytes: usize) -> Result<(), DiskFault> {
        let used: usize =
            self.names.values().filter_map(|id| self.files.get(id)).map(|file| file.live.len()).sum();
        match self.faults.room {
            Some(room) if used + bytes > room => Err(DiskFault::Full),
            _ => Ok(()),
        }
    }
}

/// What it is done to.
fn path_of(operation: &Operation) -> &str {
    match operation {
        Operation::Append(path, _)
        | Operation::Remove(path)
        | Operation::Rename(path, _)
        | Operation::Sync(path)
        | Operation::SyncFolder(path)
        | Operation::Truncate(path, _)
        | Operation::Write(path, _) => path,
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl Disk for SimDisk {
    fn submit(&mut self, operation: Operation) -> Ticket {
        let now = self.world.now();
        let mut platter = self.platter.borrow_mut();
        platter.next_ticket += 1;
        let ticket = Ticket(platter.next_ticket);
        let after = platter.queue.back().map_or(now, |(_, due, _)| *due).max(now);
        let due = after + platter.faults.latency;
        platter.felt |= platter.faults.stuck || due > now;
        platter.queue.push_back((ticket, due, operation));
        ticket
    }

    fn completed(&mut self) -> Vec<(Ticket, Result<(), DiskFault>)> {
        let mut platter = self.platter.borrow_mut();
        platter.work(self.world.now());
        std::mem::take(&mut platter.done)
    }

    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, DiskFault> {
        Ok(self.holds(path))
    }

    fn length(&mut self, path: &str) -> Result<Option<u64>, DiskFault> {
        let platter = self.platter.borrow();
        let file = platter.names.get(path).and_then(|id| platter.files.get(id));
        Ok(file.map(|file| file.live.len() as u64))
    }

    fn list(&mut self, folder: &str) -> Result<Vec<String>, DiskFault> {
        let platter = self.platter.borrow();
        let inside = platter.names.keys().filter(|name| folder_of(name) == folder);
        Ok(inside
            .map(|name| name.rsplit_once('/').map_or(name.as_str(), |(_, file)| file).to_owned())
            .collect())
    }
}

#[cfg(test)]
mod tests;
