//! Remembers nodes that the store gave, so that a proof asks it for its lowest few alone.
//!
//! A complete node never changes, so what was read once is not read again. Nothing is remembered that the store did
//! not give: what was appended and is not committed is in no proof.

use alloc::{boxed::Box, collections::BTreeMap};
use core::cell::RefCell;

use crypto::{
    digest::Digest,
    merkle::{NodeAt, Nodes},
};

/// So many nodes of one level, side by side, are given up together.
const SHEET: usize = 64;

/// So many sheets at most, in about five MiB: every node of a log of 65,000 leaves, and all but the lowest eight levels
/// of one of 16 million.
const MOST: usize = 2048;

/// The nodes that were seen, on sheets, by level and from the left.
#[derive(Debug, Default)]
pub struct Seen(RefCell<BTreeMap<NodeAt, Box<[Option<Digest>; SHEET]>>>);

impl Seen {
    /// The same nodes as this store's, asked for once.
    pub fn over<N: Nodes>(&self, store: N) -> impl Nodes {
        Over { seen: self, store }
    }

    fn node(&self, at: NodeAt) -> Option<Digest> {
        let (sheet, line) = place(at);
        self.0.borrow().get(&sheet).and_then(|sheet| sheet[line])
    }

    fn keep(&self, at: NodeAt, node: Digest) {
        let (sheet, line) = place(at);
        let mut sheets = self.0.borrow_mut();
        sheets.entry(sheet).or_insert_with(|| Box::new([None; SHEET]))[line] = Some(node);
        // The first is the lowest and, of those, the oldest: the one that fewest proofs pass through.
        if sheets.len() > MOST {
            sheets.pop_first();
        }
    }
}

/// The sheet of a node, and where it stands there.
const fn place(at: NodeAt) -> (NodeAt, usize) {
    #[expect(clippy::cast_possible_truncation, reason = "a line is below the length of a sheet")]
    let line = (at.index % SHEET as u64) as usize;
    (NodeAt { level: at.level, index: at.index / SHEET as u64 }, line)
}

struct Over<'a, N> {
    seen: &'a Seen,
    store: N,
}

impl<N: Nodes> Nodes for Over<'_, N> {
    fn node(&self, at: NodeAt) -> Option<Digest> {
        let seen = self.seen.node(at);
        seen.or_else(|| self.store.node(at).inspect(|node| self.seen.keep(at, *node)))
    }
}
