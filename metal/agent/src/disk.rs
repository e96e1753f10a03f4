//! The journal on the disk: appended in groups, durable before anybody hears of it, replayed at boot.
//!
//! Nothing chained is ever given up: while the disk is full or failing, entries wait here in their order. Once the
//! ordinary room has ended, the reserve is for alarms, and for what stands before them in the chain.

mod replay;
mod reserve;
mod segment;

use std::collections::VecDeque;

use board::{Disk, DiskFault, Operation, Ticket};
use guard::Lane;
use journal::{Cursor, Durable, Entry, Position, run::ENTRIES_LIMIT};
use link::uplink::{Fetched, RUN_BYTES};
use vocab::BootId;

use self::{
    replay::Aside,
    reserve::{Made, Reserve},
    segment::Segment,
};
pub use self::{
    replay::{Replay, replay},
    reserve::RESERVE,
};

/// A segment is closed when it has grown so large.
const SEGMENT_BYTES: u64 = 256 * 1024;

/// What the disk has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// These entries survive a power cut, in the order of the chain.
    Durable(Vec<(Durable<Entry>, Lane)>),
    /// The ordinary room has ended, or the disk fails: only alarms are written, as long as that goes.
    Full,
    /// It takes all entries again.
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

/// What the disk takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pressure {
    /// Everything.
    Room,
    /// Alarms.
    Full,
    /// Nothing, until it is tried again.
    Stuck,
}

impl JournalDisk {
    /// Goes on in a new segment after what was replayed, and sees to the reserve.
    pub fn open(replayed: &Replay, disk: &mut dyn Disk) -> Self {
        let mut segments = replayed.segments.clone();
        segments.push(Segment::after(segments.last()));
        let reserve = Reserve::open(disk);
        set_aside(replayed, disk);
        Self { segments, waiting: VecDeque::new(), writing: None, pressure: Pressure::Room, reserve }
    }

    /// Puts an entry behind all others, for [`JournalDisk::go_on`] to write. It is durable when [`News::Durable`]
    /// names it, and not before.
    pub fn append(&mut self, entry: Entry, lane: Lane) {
        self.waiting.push_back((entry, lane));
    }

    /// Writes what waits and may be written as one group, unless one is on its way.
    pub fn go_on(&mut self, disk: &mut dyn Disk) {
        if self.writing.is_some() {
            return;
        }
        match self.pressure {
            Pressure::Room => self.write(self.waiting.len(), disk),
            Pressure::Full => self.write_alarms(disk),
            Pressure::Stuck => {}
        }
    }

    /// Writes what waits up to the last alarm, into so much of the reserve as that takes.
    fn write_alarms(&mut self, disk: &mut dyn Disk) {
        let Some(last) = self.waiting.iter().rposition(|(_, lane)| *lane == Lane::Alarm) else { return };
        let bytes = self.waiting.range(..=last).map(|(entry, _)| segment::frame(entry).len()).sum();
        self.reserve.give(bytes, disk);
        self.write(last + 1, disk);
    }

    /// Takes what the disk has completed, and goes on.
    pub fn poll(&mut self, completed: &[(Ticket, Result<(), DiskFault>)], disk: &mut dyn Disk) -> Vec<News> {
        let mut news = vec![];
        for (ticket, result) in completed {
            self.complete(*ticket, *result, disk, &mut news);
        }
        news
    }

    /// Tries again what the disk would not take; to be called now and then while it [`owes`](Self::owes).
    pub fn retry(&mut self, disk: &mut dyn Disk) {
        if self.reserve.is_whole() {
            // Perhaps there is ordinary room again.
            if self.writing.is_none() {
                self.write(self.waiting.len(), disk);
            }
            return;
        }
        if self.pressure == Pressure::Stuck {
            self.pressure = Pressure::Full;
        }
        self.go_on(disk);
        self.reserve.renew(disk);
    }

    /// Whether something waits for a better disk.
    pub fn owes(&self) -> bool {
        self.pressure != Pressure::Room || self.reserve.lacks()
    }

    /// The durable entries that follow a position, oldest first: as many as fit one run.
    pub fn fetch(&self, after: Option<Position>, disk: &mut dyn Disk) -> Result<Fetched, DiskFault> {
        let seq = after.map_or(0, |after| after.seq);
        let holds = |segment: &Segment| segment.first.is_some_and(|first| first <= seq.max(1));
        let first = self.segments.iter().rposition(holds).unwrap_or(0);
        let mut reading = Reading { after, last: seq, found: vec![], bytes: 0, stands: after.is_none() };
        for segment in &self.segments[first..] {
            let bytes = disk.read(&segment.path())?.unwrap_or_default();
            let durable = usize::try_from(segment.bytes).unwrap_or(usize::MAX).min(bytes.len());
            for entry in segment::entries(&bytes[..durable]) {
                if let Some(fetched) = reading.take(entry) {
                    return Ok(fetched);
                }
            }
        }
        Ok(reading.finish())
    }

    /// The last durable entry that this boot wrote; none if it wrote none of what is kept.
    pub fn last_of(&self, boot: BootId, disk: &mut dyn Disk) -> Result<Option<Position>, DiskFault> {
        for segment in self.segments.iter().rev() {
            let bytes = disk.read(&segment.path())?.unwrap_or_default();
            let durable = usize::try_from(segment.bytes).unwrap_or(usize::MAX).min(bytes.len());
            let of_boot = segment::entries(&bytes[..durable]).filter(|entry| entry.header().boot == boot);
            if let Some(last) = of_boot.last() {
                return Ok(Some(last.position()));
            }
        }
        Ok(None)
    }

