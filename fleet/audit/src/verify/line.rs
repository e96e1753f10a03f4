//! The lines of an export; what is not exactly a line of ours is unreadable.

use alloc::{boxed::Box, format, vec::Vec};

use crypto::{digest::Digest, hex};

use crate::{
    export::{HEADER, SEPARATOR},
    record::{Beside, Record},
};

/// One line where a record belongs.
pub(super) enum Line {
    /// A record under this index.
    Record(u64, Box<Record>),
    /// A record that was kept back, under this index, and its leaf.
    Withheld(u64, Digest),
    /// Neither.
    Unreadable,
}

impl Line {
    /// The leaf that follows from it.
    pub(super) fn leaf(&self) -> Option<Digest> {
        match self {
            Self::Record(_, record) => Some(record.leaf()),
            Self::Withheld(_, leaf) => Some(*leaf),
            Self::Unreadable => None,
        }
    }
}

/// The lines after the header; none if there is no such header.
pub(super) fn split(body: &str) -> Option<Vec<&str>> {
    let rest = body.strip_prefix(HEADER)?;
    if rest.is_empty() { Some(Vec::new()) } else { Some(rest.strip_prefix('\n')?.split('\n').collect()) }
}

/// The lines of records and those of the list, as far as that can be seen.
pub(super) fn halves<'l, 'a>(lines: &'l [&'a str]) -> (&'l [&'a str], &'l [&'a str]) {
    let list = lines.iter().position(|line| line.starts_with("leaf ")).unwrap_or(lines.len());
    let (records, list) = lines.split_at(list);
    (records.strip_suffix(&[SEPARATOR]).unwrap_or(records), list)
}

/// Lines read as records.
pub(super) fn entries(lines: &[&str]) -> Vec<Line> {
    lines.iter().map(|line| entry(line).unwrap_or(Line::Unreadable)).collect()
}

/// Lines read as the list of leaves; nothing where a line does not state its own leaf.
pub(super) fn list(lines: &[&str]) -> Vec<Option<Digest>> {
    let stated =
        |(at, line): (u64, &&str)| leaf(line).filter(|(index, _)| *index == at).map(|(_, leaf)| leaf);
    (0..).zip(lines).map(stated).collect()
}

fn entry(line: &str) -> Option<Line> {
    let words: Vec<_> = line.split(' ').collect();
    match words[..] {
        ["record", index, kind, salt, bytes] => {
            Some(Line::Record(decimal(index)?, Box::new(record(kind, salt, bytes, None)?)))
        }
        ["record", index, kind, salt, bytes, personal_salt, personal] => {
            let beside = Beside { salt: digest(personal_salt)?, bytes: octets(personal)?.into() };
            Some(Line::Record(decimal(index)?, Box::new(record(kind, salt, bytes, Some(beside))?)))
        }
        ["withheld", index, leaf] => Some(Line::Withheld(decimal(index)?, digest(leaf)?)),
        _ => None,
    }
}

fn record(kind: &str, salt: &str, bytes: &str, beside: Option<Beside>) -> Option<Record> {
    Some(Record::from_parts(kind, digest(salt)?, octets(bytes)?, beside))
}

fn leaf(line: &str) -> Option<(u64, Digest)> {
    let (index, leaf) = line.strip_prefix("leaf ")?.split_once(' ')?;
    Some((decimal(index)?, digest(leaf)?))
}

fn digest(digits: &str) -> Option<Digest> {
    hex::decode_array(digits).ok().map(Digest)
}

fn octets(digits: &str) -> Option<Vec<u8>> {
    hex::decode(digits).ok()
}

/// A number in its only spelling.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (format!("{number}") == text).then_some(number)
}
