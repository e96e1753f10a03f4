//! SHA-256 over tagged, fixed-width inputs.

use core::fmt;

use aws_lc_rs::digest as sha;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use crate::hex::Hex;

/// A SHA-256 digest (FIPS 180-4), 32 bytes; lower-case hex for people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of these bytes alone.
    pub fn of(bytes: &[u8]) -> Self {
        Hasher::new().bytes(bytes).finish()
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Collects a hash input: an ASCII tag first, then fixed widths, integers as u64 big-endian.
pub struct Hasher(sha::Context);

impl Hasher {
    /// An empty input, for formats that others defined.
    pub fn new() -> Self {
        Self(sha::Context::new(&sha::SHA256))
    }

    /// An input of ours: every one begins with a tag of its own, so no two meanings share a digest.
    pub fn tagged(tag: &str) -> Self {
        Self::new().bytes(tag.as_bytes())
    }

    /// Appends bytes as they are.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update(bytes);
        self
    }

    /// Appends an integer as eight big-endian bytes.
    #[must_use]
    pub fn u64(self, value: u64) -> Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Appends another digest.
    #[must_use]
    pub fn digest(self, digest: &Digest) -> Self {
        self.bytes(&digest.0)
    }

    /// The digest of all that was appended.
    pub fn finish(self) -> Digest {
        let mut out = [0; 32];
        out.copy_from_slice(self.0.finish().as_ref());
        Digest(out)
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({}…)", Hex(&self.0[..6]))
    }
}

impl<C> Encode<C> for Digest {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Digest {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.bytes()?.try_into().map(Self).map_err(|_| decode::Error::message("a digest is 32 bytes"))
    }
}
