//! Makes proofs from stored nodes.

use alloc::vec::Vec;
use core::fmt;

use super::{frontier, left_half};
use crate::digest::Digest;

/// Where a complete node stands: it covers the leaves `index · 2^level` up to `(index + 1) · 2^level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeAt {
    /// 0 for leaves.
    pub level: u32,
    /// From the left, counted at this level.
    pub index: u64,
}

impl NodeAt {
    /// The node above.
    #[must_use]
    pub const fn parent(self) -> Self {
        Self { level: self.level + 1, index: self.index >> 1 }
    }
}

/// Serves the nodes that [`Frontier::append`](super::Frontier::append) made: a table, tiles, a map.
pub trait Nodes {
    /// The hash of a complete node, or nothing where it is not stored.
    fn node(&self, at: NodeAt) -> Option<Digest>;
}

impl<N: Nodes> Nodes for &N {
    fn node(&self, at: NodeAt) -> Option<Digest> {
        (**self).node(at)
    }
}

/// Why no proof could be made; ours, because the caller asks only for what its log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A node that a log of this size has was not stored, or was lost.
    NodeMissing(NodeAt),
    /// There is no leaf with this index at this size.
    NoSuchLeaf {
        /// The index asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A tree cannot have grown to a smaller size.
    NotGrown {
        /// The size to start from.
        old: u64,
        /// The size to end at.
        new: u64,
    },
}

impl Fault {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NodeMissing(_) => "crypto/merkle-node-missing",
            Self::NoSuchLeaf { .. } => "crypto/merkle-no-such-leaf",
            Self::NotGrown { .. } => "crypto/merkle-not-grown",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NodeMissing(NodeAt { level, index }) => {
                write!(
                    f,
                    "our log lost its node {index} at level {level}: restore it from a backup or a mirror"
                )
            }
            Self::NoSuchLeaf { index, size } => {
                write!(f, "we asked our log for entry {index}, but it holds {size}")
            }
            Self::NotGrown { old, new } => {
                write!(f, "we asked our log how it grew from {old} to {new} entries, which it did not")
            }
        }
    }
}

impl core::error::Error for Fault {}

/// The path from leaf `index` to the root of the first `size` leaves, leaf's sibling first (RFC 9162 §2.1.3.1).
pub fn inclusion_proof(index: u64, size: u64, nodes: &impl Nodes) -> Result<Vec<Digest>, Fault> {
    if index >= size {
        return Err(Fault::NoSuchLeaf { index, size });
    }
    let mut path = Vec::new();
    let (mut start, mut len) = (0, size);
    while len > 1 {
        let left = left_half(len);
        if index - start < left {
            path.push(subtree(nodes, start + left, len - left)?);
            len = left;
        } else {
            path.push(subtree(nodes, start, left)?);
            (start, len) = (start + left, len - left);
        }
    }
    path.reverse();
    Ok(path)
}

/// That the first `new` leaves begin with the first `old` ones (RFC 9162 §2.1.4.1).
///
/// Empty where there is nothing to show: from the empty tree, and from a tree to itself.
pub fn consistency_proof(old: u64, new: u64, nodes: &impl Nodes) -> Result<Vec<Digest>, Fault> {
    if old > new {
        return Err(Fault::NotGrown { old, new });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let mut proof = Vec::new();
    let (mut start, mut len) = (0, new);
    while old != start + len {
        let left = left_half(len);
        if old - start <= left {
            proof.push(subtree(nodes, start + left, len - left)?);
            len = left;
        } else {
            proof.push(subtree(nodes, start, left)?);
            (start, len) = (start + left, len - left);
        }
    }
    // The verifier knows the old root; only where the old tree ends inside the new one it needs the last piece.
    if start != 0 {
        proof.push(subtree(nodes, start, len)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The hash over `len` leaves from `start` on, where `start` is a multiple of a power of two not below `len`.
fn subtree(nodes: &impl Nodes, start: u64, len: u64) -> Result<Digest, Fault> {
    let peaks = peaks(nodes, start, len)?;
    Ok(frontier::join(&peaks).expect("no proof asks for the hash of an empty subtree"))
}

/// The complete nodes that cover `len` leaves from `start` on, largest first.
pub(super) fn peaks(nodes: &impl Nodes, start: u64, len: u64) -> Result<Vec<Digest>, Fault> {
    let mut peaks = Vec::with_capacity(len.count_ones() as usize);
    let mut done = 0;
    while done < len {
        let level = (len - done).ilog2();
        let at = NodeAt { level, index: (start + done) >> level };
        peaks.push(nodes.node(at).ok_or(Fault::NodeMissing(at))?);
        done += 1 << level;
    }
    Ok(peaks)
}
