//! The one strict entrance for CBOR (RFC 8949 §4.2.1, core deterministic encoding).
//!
//! Nothing from outside reaches a decoder before [`check`] has walked it. The walk keeps its own stack, bounded
//! by [`Limits::depth`], and allocates nothing that the input merely claims.
//!
//! A letter is never compared with its re-encoding: that would refuse what newer senders add.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::{convert::Infallible, fmt, str};

use minicbor::{Decode, Decoder, Encode, Encoder};

/// How much of a letter we read before we refuse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes in all.
    pub bytes: usize,
    /// Most arrays and maps open at once.
    pub depth: usize,
    /// Most data items, containers and keys included.
    pub items: usize,
}

impl Limits {
    /// A letter that travels in one frame: 64 KiB.
    pub const FRAME: Self = Self { bytes: 64 << 10, depth: 16, items: 32 << 10 };
}

/// Refuses everything but one data item in the single encoding that we accept.
///
/// Definite lengths; shortest integers and lengths; text in UTF-8; integer map keys, ascending and unique; no
/// tags, no floats, no simple values but `false`, `true` and `null`; nothing after the end. A negative key is
/// critical, and `v1` knows none; unknown unsigned keys pass.
pub fn check(bytes: &[u8], limits: &Limits) -> Result<(), Malformed> {
    Walk::new(bytes, limits, Keys::Letter).run()
}

/// The same entrance for the maps that RFC 9052 defines, where a negative key is an ordinary one.
pub(crate) fn check_cose(bytes: &[u8], limits: &Limits) -> Result<(), Malformed> {
    Walk::new(bytes, limits, Keys::Cose).run()
}

/// Checks, decodes, and refuses what the type left unread.
pub fn decode<T: for<'b> Decode<'b, ()>>(bytes: &[u8], limits: &Limits) -> Result<T, Malformed> {
    check(bytes, limits)?;
    read(bytes, Decoder::decode)
}

/// Runs `reader` over bytes that the walk has passed, to their very end.
pub(crate) fn read<'b, T>(
    bytes: &'b [u8],
    reader: impl FnOnce(&mut Decoder<'b>) -> Result<T, minicbor::decode::Error>,
) -> Result<T, Malformed> {
    let mut decoder = Decoder::new(bytes);
    let value = reader(&mut decoder).map_err(|error| Malformed {
        offset: error.position().unwrap_or(decoder.position()),
        reason: Reason::Shape(error.to_string()),
    })?;
    match decoder.position() {
        end if end == bytes.len() => Ok(value),
        offset => Err(Malformed { offset, reason: Reason::Trailing }),
    }
}

/// The bytes of a value: deterministic for derived maps, whose keys the derive sorts.
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    write(|e| e.encode(value)?.ok())
}

/// How many bytes it is encoded; nothing is written for it.
pub fn length<T: Encode<()>>(value: &T) -> usize {
    let mut encoder = Encoder::new(Tape(0));
    encoder.encode(value).expect("a tape takes every byte, and our types refuse nothing");
    encoder.into_writer().0
}

/// Counts bytes.
struct Tape(usize);

impl minicbor::encode::Write for Tape {
    type Error = Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.0 += bytes.len();
        Ok(())
    }
}

/// The bytes that `writer` writes.
pub(crate) fn write(writer: impl FnOnce(&mut Encoder<Vec<u8>>) -> Unfailing) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    writer(&mut encoder).expect("a vector takes every byte, and our types refuse nothing");
    encoder.into_writer()
}

type Unfailing = Result<(), minicbor::encode::Error<Infallible>>;

/// Where and why the entrance refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The byte at which the refused item begins.
    pub offset: usize,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What the entrance refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A floating-point number; our letters have none.
    Float,
    /// A string, array or map without a length, or a lone break.
    Indefinite,
    /// A map key that is not an integer.
    KeyKind,
    /// A map key that is not above the one before it: out of order, or twice.
    KeyOrder,
    /// An integer or a length in more bytes than it needs.
    NotShortest,
    /// An initial byte that RFC 8949 reserves.
    Reserved,
    /// Well-formed, but not what the type reads; the decoder's words.
    Shape(String),
    /// A simple value other than `false`, `true` and `null`.
    Simple,
    /// A tag; our letters have none.
    Tag,
    /// Containers nested deeper than this limit.
    TooDeep(usize),
    /// More bytes than this limit.
    TooLong(usize),
    /// More data items than this limit.
    TooManyItems(usize),
    /// Something after the end.
    Trailing,
    /// The end comes before what the lengths promise.
    Truncated,
    /// A key that the sender marked as critical and that we do not know.
    UnknownCritical(i128),
    /// Text that is not UTF-8.
    Utf8,
}

