//! The journal on the disk: appended in groups, durable before anybody hears of it, replayed at boot.
//!
//! Nothing chained is ever given up: while the disk is full or failing, entries wait here in their order.

mod replay;
mod segment;

use std::collections::VecDeque;

use board::{Disk, DiskFault, Operation, Ticket};
use journal::{Cursor, Durable, Entry};

pub use self::replay::{Replay, replay};
use self::{replay::Aside, segment::Segment};

/// Kept free for alarms on a full disk.
pub const RESERVE: usize = 1024 * 1024;

/// A segment is closed when it has grown so large.
const SEGMENT_BYTES: u64 = 256 * 1024;

const RESERVE_FILE: &str = "reserve";

/// Whether an entry may use the reserve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Waits for room.
    Bulk,
    /// Takes the reserve when there is no other room.
    Alarm,
}

/// What the disk has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// These entries survive a power cut, in the order of the chain.
    Durable(Vec<Durable<Entry>>),
    /// The disk takes nothing; entries wait.
    Full,
    /// It takes entries again.
    Room,
}

/// The writing end of a journal, over a board's disk.
#[derive(Debug)]
pub struct JournalDisk {
    segments: Vec<Segment>,
    waiting: VecDeque<(Entry, Lane)>,
    writing: Option<Writing>,
    pressure: Pressure,
    reserve: Reserve,
}

