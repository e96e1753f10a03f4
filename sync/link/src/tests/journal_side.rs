//! A device's disk as the agent would keep it.

use alloc::{vec, vec::Vec};

use journal::{Branch, Chain, Cursor, Durable, Entry, Kind, Position};
use vocab::{BootId, ClockQuality, DeviceId, Mono, Time, Wall};

use crate::uplink::Fetched;

/// The device of every test.
pub(crate) const DEVICE: DeviceId = DeviceId([1; 16]);

/// Durable entries, and the chain that writes more.
pub(crate) struct Journal {
    pub(crate) entries: Vec<Entry>,
    /// The last entry that was removed.
    base: Option<Position>,
    chain: Chain,
}

impl Journal {
    /// A first boot, with its boot entry.
    pub(crate) fn new() -> Self {
        let mut journal = Self { entries: vec![], base: None, chain: Chain::resume(&DEVICE, boot(1), None) };
        journal.append(Kind::Boot, 8);
        journal
    }

    pub(crate) fn append(&mut self, kind: Kind, bytes: usize) -> Position {
        let fill = self.chain.seq().to_le_bytes()[0];
        self.write(kind, vec![fill; bytes])
    }

    pub(crate) fn branch(&mut self, resumes: Position) -> (Option<Position>, Branch) {
        // What later boots of this disk wrote, the fleet cannot have.
        let common = self.entries.iter().rfind(|entry| entry.header().boot == resumes.boot);
        let after = common.map(Entry::position);
        let lost_from = after.map_or(1, |at| at.seq + 1);
        let branch = Branch { resumes, lost_from, lost_to: resumes.seq };
        let body = crypto::cbor::encode(&branch);
        let written = |entry: &&Entry| entry.header().kind == Kind::Branch && entry.body() == body;
        if !self.entries.iter().any(|entry| written(&entry)) {
            self.write(Kind::Branch, body);
        }
        (after, branch)
    }

    /// The machine starts again, and the disk has lost its last entries.
    pub(crate) fn reboot(&mut self, number: u8, lost: usize) {
        self.entries.truncate(self.entries.len() - lost);
        self.chain = Chain::resume(&DEVICE, boot(number), self.end());
        self.append(Kind::Boot, 8);
    }

    pub(crate) fn end(&self) -> Option<Position> {
        self.entries.last().map(Entry::position).or(self.base)
    }

    pub(crate) fn fetch(&self, after: Option<Position>) -> Fetched {
        let from = match after {
            None if self.base.is_some() => return Fetched::Trimmed,
            None => 0,
            Some(_) if after == self.base => 0,
            Some(at) if self.base.is_some_and(|base| at.seq <= base.seq) => return Fetched::Trimmed,
            Some(at) => match self.entries.iter().position(|entry| entry.position() == at) {
                Some(index) => index + 1,
                None => return Fetched::Unknown,
            },
        };
        Fetched::Entries(self.entries[from..].iter().take(256).cloned().map(Durable::assertion).collect())
    }

    pub(crate) fn trim(&mut self, mark: Cursor) {
        let Some(index) = self.entries.iter().position(|entry| entry.cursor() == mark) else { return };
        self.base = Some(self.entries[index].position());
        self.entries.drain(..=index);
    }

    fn write(&mut self, kind: Kind, body: Vec<u8>) -> Position {
        let at = Time { mono: Mono(0), wall: Wall(0), quality: ClockQuality::Floor };
        let entry = self.chain.append(at, kind, body).unwrap();
        let position = entry.position();
        self.entries.push(entry);
        position
    }
}

pub(crate) fn boot(number: u8) -> BootId {
    BootId([number; 16])
}