impl Malformed {
    /// `crypto/cbor-…`, for logs and counters.
    pub const fn code(&self) -> &'static str {
        match self.reason {
            Reason::Float => "crypto/cbor-float",
            Reason::Indefinite => "crypto/cbor-indefinite",
            Reason::KeyKind => "crypto/cbor-key-kind",
            Reason::KeyOrder => "crypto/cbor-key-order",
            Reason::NotShortest => "crypto/cbor-not-shortest",
            Reason::Reserved => "crypto/cbor-reserved",
            Reason::Shape(_) => "crypto/cbor-shape",
            Reason::Simple => "crypto/cbor-simple",
            Reason::Tag => "crypto/cbor-tag",
            Reason::TooDeep(_) => "crypto/cbor-too-deep",
            Reason::TooLong(_) => "crypto/cbor-too-long",
            Reason::TooManyItems(_) => "crypto/cbor-too-many-items",
            Reason::Trailing => "crypto/cbor-trailing",
            Reason::Truncated => "crypto/cbor-truncated",
            Reason::UnknownCritical(_) => "crypto/cbor-unknown-critical",
            Reason::Utf8 => "crypto/cbor-utf8",
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the sender's CBOR is refused at byte {}: {}", self.offset, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float => f.write_str("a float, where letters hold integers"),
            Self::Indefinite => f.write_str("an indefinite length"),
            Self::KeyKind => f.write_str("a map key that is not an integer"),
            Self::KeyOrder => f.write_str("a map key out of order or repeated"),
            Self::NotShortest => f.write_str("an integer or length that is not in its shortest form"),
            Self::Reserved => f.write_str("a reserved initial byte"),
            Self::Shape(words) => write!(f, "not what this kind of letter holds ({words})"),
            Self::Simple => f.write_str("a simple value other than false, true and null"),
            Self::Tag => f.write_str("a tag"),
            Self::TooDeep(limit) => write!(f, "nested deeper than {limit}"),
            Self::TooLong(limit) => write!(f, "longer than {limit} bytes"),
            Self::TooManyItems(limit) => write!(f, "more than {limit} items"),
            Self::Trailing => f.write_str("bytes after the end"),
            Self::Truncated => f.write_str("it ends before what it promises"),
            Self::UnknownCritical(key) => {
                write!(f, "critical key {key}, which this version does not know; update this end")
            }
            Self::Utf8 => f.write_str("text that is not UTF-8"),
        }
    }
}

impl core::error::Error for Malformed {}

/// Whose maps these are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    Cose,
    Letter,
}

/// One token after another; `open` is the only thing that grows, and never past the depth limit.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    items: usize,
    open: Vec<Open>,
    limits: &'a Limits,
    keys: Keys,
}

/// A container with items still to come.
struct Open {
    left: u64,
    place: Place,
}

/// What the next item of a container is.
enum Place {
    Element,
    /// A key, above this last one.
    Key(Option<Key>),
    /// The value of this key.
    Value(Key),
}