    /// Deletes whole segments that lie at or below the fleet's backup mark.
    pub fn forget(&mut self, mark: Cursor, disk: &mut dyn Disk) {
        while let Some(next) = self.segments.iter().skip(1).position(|segment| segment.first.is_some()) {
            // Between them stand those that a power cut left without an entry.
            let (gone, kept) = self.segments.split_at(next + 1);
            if kept[0].first.is_none_or(|first| first > mark.seq + 1) {
                return;
            }
            // The oldest goes last: what is left is a journal whenever the power goes.
            for segment in gone.iter().rev() {
                disk.submit(Operation::Remove(segment.path()));
            }
            self.segments.drain(..=next);
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
        disk: &mut dyn Disk,
        news: &mut Vec<News>,
    ) {
        if self.reserve.complete(ticket, result, disk) == Made::Whole {
            // It stands beside everything else: there is ordinary room.
            self.relieved(news);
            self.go_on(disk);
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
        self.go_on(disk);
    }

    fn relieved(&mut self, news: &mut Vec<News>) {
        if self.pressure != Pressure::Room {
            self.pressure = Pressure::Room;
            news.push(News::Room);
        }
    }

    fn written(&mut self, writing: Writing, news: &mut Vec<News>) {
        if let (Some(segment), Some((entry, _))) = (self.segments.last_mut(), writing.entries.first()) {
            segment.first = segment.first.or(Some(entry.header().seq));
            segment.bytes += writing.bytes;
        }
        if self.reserve.is_whole() {
            self.relieved(news);
        }
        let durable = writing.entries.into_iter().map(|(entry, lane)| (durable_entry(entry), lane));
        news.push(News::Durable(durable.collect()));
    }

    /// After a fault nobody knows how much was written: the group is written again, in a segment of its own.
    fn not_written(&mut self, writing: Writing, fault: DiskFault, disk: &mut dyn Disk, news: &mut Vec<News>) {
        for waiting in writing.entries.into_iter().rev() {
            self.waiting.push_front(waiting);
        }
        if let Some(unused) = self.segments.last().filter(|segment| segment.bytes == 0) {
            disk.submit(Operation::Remove(unused.path()));
        }
        let next = Segment::after(self.segments.last());
        self.segments.push(next);
        if self.pressure == Pressure::Room {
            news.push(News::Full);
        }
        // Room for alarms is made before anything else is tried, and by nothing but a full disk.
        self.reserve.taken(disk);
        let gives = fault == DiskFault::Full && self.reserve.has_more();
        self.pressure = if gives { Pressure::Full } else { Pressure::Stuck };
    }

    /// Writes so much of what waits.
    fn write(&mut self, count: usize, disk: &mut dyn Disk) {
        if count == 0 {
            return;
        }
        if self.segments.last().is_none_or(|segment| segment.bytes >= SEGMENT_BYTES) {
            self.segments.push(Segment::after(self.segments.last()));
        }
        let Some(segment) = self.segments.last() else { return };
        let entries: Vec<_> = self.waiting.drain(..count).collect();
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
fn set_aside(replayed: &Replay, disk: &mut dyn Disk) {
    for Aside { segment, tail } in &replayed.aside {
        disk.submit(Operation::Append(segment.aside(), tail.clone()));
        disk.submit(Operation::Sync(segment.aside()));
        disk.submit(Operation::SyncFolder(segment::FOLDER.into()));
        disk.submit(Operation::Truncate(segment.path(), segment.bytes));
        disk.submit(Operation::Sync(segment.path()));
    }
}

/// The search for what follows a position.
struct Reading {
    after: Option<Position>,
    /// The number of the last entry taken; a group that failed and was written again stands twice.
    last: u64,
    found: Vec<Durable<Entry>>,
    bytes: usize,
    /// Whether `after` was seen in this journal.
    stands: bool,
}

impl Reading {
    /// Takes one entry; gives the answer once it is known.
    fn take(&mut self, entry: Entry) -> Option<Fetched> {
        let number = entry.header().seq;
        match self.after {
            Some(after) if number == after.seq => {
                if entry.position() != after {
                    return Some(Fetched::Unknown);
                }
                self.stands = true;
            }
            // The entry itself is forgotten, but the next one says what it stands on.
            Some(after) if !self.stands && number == after.seq + 1 => {
                if entry.header().prev != after.head {
                    return Some(Fetched::Unknown);
                }
                self.stands = true;
            }
            _ => {}
        }
        if number <= self.last {
            return None;
        }
        if !self.stands || (self.after.is_none() && self.found.is_empty() && number > 1) {
            return Some(Fetched::Trimmed);
        }
        self.bytes += entry.header_bytes().len() + entry.body().len();
        if self.found.len() == ENTRIES_LIMIT || (self.bytes > RUN_BYTES && !self.found.is_empty()) {
            return Some(Fetched::Entries(std::mem::take(&mut self.found)));
        }
        self.last = number;
        self.found.push(durable_entry(entry));
        None
    }

    fn finish(self) -> Fetched {
        if self.stands { Fetched::Entries(self.found) } else { Fetched::Unknown }
    }
}

/// The one place where an entry becomes durable: after its fsync, and when it was read back at boot.
fn durable_entry(entry: Entry) -> Durable<Entry> {
    Durable::assertion(entry)
}

#[cfg(test)]
mod tests;