/// A group on its way to the disk.
#[derive(Debug)]
struct Writing {
    entries: Vec<(Entry, Lane)>,
    bytes: u64,
    last: Ticket,
    failed: Option<DiskFault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pressure {
    Room,
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reserve {
    Kept,
    Making(Ticket),
    Given,
}

impl JournalDisk {
    /// Goes on in a new segment after what was replayed, and sees to the reserve.
    pub fn open(replayed: &Replay, disk: &mut impl Disk) -> Self {
        let mut segments = replayed.segments.clone();
        segments.push(Segment::after(segments.last()));
        let reserve = match disk.read(RESERVE_FILE) {
            Ok(Some(bytes)) if bytes.len() == RESERVE => Reserve::Kept,
            _ => make_reserve(disk),
        };
        set_aside(replayed, disk);
        Self { segments, waiting: VecDeque::new(), writing: None, pressure: Pressure::Room, reserve }
    }

    /// Puts an entry behind all others. It is durable when [`News::Durable`] names it, and not before.
    pub fn append(&mut self, entry: Entry, lane: Lane, disk: &mut impl Disk) {
        self.waiting.push_back((entry, lane));
        if self.writing.is_none() && self.pressure == Pressure::Room {
            self.write(disk);
        }
    }

    /// Takes what the disk has completed, and goes on.
    pub fn poll(&mut self, completed: &[(Ticket, Result<(), DiskFault>)], disk: &mut impl Disk) -> Vec<News> {
        let mut news = vec![];
        for (ticket, result) in completed {
            self.complete(*ticket, *result, disk, &mut news);
        }
        news
    }

    /// Tries again after [`News::Full`]; to be called now and then.
    pub fn retry(&mut self, disk: &mut impl Disk) {
        if self.writing.is_none() && !self.waiting.is_empty() {
            self.write(disk);
        }
        if self.reserve == Reserve::Given && self.pressure == Pressure::Room {
            self.reserve = make_reserve(disk);
        }
    }

    /// The entries after `after`, oldest first, at most `limit`; only durable ones. An unknown cursor gives none.
    pub fn fetch(
        &self,
        after: Option<Cursor>,
        limit: usize,
        disk: &mut impl Disk,
    ) -> Result<Vec<Durable<Entry>>, DiskFault> {
        let mut seq = after.map_or(0, |cursor| cursor.seq);
        let first =
            self.segments.iter().rposition(|segment| segment.first.is_some_and(|first| first <= seq + 1));
        let mut found = vec![];
        for segment in &self.segments[first.unwrap_or(0)..] {
            let bytes = disk.read(&segment.path())?.unwrap_or_default();
            let durable = usize::try_from(segment.bytes).unwrap_or(usize::MAX).min(bytes.len());
            for entry in segment::entries(&bytes[..durable]) {
                if found.len() >= limit {
                    return Ok(found);
                }
                // A group that failed and was written again stands twice.
                if entry.header().seq > seq {
                    seq = entry.header().seq;
                    found.push(durable_entry(entry));
                }
            }
        }
        Ok(found)
    }

    /// Deletes whole segments that lie at or below the fleet's backup mark.
    pub fn forget(&mut self, mark: Cursor, disk: &mut impl Disk) {
        while let [first, second, ..] = &self.segments[..] {
            if second.first.is_none_or(|first| first > mark.seq + 1) {
                return;
            }
            disk.submit(Operation::Remove(first.path()));
            self.segments.remove(0);
        }
    }

    /// How many entries wait or are being written.
    pub fn unwritten(&self) -> usize {
        self.waiting.len() + self.writing.as_ref().map_or(0, |writing| writing.entries.len())
    }

    fn complete(
        &mut self,
        ticket: Ticket,
        result: Result<(), DiskFault>,
        disk: &mut impl Disk,
        news: &mut Vec<News>,
    ) {
        if self.reserve == Reserve::Making(ticket) {
            self.reserve = if result.is_ok() { Reserve::Kept } else { Reserve::Given };
        }
        let Some(writing) = &mut self.writing else { return };
        writing.failed = writing.failed.or(result.err());
        if ticket < writing.last {
            return;
        }
        let Some(writing) = self.writing.take() else { return };
        match writing.failed {
            None => self.written(writing, news),
            Some(fault) => self.not_written(writing, fault, disk, news),
        }
        if self.writing.is_none() && self.pressure == Pressure::Room && !self.waiting.is_empty() {
            self.write(disk);
        }
    }

    fn written(&mut self, writing: Writing, news: &mut Vec<News>) {
        if let (Some(segment), Some((entry, _))) = (self.segments.last_mut(), writing.entries.first()) {
            segment.first = segment.first.or(Some(entry.header().seq));
            segment.bytes += writing.bytes;
        }
        if self.pressure == Pressure::Full {
            self.pressure = Pressure::Room;
            news.push(News::Room);
        }
        news.push(News::Durable(
            writing.entries.into_iter().map(|(entry, _)| durable_entry(entry)).collect(),
        ));
    }

    /// After a fault nobody knows how much was written: the group is written again, in a segment of its own.
    fn not_written(
        &mut self,
        writing: Writing,
        fault: DiskFault,
        disk: &mut impl Disk,
        news: &mut Vec<News>,
    ) {
        let alarm = writing.entries.iter().any(|(_, lane)| *lane == Lane::Alarm);
        for waiting in writing.entries.into_iter().rev() {
            self.waiting.push_front(waiting);
        }
        if let Some(unused) = self.segments.last().filter(|segment| segment.bytes == 0) {
            disk.submit(Operation::Remove(unused.path()));
        }
        let next = Segment::after(self.segments.last());
        self.segments.push(next);
        if fault == DiskFault::Full && alarm && self.reserve == Reserve::Kept {
            // Room for the alarm is made before anything else is tried.
            disk.submit(Operation::Remove(RESERVE_FILE.into()));
            self.reserve = Reserve::Given;
            return self.write(disk);
        }
        if self.pressure == Pressure::Room {
            self.pressure = Pressure::Full;
            news.push(News::Full);
        }
    }

    fn write(&mut self, disk: &mut impl Disk) {
        if self.segments.last().is_none_or(|segment| segment.bytes >= SEGMENT_BYTES) {
            self.segments.push(Segment::after(self.segments.last()));
        }
        let Some(segment) = self.segments.last() else { return };
        let entries: Vec<_> = self.waiting.drain(..).collect();
        let bytes: Vec<u8> = entries.iter().flat_map(|(entry, _)| segment::frame(entry)).collect();
        let length = bytes.len() as u64;
        let path = segment.path();
        disk.submit(Operation::Append(path.clone(), bytes));
        let mut last = disk.submit(Operation::Sync(path));
        if segment.bytes == 0 {
            // A new file is durable when its name is.
            last = disk.submit(Operation::SyncFolder(segment::FOLDER.into()));
        }
        self.writing = Some(Writing { entries, bytes: length, last, failed: None });
    }
}

/// What no longer continues the chain is kept under another name, durably, before it is cut off here.
fn set_aside(replayed: &Replay, disk: &mut impl Disk) {
    for Aside { segment, tail } in &replayed.aside {
        disk.submit(Operation::Append(segment.aside(), tail.clone()));
        disk.submit(Operation::Sync(segment.aside()));
        disk.submit(Operation::SyncFolder(segment::FOLDER.into()));
        disk.submit(Operation::Truncate(segment.path(), segment.bytes));
        disk.submit(Operation::Sync(segment.path()));
    }
}

fn make_reserve(disk: &mut impl Disk) -> Reserve {
    disk.submit(Operation::Write(RESERVE_FILE.into(), vec![0; RESERVE]));
    Reserve::Making(disk.submit(Operation::Sync(RESERVE_FILE.into())))
}

/// The one place where an entry becomes durable: after its fsync, and when it was read back at boot.
fn durable_entry(entry: Entry) -> Durable<Entry> {
    Durable::assertion(entry)
}

#[cfg(test)]
mod tests;
