//! A run: entries that follow each other without a gap.

use alloc::vec::Vec;
use core::fmt;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use crate::{
    entry::{Entry, Kind},
    head::{Head, Position},
};

/// Most entries of one run.
pub const ENTRIES_LIMIT: usize = 256;

/// One to 256 entries, each standing on the one before it.
///
/// A run may cross boots; each boot begins with its `Boot` entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run(Vec<Entry>);

/// Why entries are no run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// None at all.
    Empty,
    /// This entry's `prev` is not the head of the one before it.
    Head(u64),
    /// This entry's number does not follow.
    Number(u64),
    /// This entry is of another boot and does not begin one, or begins one that already began.
    Boot(u64),
    /// More than [`ENTRIES_LIMIT`].
    TooMany(usize),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the run is empty"),
            Self::Head(seq) => write!(f, "entry {seq} does not stand on the entry before it"),
            Self::Number(seq) => write!(f, "entry {seq} is out of order"),
            Self::Boot(seq) => write!(f, "entry {seq} changes the boot without a boot entry"),
            Self::TooMany(entries) => {
                write!(f, "the run has {entries} entries; at most {ENTRIES_LIMIT} are allowed")
            }
        }
    }
}

impl core::error::Error for Broken {}

impl Run {
    /// Checks that the entries follow each other.
    pub fn new(entries: Vec<Entry>) -> Result<Self, Broken> {
        if entries.is_empty() {
            return Err(Broken::Empty);
        }
        if entries.len() > ENTRIES_LIMIT {
            return Err(Broken::TooMany(entries.len()));
        }
        for (before, entry) in entries.iter().zip(&entries[1..]) {
            follows(before, entry)?;
        }
        Ok(Self(entries))
    }

    /// The entries, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The head that the first entry stands on.
    pub fn stands_on(&self) -> Head {
        self.0[0].header().prev
    }

    /// The last entry's key and head.
    pub fn ends_at(&self) -> Position {
        self.0[self.0.len() - 1].position()
    }

    /// The run without so many entries at its beginning; none if nothing is left.
    pub fn without_first(mut self, count: usize) -> Option<Self> {
        (count < self.0.len()).then(|| Self(self.0.split_off(count)))
    }

    /// The entries themselves.
    pub fn into_entries(self) -> Vec<Entry> {
        self.0
    }
}

fn follows(before: &Entry, entry: &Entry) -> Result<(), Broken> {
    let (last, next) = (before.header(), entry.header());
    if next.prev != before.head() {
        return Err(Broken::Head(next.seq));
    }
    if Some(next.seq) != last.seq.checked_add(1) {
        return Err(Broken::Number(next.seq));
    }
    let begins = next.kind == Kind::Boot;
    let changes = next.boot != last.boot;
    if begins != changes {
        return Err(Broken::Boot(next.seq));
    }
    Ok(())
}

impl<C> Encode<C> for Run {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.array(self.0.len() as u64)?;
        self.0.iter().try_for_each(|entry| entry.encode(e, ctx))
    }
}

impl<'b, C> Decode<'b, C> for Run {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        let count = d.array()?.ok_or_else(|| decode::Error::message("a run has a definite length"))?;
        if count > ENTRIES_LIMIT as u64 {
            return Err(decode::Error::message("too many entries"));
        }
        let entries = (0..count).map(|_| Entry::decode(d, ctx)).collect::<Result<_, _>>()?;
        Self::new(entries).map_err(|_| decode::Error::message("the entries do not follow each other"))
    }
}

#[cfg(test)]
mod tests;
