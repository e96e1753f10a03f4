use alloc::collections::BTreeMap;
use core::cell::Cell;

use crypto::merkle::{Frontier, leaf_hash};
use proptest::prelude::*;

use super::*;

/// Tiles in memory, and how often one was asked for.
#[derive(Default)]
struct Shelf {
    tiles: BTreeMap<TileAt, Vec<u8>>,
    asked: Cell<usize>,
}

impl Tiles for Shelf {
    fn tile(&self, at: TileAt) -> Option<Vec<u8>> {
        self.asked.set(self.asked.get() + 1);
        self.tiles.get(&at).cloned()
    }
}

impl Shelf {
    /// Appends leaves up to this size; gives what each append completed.
    fn grow(&mut self, frontier: &mut Frontier, edge: &mut Edge, size: u64) -> Vec<(NodeAt, Digest)> {
        let mut made = Vec::new();
        while frontier.size() < size {
            let nodes = frontier.append(leaf_hash(&frontier.size().to_be_bytes()));
            self.tiles.extend(edge.write(&nodes));
            made.extend(nodes);
        }
        made
    }

    fn of(size: u64) -> (Self, Frontier, Edge) {
        let (mut shelf, mut frontier, mut edge) = (Self::default(), Frontier::new(), Edge::default());
        shelf.grow(&mut frontier, &mut edge, size);
        (shelf, frontier, edge)
    }

    fn proof(&self, index: u64, size: u64, seen: &Seen) -> Vec<Digest> {
        crypto::merkle::inclusion_proof(index, size, &seen.over(self)).unwrap()
    }
}

#[test]
fn every_node_is_read_where_it_was_written() {
    let (mut shelf, mut frontier, mut edge) = (Shelf::default(), Frontier::new(), Edge::default());
    let made = shelf.grow(&mut frontier, &mut edge, 70_000);
    assert!(made.iter().any(|(at, _)| at.level == 16), "five rows of tiles");
    let seen = Seen::default();
    let nodes = seen.over(&shelf);
    assert!(made.iter().all(|(at, digest)| nodes.node(*at) == Some(*digest)));
    assert_eq!(nodes.node(NodeAt { level: 0, index: 70_000 }), None);
    assert_eq!(nodes.node(NodeAt { level: 1, index: 35_000 }), None);
}

#[test]
fn a_full_tile_has_thirty_nodes_and_makes_room_for_the_next() {
    let (shelf, _, edge) = Shelf::of(32);
    let lengths: Vec<_> =
        shelf.tiles.iter().map(|(at, tile)| (at.row, at.index, tile.len() / DIGEST)).collect();
    assert_eq!(lengths, [(0, 0, 30), (0, 1, 30), (1, 0, 3)]);
    assert_eq!(edge, Edge::resume(32, &shelf).unwrap());
}

#[test]
fn a_tile_that_grew_is_asked_for_once_more() {
    let (mut shelf, mut frontier, mut edge) = Shelf::of(20);
    let seen = Seen::default();
    shelf.proof(17, 20, &seen);
    shelf.grow(&mut frontier, &mut edge, 24);
    let young = shelf.proof(23, 24, &seen);
    shelf.asked.set(0);
    assert_eq!(shelf.proof(23, 24, &seen), young);
    assert_eq!(shelf.asked.get(), 0);
}

#[test]
fn a_proof_asks_the_store_for_a_few_tiles_however_long_the_log() {
    const SIZE: u64 = 90_011;
    let (shelf, ..) = Shelf::of(SIZE);
    let seen = Seen::default();
    let asked = |index| {
        shelf.asked.set(0);
        shelf.proof(index, SIZE, &seen);
        shelf.asked.get()
    };
    assert!(asked(SIZE / 3) <= 5 + 4, "nothing was seen before: its own tiles, and those of the right edge");
    // More tiles than are remembered: the lowest make room for those above them.
    (0..SIZE).step_by(2).for_each(|index| drop(shelf.proof(index, SIZE, &seen)));
    let most = (0..SIZE).step_by(97).map(asked).max().unwrap();
    assert_eq!(most, 1, "of its own tiles the lowest");
}

#[test]
fn what_the_store_does_not_have_is_not_remembered() {
    let (full, ..) = Shelf::of(300);
    let (mut lacking, ..) = Shelf::of(300);
    let lost = place(NodeAt { level: 0, index: 122 }).0;
    lacking.tiles.remove(&lost);
    let seen = Seen::default();
    let prove = |shelf| crypto::merkle::inclusion_proof(123, 300, &seen.over(shelf));
    for _ in 0..2 {
        assert!(matches!(prove(&lacking), Err(Fault::NodeMissing(at)) if place(at).0 == lost));
    }
    let proof = prove(&full);
    assert!(proof.is_ok());
    // And what it had once is not asked for again.
    assert_eq!(prove(&lacking), proof);
}

#[test]
fn a_log_whose_growing_tile_was_lost_or_cut_does_not_go_on() {
    let (mut shelf, ..) = Shelf::of(40);
    let last = NodeAt { level: 0, index: 39 };
    let tile = shelf.tiles.get_mut(&place(last).0).unwrap();
    tile.pop();
    assert_eq!(Edge::resume(40, &shelf), Err(Fault::NodeMissing(last)));
    shelf.tiles.remove(&place(last).0);
    assert_eq!(Edge::resume(40, &shelf), Err(Fault::NodeMissing(last)));
}

proptest! {
    #[test]
    fn a_log_goes_on_where_it_stood(size in 0u64..5000, more in 1u64..40) {
        let (mut whole, mut frontier, mut edge) = Shelf::of(size);
        let mut resumed = Edge::resume(size, &whole).unwrap();
        prop_assert_eq!(&resumed, &edge);
        let mut other = Shelf { tiles: whole.tiles.clone(), ..Shelf::default() };
        let mut ahead = frontier.clone();
        whole.grow(&mut frontier, &mut edge, size + more);
        other.grow(&mut ahead, &mut resumed, size + more);
        prop_assert_eq!(whole.tiles, other.tiles);
    }
}
