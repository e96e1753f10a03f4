//! The right edge of a growing tree: enough to append and to state the root, in O(log n) memory.

use alloc::vec::Vec;

use super::{Fault, LeafHash, NodeAt, Nodes, Root, node_hash, prove};
use crate::digest::Digest;

/// A compact range from the first leaf on: one peak for each set bit of the size, largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// The empty tree.
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// The tree of the first `size` leaves, read back from stored nodes: after a restart, or as it once was.
    pub fn at(size: u64, nodes: &impl Nodes) -> Result<Self, Fault> {
        Ok(Self { size, peaks: prove::peaks(nodes, 0, size)? })
    }

    /// How many leaves there are.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root hash at this size.
    pub fn root(&self) -> Root {
        join(&self.peaks).map_or_else(Root::of_nothing, Root)
    }

    /// Appends one leaf and returns the nodes that are now complete, lowest first: store them all.
    pub fn append(&mut self, leaf: LeafHash) -> Vec<(NodeAt, Digest)> {
        let mut made = Vec::from([(NodeAt { level: 0, index: self.size }, leaf.0)]);
        let (mut at, mut hash) = made[0];
        // Each trailing one of the size is a peak that the new leaf completes, the smallest first.
        let kept = self.peaks.len() - self.size.trailing_ones() as usize;
        for left in self.peaks.drain(kept..).rev() {
            (at, hash) = (at.parent(), node_hash(&left, &hash));
            made.push((at, hash));
        }
        self.peaks.push(hash);
        self.size += 1;
        made
    }
}

/// The hash over peaks, which hang from each other at the right.
pub(super) fn join(peaks: &[Digest]) -> Option<Digest> {
    peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right))
}
