//! What the disk still has at boot: the longest chain, and everything that does not fit it, by name.
//!
//! A torn tail is dropped; damage in the middle is reported, and what lies behind it is set aside, never skipped
//! in silence. The chain tells the one from the other: where whole entries do not continue it, something is missing
//! before them; what is broken and written again in the next segment, as after a fault of the disk, lacks nothing.

use std::collections::BTreeSet;

use board::{Disk, DiskFault};
use journal::{Durable, Entry, Head, Position};
use vocab::DeviceId;

use super::{
    durable_entry,
    segment::{self, FOLDER, Next, Segment},
};

/// What was found.
#[derive(Debug)]
pub struct Replay {
    /// Every entry that stands on the ones before it, oldest first.
    pub chain: Vec<Durable<Entry>>,
    /// Whole entries behind a damage: they no longer continue the chain, but what they say still counts.
    pub beyond: Vec<Entry>,
    /// The last record was torn by a power cut and dropped.
    pub torn: bool,
    /// In how many places the journal is not what was written.
    pub damaged: u64,
    /// In how many places of older segments it is not: they may have been written again since.
    suspect: u64,
    /// Whether the chain begins behind such a place, and not with the first entry of all.
    beheaded: bool,
    pub(super) segments: Vec<Segment>,
    pub(super) aside: Vec<Aside>,
}

/// The part of a segment that no longer continues the chain.
#[derive(Debug)]
pub(super) struct Aside {
    pub(super) segment: Segment,
    pub(super) tail: Vec<u8>,
}

impl Replay {
    /// The last entry of the chain.
    pub fn last(&self) -> Option<Position> {
        self.chain.last().map(|entry| entry.position())
    }

    /// Whether a part of the record is lost for good.
    pub const fn is_damaged(&self) -> bool {
        self.damaged > 0
    }
}

/// Reads every segment, oldest first.
pub fn replay(device: &DeviceId, disk: &mut dyn Disk) -> Result<Replay, DiskFault> {
    let mut found = Replay {
        chain: vec![],
        beyond: vec![],
        torn: false,
        damaged: 0,
        suspect: 0,
        beheaded: false,
        segments: vec![],
        aside: vec![],
    };
    let names = disk.list(FOLDER)?;
    let segments: Vec<Segment> = names.iter().filter_map(|name| Segment::named(name)).collect();
    for (index, segment) in segments.iter().enumerate() {
        let bytes = disk.read(&segment.path())?.unwrap_or_default();
        let tail = if index + 1 == segments.len() { Tail::Last } else { Tail::Middle };
        found.segment(device, segment.clone(), &bytes, tail);
    }
    let chained: BTreeSet<Head> = found.chain.iter().map(|entry| entry.head()).collect();
    found.beyond.retain(|entry| !chained.contains(&entry.head()));
    if found.beheaded || !found.beyond.is_empty() {
        found.damaged = (found.damaged + found.suspect).max(1);
    }
    Ok(found)
}

/// Whether another segment follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    Last,
    Middle,
}

impl Replay {
    fn segment(&mut self, device: &DeviceId, mut segment: Segment, whole: &[u8], tail: Tail) {
        let (mut bytes, mut chained) = (whole, 0);
        loop {
            match segment::next(bytes) {
                Next::End => break,
                Next::Entry(entry, length) => {
                    bytes = &bytes[length..];
                    let number = entry.header().seq;
                    if self.place(device, *entry) == Placed::InChain {
                        segment.first = segment.first.or(Some(number));
                        chained = whole.len() - bytes.len();
                    }
                }
                Next::Damaged(length) => {
                    match tail {
                        Tail::Last => self.damaged += 1,
                        Tail::Middle => self.suspect += 1,
                    }
                    bytes = &bytes[length..];
                }
                Next::Torn => {
                    match tail {
                        Tail::Last => self.torn = true,
                        Tail::Middle => self.suspect += 1,
                    }
                    break;
                }
            }
        }
        segment.bytes = chained as u64;
        let behind = whole.len() - bytes.len();
        if behind > chained {
            self.aside.push(Aside { segment: segment.clone(), tail: whole[chained..].to_vec() });
        }
        self.segments.push(segment);
    }

    fn place(&mut self, device: &DeviceId, entry: Entry) -> Placed {
        let (head, next) = match self.chain.last() {
            Some(last) => (last.head(), last.header().seq + 1),
            // Older segments may have been forgotten: the chain begins where the disk begins.
            None if entry.header().seq > 1 => {
                self.beheaded = self.damaged + self.suspect > 0;
                (entry.header().prev, entry.header().seq)
            }
            None => (Head::genesis(device), 1),
        };
        if entry.header().prev == head && entry.header().seq == next {
            self.chain.push(durable_entry(entry));
            return Placed::InChain;
        }
        let again = self.chain.iter().rev().any(|known| known.head() == entry.head());
        if !again {
            self.beyond.push(entry);
            return Placed::Beyond;
        }
        Placed::InChain
    }
}

#[derive(PartialEq, Eq)]
enum Placed {
    Beyond,
    InChain,
}
