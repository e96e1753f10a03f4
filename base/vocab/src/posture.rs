//! How far a device has drawn itself in.

use minicbor::{Decode, Encode};

/// Postures, from open to shut; the stricter of two is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Posture {
    /// Works.
    #[n(0)]
    Normal,
    /// Works, reports more and tolerates less.
    #[n(1)]
    Guarded,
    /// The network leads to the fleet alone.
    #[n(2)]
    Isolated,
    /// Isolated, and the vault is latched: it hears and reports but holds no usable secret.
    #[n(3)]
    Sealed,
    /// Its data is destroyed.
    #[n(4)]
    Wiped,
}

impl Posture {
    /// The stricter of the two.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        self.max(other)
    }
}
