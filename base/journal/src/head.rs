//! Where a chain stands.

use core::fmt;

use crypto::digest::{Digest, Hasher};
use minicbor::{Decode, Encode};
use vocab::{BootId, DeviceId};

/// The digest that binds an entry to all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Head(#[n(0)] pub Digest);

impl Head {
    /// What the first entry of a device stands on.
    pub fn genesis(device: &DeviceId) -> Self {
        Self(Hasher::tagged("wrale.genesis.v1").bytes(device.as_bytes()).finish())
    }

    /// The head after an entry:
    /// SHA-256(`wrale.journal.v1` ‖ previous head ‖ SHA-256(header) ‖ SHA-256(body)).
    #[must_use]
    pub fn after(&self, header: &[u8], body: &[u8]) -> Self {
        Self(
            Hasher::tagged("wrale.journal.v1")
                .digest(&self.0)
                .digest(&Digest::of(header))
                .digest(&Digest::of(body))
                .finish(),
        )
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The key of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Cursor {
    /// The boot that wrote it.
    #[n(0)]
    pub boot: BootId,
    /// Its number; counts on over boots.
    #[n(1)]
    pub seq: u64,
}

/// An entry's key and the head after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Position {
    /// The boot that wrote it.
    #[n(0)]
    pub boot: BootId,
    /// Its number.
    #[n(1)]
    pub seq: u64,
    /// The head after it.
    #[n(2)]
    pub head: Head,
}

impl Position {
    /// The entry's key.
    pub const fn cursor(&self) -> Cursor {
        Cursor { boot: self.boot, seq: self.seq }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {} of {}", self.seq, self.boot)
    }
}
