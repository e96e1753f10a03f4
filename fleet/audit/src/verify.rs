//! Checks an export with nothing but the log's public key, and names what was tampered with.
//!
//! Depends on no room of the fleet: whoever doubts the fleet can still check what it wrote down.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use crypto::{
    digest::Digest,
    merkle::{Frontier, Root, leaf_hash},
    note::{self, Checkpoint, Verifier},
};

use crate::{
    checkpoint,
    export::{HEADER, SEPARATOR},
    record::Record,
};

mod line;

use line::Line;

/// An export that is whole and is what the log signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What the log signed.
    pub checkpoint: Checkpoint,
    /// Every leaf, in order; none where the record was withheld.
    pub records: Vec<Option<Record>>,
}

/// Why an export proves nothing, and where it was touched; indices count from zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// This record is not what was logged.
    Altered(u64),
    /// The checkpoint is not one that the log signed.
    Checkpoint(note::Refusal),
    /// The log no longer holds what it held at the checkpoint that the reader remembers.
    Forked {
        /// The size remembered.
        remembered: u64,
    },
    /// Not an export of this format.
    Format,
    /// Something stands where this record belongs that was never logged, or was logged elsewhere and stands here too.
    Inserted(u64),
    /// The records are whole, but this line of the list of leaves is not.
    LeafAltered(u64),
    /// This record was taken out.
    Missing(u64),
    /// One record stands where another belongs.
    Moved {
        /// The record.
        record: u64,
        /// Where it stands.
        stands_at: u64,
    },
    /// Records and list agree with each other and not with the checkpoint: another history was written.
    OtherHistory,
    /// The checkpoint is of another log.
    OtherLog {
        /// Whose key this is.
        expected: String,
        /// Whose checkpoint this is.
        found: String,
    },
    /// The personal part beside this record is not the one that was recorded with it.
    PersonalAltered(u64),
    /// The log is smaller than the reader remembers.
    Shrunk {
        /// The size remembered.
        remembered: u64,
        /// The size now.
        size: u64,
    },
    /// The end is missing.
    Truncated {
        /// How many records there are.
        have: u64,
        /// How many the checkpoint promises.
        promised: u64,
    },
    /// The file ends before its checkpoint.
    WithoutCheckpoint,
}

/// Checks an export. `remembered` is an earlier checkpoint that the reader verified and kept, if there is one.
pub fn verify(export: &str, key: &Verifier, remembered: Option<&Checkpoint>) -> Result<Verified, Refusal> {
    let (body, note) = split(export)?;
    let checkpoint = checkpoint::read(note, key).map_err(Refusal::Checkpoint)?;
    if checkpoint.origin() != key.name() {
        let (expected, found) = (key.name().to_string(), checkpoint.origin().to_string());
        return Err(Refusal::OtherLog { expected, found });
    }
    let lines = line::split(body).ok_or(Refusal::Format)?;
    let (entries, leaves) = authentic(&lines, &checkpoint)?;
    let records = compare(entries, &leaves)?;
    if lines.get(records.len()) != Some(&SEPARATOR) {
        return Err(Refusal::Format);
    }
    grown(&leaves, &checkpoint, remembered)?;
    Ok(Verified { checkpoint, records })
}

/// The note stands last and has one blank line of its own; the one before that ends the leaves.
fn split(export: &str) -> Result<(&str, &str), Refusal> {
    let signatures = export.rfind("\n\n").ok_or(Refusal::WithoutCheckpoint)?;
    let body = export[..signatures].rfind("\n\n").ok_or(Refusal::WithoutCheckpoint)?;
    Ok((&export[..body], &export[body + 2..]))
}

