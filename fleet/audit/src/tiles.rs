//! The tree's nodes as a store keeps them: on tiles of four levels.
//!
//! A tile holds what sixteen neighbours have above them, so that a proof through a log of a million entries passes
//! through five of them. A tile only grows, node by node, in the order in which a log completes them.

use alloc::{collections::BTreeMap, vec::Vec};
use core::cell::RefCell;

use crypto::{
    digest::Digest,
    merkle::{Fault, NodeAt, Nodes},
};

/// So many levels stand on one tile.
const LEVELS: u32 = 4;

/// So many nodes of its lowest level.
const WIDTH: u64 = 1 << LEVELS;

/// So many bytes is a node.
const DIGEST: usize = 32;

/// So many tiles at most are remembered, in four MiB: every node of a log of 65,000 leaves, and all but the lowest eight
/// levels of one of 16 million.
const MOST: usize = 4400;

/// Where a tile stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileAt {
    /// From below: tiles of the first row stand on the leaves.
    row: u8,
    /// From the left, counted in this row.
    index: u64,
}

impl TileAt {
    /// Its row, then its index in network order.
    pub fn key(self) -> [u8; 9] {
        let mut key = [self.row; 9];
        key[1..].copy_from_slice(&self.index.to_be_bytes());
        key
    }
}

/// Serves the tiles that [`Edge::write`] made.
pub trait Tiles {
    /// The nodes of a tile as far as it was written, or nothing where it is not stored.
    fn tile(&self, at: TileAt) -> Option<Vec<u8>>;
}

impl<T: Tiles> Tiles for &T {
    fn tile(&self, at: TileAt) -> Option<Vec<u8>> {
        (**self).tile(at)
    }
}

/// The tiles that still grow, one in each row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge(Vec<Vec<u8>>);

impl Edge {
    /// The edge of a log of this size.
    pub fn resume(size: u64, tiles: &impl Tiles) -> Result<Self, Fault> {
        let mut edge = Vec::new();
        for row in 0.. {
            let Some(nodes) = size.checked_shr(LEVELS * u32::from(row)).filter(|nodes| *nodes > 0) else {
                break;
            };
            let (at, written) = (TileAt { row, index: nodes / WIDTH }, completed(nodes % WIDTH) * DIGEST);
            let mut tile = if written == 0 { Vec::new() } else { tiles.tile(at).unwrap_or_default() };
            if tile.len() < written {
                return Err(Fault::NodeMissing(NodeAt { level: LEVELS * u32::from(row), index: nodes - 1 }));
            }
            tile.truncate(written);
            edge.push(tile);
        }
        Ok(Self(edge))
    }

    /// Writes the nodes that an append completed; gives the tiles that they stand on, whole.
    pub fn write(&mut self, made: &[(NodeAt, Digest)]) -> Vec<(TileAt, Vec<u8>)> {
        let of_one_row = made.chunk_by(|(below, _), (above, _)| below.level / LEVELS == above.level / LEVELS);
        let write = |nodes: &[(NodeAt, Digest)]| {
            let (at, _) = place(nodes[0].0);
            let row = usize::from(at.row);
            self.0.resize_with(self.0.len().max(row + 1), Vec::new);
            let tile = &mut self.0[row];
            tile.extend(nodes.iter().flat_map(|(_, node)| node.0));
            let written = tile.clone();
            if written.len() == completed(WIDTH) * DIGEST {
                tile.clear();
            }
            (at, written)
        };
        of_one_row.map(write).collect()
    }
}

/// Remembers tiles that the store gave, so that a proof asks it for its lowest few alone.
///
/// A node never changes, so what was read once is not read again. Nothing is remembered that the store did not give:
/// what was appended and is not committed is in no proof.
#[derive(Debug, Default)]
pub struct Seen(RefCell<BTreeMap<TileAt, Vec<u8>>>);

impl Seen {
    /// The nodes on this store's tiles, each asked for once, and once more when it has grown.
    pub fn over<T: Tiles>(&self, store: T) -> impl Nodes {
        Over { seen: self, store }
    }

    fn node(&self, at: TileAt, line: usize) -> Option<Digest> {
        self.0.borrow().get(&at).and_then(|tile| read(tile, line))
    }

    fn keep(&self, at: TileAt, tile: Vec<u8>) {
        let mut tiles = self.0.borrow_mut();
        // The first is the lowest and, of those, the oldest: the one that fewest proofs pass through. The new one stays,
        // because the proof that asked for it asks for more of its nodes.
        if tiles.len() == MOST && !tiles.contains_key(&at) {
            tiles.pop_first();
        }
        tiles.insert(at, tile);
    }
}

struct Over<'a, T> {
    seen: &'a Seen,
    store: T,
}

impl<T: Tiles> Nodes for Over<'_, T> {
    fn node(&self, at: NodeAt) -> Option<Digest> {
        let (at, line) = place(at);
        self.seen.node(at, line).or_else(|| {
            let tile = self.store.tile(at)?;
            let node = read(&tile, line);
            self.seen.keep(at, tile);
            node
        })
    }
}

fn read(tile: &[u8], line: usize) -> Option<Digest> {
    tile.as_chunks().0.get(line).copied().map(Digest)
}

/// The tile of a node, and how many nodes of it were complete before.
fn place(at: NodeAt) -> (TileAt, usize) {
    let (row, level) = (at.level / LEVELS, at.level % LEVELS);
    // The last of the row's nodes that this one covers; its tile is theirs.
    let last = ((at.index + 1) << level) - 1;
    let tile = TileAt { row: u8::try_from(row).unwrap_or(u8::MAX), index: last / WIDTH };
    (tile, completed(last % WIDTH) + level as usize)
}

/// How many nodes of a tile are complete when so many of its lowest level are.
fn completed(nodes: u64) -> usize {
    (0..LEVELS).map(|level| usize::try_from(nodes >> level).unwrap_or(usize::MAX)).sum()
}

#[cfg(test)]
mod tests;
