//! Merkle tree of RFC 9162 §2: one short proof that an entry is in, one that nothing was taken out.
//!
//! Sizes and indices are u64. Proofs are made from stored nodes in O(log n) look-ups; nothing is recomputed.

use core::fmt;

use crate::digest::{Digest, Hasher};

mod frontier;
mod prove;
mod verify;

pub use frontier::Frontier;
pub use prove::{Fault, NodeAt, Nodes, consistency_proof, inclusion_proof};
pub use verify::{Refusal, hash, verify_consistency, verify_inclusion};

/// The hash of one entry, as it stands at level 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeafHash(pub Digest);

/// The root hash of a tree; it means nothing without the tree's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Root(pub Digest);

impl Root {
    /// The root of the tree without entries: SHA-256 of nothing (RFC 9162 §2.1.1).
    pub fn of_nothing() -> Self {
        Self(Digest::of(&[]))
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Hashes the data of one entry: SHA-256(0x00 ‖ data) (RFC 9162 §2.1.1).
pub fn leaf_hash(data: &[u8]) -> LeafHash {
    LeafHash(Hasher::new().bytes(&[0]).bytes(data).finish())
}

/// Joins two subtrees: SHA-256(0x01 ‖ left ‖ right) (RFC 9162 §2.1.1).
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Hasher::new().bytes(&[1]).digest(left).digest(right).finish()
}

/// The larger, left half of `len` leaves: the largest power of two below `len`, which is at least two.
const fn left_half(len: u64) -> u64 {
    1 << (len - 1).ilog2()
}

#[cfg(test)]
mod tests;