/// The lines of records, and the leaves that the log signed; else names what keeps the leaves from being known.
fn authentic(lines: &[&str], checkpoint: &Checkpoint) -> Result<(Vec<Line>, Vec<Digest>), Refusal> {
    let size = usize::try_from(checkpoint.size()).unwrap_or(usize::MAX);
    // The list says it; whatever stands before it has to be the records.
    if let Some((records, list)) = lines.len().checked_sub(size).map(|at| lines.split_at(at))
        && let Some(leaves) = all(line::list(list).into_iter()).filter(|leaves| signed(leaves, checkpoint))
    {
        let records = records.strip_suffix(&[SEPARATOR]).unwrap_or(records);
        return Ok((line::entries(records), leaves));
    }
    // The records say it themselves, so it is the list that does not repeat it.
    if let Some((records, list)) = lines.split_at_checked(size)
        && let Some(leaves) = all(line::entries(records).iter().map(Line::leaf))
        && signed(&leaves, checkpoint)
    {
        let list = line::list(list.strip_prefix(&[SEPARATOR]).unwrap_or(list)).into_iter();
        let repeated = list.zip(&leaves).take_while(|(listed, leaf)| *listed == Some(**leaf)).count();
        return Err(Refusal::LeafAltered(repeated as u64));
    }
    Err(neither(lines, checkpoint.size()))
}

/// Neither records nor list are what the log signed; names the first place where they disagree.
fn neither(lines: &[&str], size: u64) -> Refusal {
    let (records, list) = line::halves(lines);
    if (records.len() as u64) < size && list.len() as u64 <= size {
        return Refusal::Truncated { have: records.len() as u64, promised: size };
    }
    let (entries, list) = (line::entries(records), line::list(list));
    let mut pairs = entries.iter().map(Line::leaf).zip(&list);
    let differs = pairs.position(|(own, listed)| own.is_none() || own != *listed);
    differs.map_or(Refusal::OtherHistory, |at| Refusal::Altered(at as u64))
}

fn all(leaves: impl Iterator<Item = Option<Digest>>) -> Option<Vec<Digest>> {
    leaves.collect()
}

fn signed(leaves: &[Digest], checkpoint: &Checkpoint) -> bool {
    leaves.len() as u64 == checkpoint.size() && root(leaves) == checkpoint.root()
}

fn root(leaves: &[Digest]) -> Root {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.append(leaf_hash(leaf.as_bytes()));
    }
    frontier.root()
}

/// Whether the log goes on from what the reader remembers.
fn grown(leaves: &[Digest], now: &Checkpoint, remembered: Option<&Checkpoint>) -> Result<(), Refusal> {
    let Some(then) = remembered else { return Ok(()) };
    if then.origin() != now.origin() {
        let (expected, found) = (then.origin().to_string(), now.origin().to_string());
        return Err(Refusal::OtherLog { expected, found });
    }
    let earlier = usize::try_from(then.size()).ok().and_then(|size| leaves.get(..size));
    let Some(earlier) = earlier else {
        return Err(Refusal::Shrunk { remembered: then.size(), size: now.size() });
    };
    if root(earlier) == then.root() { Ok(()) } else { Err(Refusal::Forked { remembered: then.size() }) }
}

/// Every record against the leaf that the log signed, in order; the first that does not fit is named.
fn compare(entries: Vec<Line>, leaves: &[Digest]) -> Result<Vec<Option<Record>>, Refusal> {
    let readable = entries.iter().filter(|line| line.leaf().is_some()).count();
    let mut records = Vec::with_capacity(leaves.len());
    for (line, at) in entries.into_iter().zip(0..) {
        let leaf = line.leaf();
        match (line, leaves.get(records.len())) {
            (Line::Record(index, record), Some(expected)) if leaf == Some(*expected) && index == at => {
                personal(at, &record)?;
                records.push(Some(*record));
            }
            (Line::Withheld(index, _), Some(expected)) if leaf == Some(*expected) && index == at => {
                records.push(None);
            }
            (_, expected) => return Err(misfit(at, leaf, expected, readable, leaves)),
        }
    }
    if records.len() < leaves.len() {
        return Err(Refusal::Truncated { have: records.len() as u64, promised: leaves.len() as u64 });
    }
    Ok(records)
}

