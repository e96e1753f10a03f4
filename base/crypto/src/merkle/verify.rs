//! Checks proofs, by the letter of RFC 9162.

use core::fmt;

use super::{LeafHash, Root, node_hash};
use crate::digest::Digest;

/// Why a proof shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A tree without entries that has another root than the hash of nothing.
    EmptyRoot,
    /// A hash of another length than 32 bytes.
    HashLength(usize),
    /// An index that a tree of this size does not have.
    IndexBeyondTree {
        /// The index claimed.
        index: u64,
        /// The size claimed.
        size: u64,
    },
    /// The proof starts from another old root than the known one.
    OldRoot,
    /// The two trees of one size have different roots: two histories were shown.
    OtherRootAtSameSize,
    /// The proof leads to another root than the one claimed.
    OtherRoot,
    /// More hashes than a proof for these sizes has.
    ProofTooLong,
    /// Fewer hashes than a proof for these sizes has.
    ProofTooShort,
    /// The tree became smaller: entries were taken out.
    Shrunk {
        /// The known size.
        old: u64,
        /// The size claimed.
        new: u64,
    },
}

impl Refusal {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EmptyRoot => "crypto/merkle-empty-root",
            Self::HashLength(_) => "crypto/merkle-hash-length",
            Self::IndexBeyondTree { .. } => "crypto/merkle-index-beyond-tree",
            Self::OldRoot => "crypto/merkle-old-root",
            Self::OtherRoot => "crypto/merkle-other-root",
            Self::OtherRootAtSameSize => "crypto/merkle-other-root-at-same-size",
            Self::ProofTooLong => "crypto/merkle-proof-too-long",
            Self::ProofTooShort => "crypto/merkle-proof-too-short",
            Self::Shrunk { .. } => "crypto/merkle-shrunk",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyRoot => {
                f.write_str("the log claims to be empty under a root that is not the empty one")
            }
            Self::HashLength(found) => write!(f, "the proof holds a hash of {found} bytes; they have 32"),
            Self::IndexBeyondTree { index, size } => {
                write!(f, "the proof is for entry {index}, but the log holds {size}")
            }
            Self::OldRoot => f.write_str("the proof does not start from the root that we remember"),
            Self::OtherRoot => f.write_str("the proof does not lead to the root that the log signed"),
            Self::OtherRootAtSameSize => f.write_str(
                "the log shows two roots for one size: keep both checkpoints, they prove the fork",
            ),
            Self::ProofTooLong => f.write_str("the proof holds more hashes than trees of these sizes need"),
            Self::ProofTooShort => f.write_str("the proof holds fewer hashes than trees of these sizes need"),
            Self::Shrunk { old, new } => {
                write!(f, "the log shrank from {old} to {new} entries: keep both checkpoints, they prove it")
            }
        }
    }
}

impl core::error::Error for Refusal {}

/// A hash of a proof as it arrived; the entrance for bytes that nobody has measured yet.
pub fn hash(bytes: &[u8]) -> Result<Digest, Refusal> {
    bytes.try_into().map(Digest).map_err(|_| Refusal::HashLength(bytes.len()))
}

/// Checks that `leaf` is entry `index` of the tree of `size` entries under `root` (RFC 9162 §2.1.3.2).
pub fn verify_inclusion(
    leaf: LeafHash,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: Root,
) -> Result<(), Refusal> {
    // 1. Compare leaf_index against tree_size.
    if index >= size {
        return Err(Refusal::IndexBeyondTree { index, size });
    }
    // 2. and 3. Set fn to leaf_index, sn to tree_size - 1 and r to hash.
    let mut walk = Walk { node: index, last: size - 1 };
    let mut hash = leaf.0;
    // 4. For each value p of the path: stop if sn is 0, else hash from the left or from the right.
    for sibling in proof {
        hash = match walk.step()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    // 5. Compare sn to 0, and r against the root hash.
    walk.arrived()?;
    if Root(hash) == root { Ok(()) } else { Err(Refusal::OtherRoot) }
}

/// Checks that the tree of `new_size` entries begins with that of `old_size` (RFC 9162 §2.1.4.2).
///
/// The proof is empty, and must be, where there is nothing to show: from the empty tree, and at equal sizes.
pub fn verify_consistency(
    old_size: u64,
    old_root: Root,
    new_size: u64,
    new_root: Root,
    proof: &[Digest],
) -> Result<(), Refusal> {
    if old_size > new_size {
        return Err(Refusal::Shrunk { old: old_size, new: new_size });
    }
    if [(old_size, old_root), (new_size, new_root)].iter().any(|&(s, r)| s == 0 && r != Root::of_nothing()) {
        return Err(Refusal::EmptyRoot);
    }
    if old_size == new_size && old_root != new_root {
        return Err(Refusal::OtherRootAtSameSize);
    }
    if old_size == 0 || old_size == new_size {
        return if proof.is_empty() { Ok(()) } else { Err(Refusal::ProofTooLong) };
    }
    // 2. If first is an exact power of 2, prepend first_hash to the path.
    let (seed, rest) = if old_size.is_power_of_two() {
        (old_root.0, proof)
    } else {
        // 1. If the path is empty, stop.
        let (seed, rest) = proof.split_first().ok_or(Refusal::ProofTooShort)?;
        (*seed, rest)
    };
    // 3. and 4. Set fn to first - 1, sn to second - 1; shift both until fn is even.
    let skipped = (old_size - 1).trailing_ones();
    let mut walk = Walk { node: (old_size - 1) >> skipped, last: (new_size - 1) >> skipped };
    // 5. Set both fr and sr to the first value.
    let (mut old, mut new) = (seed, seed);
    // 6. For each further value c: a left sibling belongs to both trees, a right one to the new tree alone.
    for sibling in rest {
        match walk.step()? {
            Side::Left => (old, new) = (node_hash(sibling, &old), node_hash(sibling, &new)),
            Side::Right => new = node_hash(&new, sibling),
        }
    }
    // 7. Compare fr, sr and sn.
    walk.arrived()?;
    if Root(old) != old_root {
        return Err(Refusal::OldRoot);
    }
    if Root(new) == new_root { Ok(()) } else { Err(Refusal::OtherRoot) }
}

/// The way from a node up to the root: `fn` and `sn` of RFC 9162.
struct Walk {
    node: u64,
    last: u64,
}

/// On which side of the node the sibling stands.
enum Side {
    Left,
    Right,
}

impl Walk {
    /// One level up.
    fn step(&mut self) -> Result<Side, Refusal> {
        if self.last == 0 {
            return Err(Refusal::ProofTooLong);
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // A last node without a right sibling rises alone until it has a left one.
            let alone = self.node.trailing_zeros();
            self.shift(alone);
            Side::Left
        } else {
            Side::Right
        };
        self.shift(1);
        Ok(side)
    }

    fn shift(&mut self, levels: u32) {
        self.node >>= levels;
        self.last >>= levels;
    }

    fn arrived(&self) -> Result<(), Refusal> {
        if self.last == 0 { Ok(()) } else { Err(Refusal::ProofTooShort) }
    }
}
