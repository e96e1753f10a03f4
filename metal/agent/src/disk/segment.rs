//! One file of the journal: frames of length, CRC and entry.
//!
//! ```text
//! frame = length: u32 little-endian, of the entry
//!         crc:    u32 little-endian, CRC-32 (IEEE) of the entry
//!         entry:  CBOR, [ header: bstr, body: bstr ]
//! ```

use crypto::cbor::{self, Limits};
use journal::{Entry, entry::BODY_LIMIT};

pub(super) const FOLDER: &str = "journal";

const ENTRY_LIMITS: Limits = Limits { bytes: BODY_LIMIT + 1024, depth: 2, items: 8 };

const PREFIX: usize = 8;

/// What is known of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) number: u64,
    /// The number of its first entry; none while it has none.
    pub(super) first: Option<u64>,
    /// How many of its bytes are durable and whole.
    pub(super) bytes: u64,
}

impl Segment {
    pub(super) fn after(last: Option<&Self>) -> Self {
        Self { number: last.map_or(1, |last| last.number + 1), first: None, bytes: 0 }
    }

    pub(super) fn named(file: &str) -> Option<Self> {
        let number = file.strip_suffix(".seg")?.parse().ok()?;
        Some(Self { number, first: None, bytes: 0 })
    }

    pub(super) fn path(&self) -> String {
        format!("{FOLDER}/{:08}.seg", self.number)
    }

    pub(super) fn aside(&self) -> String {
        format!("{FOLDER}/{:08}.damaged", self.number)
    }
}

pub(super) fn frame(entry: &Entry) -> Vec<u8> {
    let entry = cbor::encode(entry);
    let length = u32::try_from(entry.len()).expect("an entry's body is bounded far below 4 GiB");
    [&length.to_le_bytes()[..], &crc32fast::hash(&entry).to_le_bytes(), &entry].concat()
}

/// What stands at the beginning of these bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing more.
    End,
    /// A whole entry, in so many bytes.
    Entry(Box<Entry>, usize),
    /// A frame of so many bytes whose entry is not what was written.
    Damaged(usize),
    /// No whole frame: cut off, or not a frame at all.
    Torn,
}

pub(super) fn next(bytes: &[u8]) -> Next {
    if bytes.is_empty() {
        return Next::End;
    }
    let Some((prefix, rest)) = bytes.split_first_chunk::<PREFIX>() else { return Next::Torn };
    let [a, b, c, d, e, f, g, h] = *prefix;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length == 0 || length > ENTRY_LIMITS.bytes || length > rest.len() {
        return Next::Torn;
    }
    let (entry, whole) = (&rest[..length], PREFIX + length);
    if crc32fast::hash(entry) != u32::from_le_bytes([e, f, g, h]) {
        return Next::Damaged(whole);
    }
    match cbor::decode(entry, &ENTRY_LIMITS) {
        Ok(entry) => Next::Entry(Box::new(entry), whole),
        Err(_) => Next::Damaged(whole),
    }
}

/// Every whole entry, up to the first that is not.
pub(super) fn entries(mut bytes: &[u8]) -> impl Iterator<Item = Entry> {
    std::iter::from_fn(move || match next(bytes) {
        Next::Entry(entry, length) => {
            bytes = &bytes[length..];
            Some(*entry)
        }
        Next::Damaged(_) | Next::End | Next::Torn => None,
    })
}