/// What happened at this line, which holds this leaf where another was expected.
fn misfit(
    at: u64,
    leaf: Option<Digest>,
    expected: Option<&Digest>,
    readable: usize,
    leaves: &[Digest],
) -> Refusal {
    let Some(expected) = expected else { return Refusal::Inserted(at) };
    let Some(leaf) = leaf else { return Refusal::Altered(at) };
    if leaf == *expected {
        // The record is right and the index before it is not.
        return Refusal::Altered(at);
    }
    let belongs = leaves.iter().zip(0..).find(|(known, _)| **known == leaf).map(|(_, record)| record);
    match belongs {
        _ if readable > leaves.len() => Refusal::Inserted(at),
        Some(_) if readable < leaves.len() => Refusal::Missing(at),
        Some(record) => Refusal::Moved { record, stands_at: at },
        None => Refusal::Altered(at),
    }
}

/// The personal part may be gone, but it may not be another.
fn personal(index: u64, record: &Record) -> Result<(), Refusal> {
    let Some(beside) = record.beside() else { return Ok(()) };
    let bound = record.body().ok().flatten().and_then(|body| body.personal);
    if bound == Some(beside.commitment()) { Ok(()) } else { Err(Refusal::PersonalAltered(index)) }
}

impl Refusal {
    /// `audit/<reason>`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Altered(_) => "audit/altered",
            Self::Checkpoint(_) => "audit/checkpoint",
            Self::Forked { .. } => "audit/forked",
            Self::Format => "audit/format",
            Self::Inserted(_) => "audit/inserted",
            Self::LeafAltered(_) => "audit/leaf-altered",
            Self::Missing(_) => "audit/missing",
            Self::Moved { .. } => "audit/moved",
            Self::OtherHistory => "audit/other-history",
            Self::OtherLog { .. } => "audit/other-log",
            Self::PersonalAltered(_) => "audit/personal-altered",
            Self::Shrunk { .. } => "audit/shrunk",
            Self::Truncated { .. } => "audit/truncated",
            Self::WithoutCheckpoint => "audit/without-checkpoint",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered(record) => write!(f, "record {record} is not what was logged: it was altered"),
            Self::Checkpoint(refusal) => {
                write!(f, "the checkpoint is not one that the log signed: {refusal}")
            }
            Self::Forked { remembered } => write!(
                f,
                "the first {remembered} records are not those of the checkpoint that you remember; keep both, they \
                 prove that history was rewritten"
            ),
            Self::Format => write!(f, "this is not an audit export: it lacks `{HEADER}` or `{SEPARATOR}`"),
            Self::Inserted(record) => write!(f, "what stands as record {record} was inserted"),
            Self::LeafAltered(leaf) => {
                write!(
                    f,
                    "all records are what was logged, but leaf {leaf} of the list was altered; export it again"
                )
            }
            Self::Missing(record) => write!(f, "record {record} was taken out"),
            Self::Moved { record, stands_at } => {
                write!(f, "record {record} stands where record {stands_at} belongs: they were reordered")
            }
            Self::OtherHistory => f.write_str(
                "records and leaves agree with each other but not with the checkpoint: both were rewritten",
            ),
            Self::OtherLog { expected, found } => {
                write!(f, "the checkpoint is of the log `{found}`, and `{expected}` was asked for")
            }
            Self::PersonalAltered(record) => {
                write!(f, "the personal part beside record {record} is not the one recorded with it")
            }
            Self::Shrunk { remembered, size } => write!(
                f,
                "the log has {size} records and you remember {remembered}; keep both checkpoints, they prove that \
                 records were taken out"
            ),
            Self::Truncated { have, promised } => {
                write!(
                    f,
                    "the checkpoint promises {promised} records and {have} are here: the end was cut off"
                )
            }
            Self::WithoutCheckpoint => {
                f.write_str("the file ends before its checkpoint: it was cut off; export it again")
            }
        }
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests;
