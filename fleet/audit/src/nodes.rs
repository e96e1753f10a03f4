//! Keeps the upper nodes of the tree in memory, so that a proof asks the store for its lowest few alone.

use alloc::collections::BTreeMap;

use crypto::{
    digest::Digest,
    merkle::{NodeAt, Nodes},
};

/// Nodes from this level on are kept: one for each sixteen leaves, and as many again above them.
const LEVEL: u32 = 4;

/// A store of nodes with its upper levels in memory.
pub struct Upper<N> {
    below: N,
    kept: BTreeMap<NodeAt, Digest>,
}

impl<N: Nodes> Upper<N> {
    /// Over a store of a log of this size; reads each complete upper node once.
    pub fn over(below: N, size: u64) -> Self {
        let levels = (LEVEL..u64::BITS).take_while(|level| size >> level > 0);
        let nodes = levels.flat_map(|level| (0..size >> level).map(move |index| NodeAt { level, index }));
        let kept = nodes.filter_map(|at| Some((at, below.node(at)?))).collect();
        Self { below, kept }
    }

    /// Keeps what an append made, once it is committed.
    pub fn keep(&mut self, nodes: &[(NodeAt, Digest)]) {
        self.kept.extend(nodes.iter().filter(|(at, _)| at.level >= LEVEL).copied());
    }

    /// The store below.
    pub const fn below(&self) -> &N {
        &self.below
    }

    /// The store below, to write to.
    pub const fn below_mut(&mut self) -> &mut N {
        &mut self.below
    }
}

impl<N: Nodes> Nodes for Upper<N> {
    fn node(&self, at: NodeAt) -> Option<Digest> {
        self.kept.get(&at).copied().or_else(|| self.below.node(at))
    }
}
