//! One entry: a header, a body, and the head after both.

use alloc::vec::Vec;
use core::fmt;

use crypto::cbor::{self, Limits, Malformed};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use vocab::{BootId, ClockQuality, Mono, Time, Wall};

use crate::head::{Cursor, Head, Position};

/// Most bytes of one body: a flight recording and its frame.
pub const BODY_LIMIT: usize = 52 * 1024;

const HEADER_LIMITS: Limits = Limits { bytes: 256, depth: 2, items: 32 };

/// What stands beside a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Header {
    /// The boot that wrote it.
    #[n(0)]
    pub boot: BootId,
    /// Its number; counts on over boots.
    #[n(1)]
    pub seq: u64,
    /// The head before it.
    #[n(2)]
    pub prev: Head,
    /// When, since boot.
    #[n(3)]
    pub mono: Mono,
    /// When, by the wall.
    #[n(4)]
    pub wall: Wall,
    /// What that wall time is worth.
    #[n(5)]
    pub quality: ClockQuality,
    /// What the body is.
    #[n(6)]
    pub kind: Kind,
}

impl Header {
    /// When it was written.
    pub const fn time(&self) -> Time {
        Time { mono: self.mono, wall: self.wall, quality: self.quality }
    }
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Kind {
    /// A boot began: a letter signed by the device key that names the journal key of this boot.
    #[n(0)]
    Boot,
    /// The chain goes on from an ancestor of what the fleet has.
    #[n(1)]
    Branch,
    /// A tamper event.
    #[n(2)]
    Event,
    /// An act: intended, or what became of it.
    #[n(3)]
    Receipt,
    /// A device state was adopted or refused.
    #[n(4)]
    Adopted,
    /// What every sensor said around an event.
    #[n(5)]
    Trace,
    /// The arming state changed, or a zone's latch did.
    #[n(6)]
    Change,
    /// A work order was used, or its window closed.
    #[n(7)]
    Work,
    /// Something was not recorded: the disk was full, or the record is damaged.
    #[n(8)]
    Gap,
    /// All that the entries before it add up to, so that they may be forgotten.
    #[n(9)]
    Standing,
}

/// An entry as written: its bytes are kept, so that its head never depends on an encoder.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    header: Header,
    header_bytes: Vec<u8>,
    body: Vec<u8>,
    head: Head,
}

/// Why bytes are no entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadEntry {
    /// The body is longer than [`BODY_LIMIT`].
    BodyTooLong(usize),
    /// The header is not deterministic CBOR of a header.
    Header(Malformed),
}

impl fmt::Display for BadEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BodyTooLong(bytes) => {
                write!(f, "the body has {bytes} bytes; at most {BODY_LIMIT} are allowed")
            }
            Self::Header(malformed) => write!(f, "the entry's header is malformed: {malformed}"),
        }
    }
}

impl core::error::Error for BadEntry {}

impl Entry {
    /// A new entry.
    pub fn new(header: Header, body: Vec<u8>) -> Result<Self, BadEntry> {
        Self::from_parts(cbor::encode(&header), body)
    }

    /// An entry from its bytes as stored or received.
    pub fn from_parts(header_bytes: Vec<u8>, body: Vec<u8>) -> Result<Self, BadEntry> {
        if body.len() > BODY_LIMIT {
            return Err(BadEntry::BodyTooLong(body.len()));
        }
        let header: Header = cbor::decode(&header_bytes, &HEADER_LIMITS).map_err(BadEntry::Header)?;
        let head = header.prev.after(&header_bytes, &body);
        Ok(Self { header, header_bytes, body, head })
    }

    /// What stands beside the body.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The header's bytes as written.
    pub fn header_bytes(&self) -> &[u8] {
        &self.header_bytes
    }

    /// The body's bytes.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The head after this entry.
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Its key.
    pub const fn cursor(&self) -> Cursor {
        Cursor { boot: self.header.boot, seq: self.header.seq }
    }

    /// Its key and the head after it.
    pub const fn position(&self) -> Position {
        Position { boot: self.header.boot, seq: self.header.seq, head: self.head }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({:?} {}, {} bytes)", self.header.kind, self.header.seq, self.body.len())
    }
}

// On the wire and on disk: [ header: bstr, body: bstr ].
impl<C> Encode<C> for Entry {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(2)?.bytes(&self.header_bytes)?.bytes(&self.body)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Entry {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(2) {
            return Err(decode::Error::message("an entry is a header and a body"));
        }
        let (header, body) = (d.bytes()?.to_vec(), d.bytes()?.to_vec());
        Self::from_parts(header, body).map_err(|_| decode::Error::message("not an entry"))
    }
}

#[cfg(test)]
mod tests;