/// Major type and argument; in shortest form their order is the bytewise order of the encodings.
type Key = (u8, u64);

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8], limits: &'a Limits, keys: Keys) -> Self {
        Self { bytes, at: 0, items: 0, open: Vec::new(), limits, keys }
    }

    fn run(mut self) -> Result<(), Malformed> {
        if self.bytes.len() > self.limits.bytes {
            return Err(self.refuse(Reason::TooLong(self.limits.bytes)));
        }
        self.item()?;
        while let Some(container) = self.open.last_mut() {
            if container.left == 0 {
                self.open.pop();
                continue;
            }
            container.left -= 1;
            self.item()?;
        }
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.refuse(Reason::Trailing)) }
    }

    /// One head, and the string that it announces; a container is opened, not entered.
    fn item(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        self.content().map_err(|reason| Malformed { offset: start, reason })
    }

    fn content(&mut self) -> Result<(), Reason> {
        self.items += 1;
        if self.items > self.limits.items {
            return Err(Reason::TooManyItems(self.limits.items));
        }
        let (major, argument) = self.head()?;
        self.place(major, argument)?;
        match major {
            UNSIGNED | NEGATIVE | SIMPLE => Ok(()),
            BYTES => self.string(argument).map(|_| ()),
            TEXT => {
                let text = self.string(argument)?;
                str::from_utf8(text).map(|_| ()).map_err(|_| Reason::Utf8)
            }
            ARRAY => self.container(argument, 1, Place::Element),
            MAP => self.container(argument, 2, Place::Key(None)),
            _ => Err(Reason::Tag),
        }
    }

    /// RFC 8949 §3: three bits of major type, five of additional information, then the argument.
    fn head(&mut self) -> Result<(u8, u64), Reason> {
        let [first] = self.take()?;
        let (major, info) = (first >> 5, first & 0x1f);
        if major == SIMPLE {
            return match info {
                20..=22 => Ok((major, u64::from(info))),
                25..=27 => Err(Reason::Float),
                28..=30 => Err(Reason::Reserved),
                31 => Err(Reason::Indefinite),
                _ => Err(Reason::Simple),
            };
        }
        let (argument, floor) = match info {
            0..=23 => (u64::from(info), 0),
            24 => (u64::from(u8::from_be_bytes(self.take()?)), 24),
            25 => (u64::from(u16::from_be_bytes(self.take()?)), 1 << 8),
            26 => (u64::from(u32::from_be_bytes(self.take()?)), 1 << 16),
            27 => (u64::from_be_bytes(self.take()?), 1 << 32),
            28..=30 => return Err(Reason::Reserved),
            _ => return Err(Reason::Indefinite),
        };
        if argument < floor { Err(Reason::NotShortest) } else { Ok((major, argument)) }
    }

    /// Judges the item as a key where a key is due, and moves the container on.
    fn place(&mut self, major: u8, argument: u64) -> Result<(), Reason> {
        let Some(container) = self.open.last_mut() else { return Ok(()) };
        container.place = match container.place {
            Place::Element => Place::Element,
            Place::Value(key) => Place::Key(Some(key)),
            Place::Key(_) if major > NEGATIVE => return Err(Reason::KeyKind),
            Place::Key(_) if major == NEGATIVE && self.keys == Keys::Letter => {
                return Err(Reason::UnknownCritical(-1 - i128::from(argument)));
            }
            Place::Key(Some(last)) if (major, argument) <= last => return Err(Reason::KeyOrder),
            Place::Key(_) => Place::Value((major, argument)),
        };
        Ok(())
    }

    fn container(&mut self, length: u64, each: u64, place: Place) -> Result<(), Reason> {
        // Every item takes at least one byte, so a longer claim is already a lie.
        let left = length.checked_mul(each).filter(|&left| left <= self.rest()).ok_or(Reason::Truncated)?;
        if self.open.len() >= self.limits.depth {
            return Err(Reason::TooDeep(self.limits.depth));
        }
        self.open.push(Open { left, place });
        Ok(())
    }

    fn string(&mut self, length: u64) -> Result<&'a [u8], Reason> {
        let length = usize::try_from(length).map_err(|_| Reason::Truncated)?;
        let (string, _) = self.bytes[self.at..].split_at_checked(length).ok_or(Reason::Truncated)?;
        self.at += length;
        Ok(string)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let (bytes, _) = self.bytes[self.at..].split_first_chunk().ok_or(Reason::Truncated)?;
        self.at += N;
        Ok(*bytes)
    }

    fn rest(&self) -> u64 {
        (self.bytes.len() - self.at) as u64
    }

    fn refuse(&self, reason: Reason) -> Malformed {
        Malformed { offset: self.at, reason }
    }
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const SIMPLE: u8 = 7;

#[cfg(test)]
mod tests;
