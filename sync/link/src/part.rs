//! Pieces of a frame that is too long for one message: cut here, put together there.
//!
//! One at a time in each direction, never more memory than arrived, and nothing is decoded before the digest
//! of the whole is right.

use alloc::vec::Vec;

use crypto::digest::Digest;
use minicbor::{Decode, Encode};

use crate::violation::Violation;

/// Bytes of every piece but the last; a frame up to this size is never cut.
pub const PART_BYTES: usize = 60 * 1024;

/// One piece.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Part {
    /// SHA-256 of the whole frame.
    #[n(0)]
    pub digest: Digest,
    /// Its place, from zero.
    #[n(1)]
    pub index: u32,
    /// How many there are.
    #[n(2)]
    pub count: u32,
    /// Its bytes.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// A frame on its way out, piece by piece.
pub struct Cut {
    whole: Vec<u8>,
    digest: Digest,
    index: u32,
}

impl Cut {
    /// Of a frame's bytes.
    pub fn new(whole: Vec<u8>) -> Self {
        Self { digest: Digest::of(&whole), whole, index: 0 }
    }

    /// Bytes held now.
    pub fn held(&self) -> usize {
        self.whole.len()
    }
}

impl Iterator for Cut {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        let bytes = self.whole.chunks(PART_BYTES).nth(self.index as usize)?.to_vec();
        let count = u32::try_from(self.whole.len().div_ceil(PART_BYTES)).ok()?;
        let part = Part { digest: self.digest, index: self.index, count, bytes };
        self.index += 1;
        Some(part)
    }
}

/// A frame on its way in.
#[derive(Default)]
pub struct Reassembly(Option<Pile>);

struct Pile {
    digest: Digest,
    count: u32,
    next: u32,
    bytes: Vec<u8>,
}

impl Reassembly {
    /// Takes a piece; gives the whole after the last one.
    ///
    /// A first piece begins anew, whatever was on its way: its sender has something more urgent.
    pub fn take(&mut self, part: &Part, longest: usize) -> Result<Option<Vec<u8>>, Violation> {
        if part.index == 0 {
            self.0 = Some(Pile::begin(part, longest)?);
        }
        let Some(pile) = &mut self.0 else { return Err(Violation::PartOutOfOrder) };
        let last = pile.take(part, longest)?;
        if !last {
            return Ok(None);
        }
        let Some(Pile { digest, bytes, .. }) = self.0.take() else { return Ok(None) };
        if Digest::of(&bytes) == digest { Ok(Some(bytes)) } else { Err(Violation::PartDigest) }
    }

    /// Bytes held now.
    pub fn held(&self) -> usize {
        self.0.as_ref().map_or(0, |pile| pile.bytes.capacity())
    }
}

impl Pile {
    fn begin(part: &Part, longest: usize) -> Result<Self, Violation> {
        let most = longest.div_ceil(PART_BYTES);
        if part.count < 2 || part.count as usize > most {
            return Err(Violation::PartCount(part.count));
        }
        Ok(Self { digest: part.digest, count: part.count, next: 0, bytes: Vec::new() })
    }

    fn take(&mut self, part: &Part, longest: usize) -> Result<bool, Violation> {
        if part.digest != self.digest || part.count != self.count {
            return Err(Violation::PartOfAnother);
        }
        if part.index != self.next {
            return Err(Violation::PartOutOfOrder);
        }
        let last = part.index + 1 == self.count;
        let size = part.bytes.len();
        let fits = if last { (1..=PART_BYTES).contains(&size) } else { size == PART_BYTES };
        if !fits {
            return Err(Violation::PartSize(size));
        }
        if self.bytes.len() + size > longest {
            return Err(Violation::Oversize(self.bytes.len() + size));
        }
        // Grown by what came and no further: a vector that doubles would hold twice the limit.
        self.bytes.reserve_exact(size);
        self.bytes.extend_from_slice(&part.bytes);
        self.next += 1;
        Ok(last)
    }
}

#[cfg(test)]
mod tests;
