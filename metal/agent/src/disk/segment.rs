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

/// With which every entry begins: an array of two.
const ENTRY: u8 = 0x82;

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
    /// Not what was written; it goes on after so many bytes.
    Damaged(usize),
    /// Not what was written, and nothing behind it.
    Torn,
}

pub(super) fn next(bytes: &[u8]) -> Next {
    if bytes.is_empty() {
        return Next::End;
    }
    if let Some((entry, length)) = whole(bytes) {
        return Next::Entry(Box::new(entry), length);
    }
    // A length that is damaged does not say where the next frame begins.
    let whole = (1..bytes.len()).find(|&at| whole(&bytes[at..]).is_some());
    let behind = || framed(bytes).map(|entry| PREFIX + entry.len()).filter(|&length| length < bytes.len());
    whole.or_else(behind).map_or(Next::Torn, Next::Damaged)
}

/// What the length says that the first frame holds, as far as that may be one and is there.
fn framed(bytes: &[u8]) -> Option<&[u8]> {
    let (prefix, rest) = bytes.split_first_chunk::<PREFIX>()?;
    let [a, b, c, d, ..] = *prefix;
    let entry = rest.get(..u32::from_le_bytes([a, b, c, d]) as usize)?;
    (1..=ENTRY_LIMITS.bytes).contains(&entry.len()).then_some(entry)
}

/// The whole frame that stands here, if one does.
fn whole(bytes: &[u8]) -> Option<(Entry, usize)> {
    // What cannot be an entry is not summed up: a search would sum it up at each byte.
    let entry = framed(bytes).filter(|entry| entry.first() == Some(&ENTRY))?;
    let sum = bytes.get(4..).and_then(|rest| rest.first_chunk()).map(|sum| u32::from_le_bytes(*sum));
    let decoded = (sum == Some(crc32fast::hash(entry))).then(|| cbor::decode(entry, &ENTRY_LIMITS))?;
    Some((decoded.ok()?, PREFIX + entry.len()))
}

/// Every whole entry, and none of what stands between them.
pub(super) fn entries(mut bytes: &[u8]) -> impl Iterator<Item = Entry> {
    std::iter::from_fn(move || {
        loop {
            match next(bytes) {
                Next::Entry(entry, length) => {
                    bytes = &bytes[length..];
                    return Some(*entry);
                }
                Next::Damaged(length) => bytes = &bytes[length..],
                Next::End | Next::Torn => return None,
            }
        }
    })
}
