use alloc::{string::ToString, vec::Vec};
use core::cell::Cell;

use crypto::merkle::{NodeAt, leaf_hash, verify_consistency, verify_inclusion};
use proptest::prelude::*;

use super::*;
use crate::{
    checkpoint::tests::{Map, key, known, log_of},
    nodes::Seen,
};

fn leaves(n: u64) -> Vec<Digest> {
    (0..n).map(|i| Digest::of(&i.to_be_bytes())).collect()
}

fn leaf(index: u64) -> Leaf {
    Leaf { generation: Generation(9), salt: Digest([5; 32]), index }
}

/// What a device does with a proof.
fn convinces(proof: &Proof, data: &Digest, old: Option<(u64, crypto::merkle::Root)>) -> bool {
    let now = Published::open(&proof.checkpoint, &known()).unwrap();
    let (size, root) = (now.checkpoint().size(), now.checkpoint().root());
    let included = verify_inclusion(leaf_hash(data.as_bytes()), proof.index, size, &proof.path, root).is_ok();
    let grown = old.is_none_or(|(old_size, old_root)| {
        old_size == proof.from_size
            && verify_consistency(old_size, old_root, size, root, &proof.consistency).is_ok()
    });
    included && grown
}

#[test]
fn every_leaf_is_proved_to_every_memory() {
    let all = leaves(33);
    let (log, nodes) = log_of(&all);
    let published = log.publish(&key()).unwrap();
    for (data, index) in all.iter().zip(0..) {
        for remembered in 0..=33 {
            let (old, _) = log_of(&all[..usize::try_from(remembered).unwrap()]);
            let old = (remembered > 0).then(|| (remembered, old.checkpoint().root()));
            let proof = prove(&leaf(index), &published, remembered, &nodes).unwrap();
            assert!(convinces(&proof, data, old), "{index} from {remembered}");
            assert_eq!((proof.generation, proof.salt), (Generation(9), Digest([5; 32])));
            assert!(!convinces(&proof, &Digest::of(b"another"), old));
        }
    }
}

#[test]
fn a_leaf_younger_than_the_checkpoint_is_not_proved() {
    let (log, nodes) = log_of(&leaves(5));
    let published = log.publish(&key()).unwrap();
    assert_eq!(prove(&leaf(5), &published, 0, &nodes), Err(Fault::NoSuchLeaf { index: 5, size: 5 }));
}

#[test]
fn a_memory_younger_than_the_checkpoint_takes_a_newer_checkpoint() {
    let (log, nodes) = log_of(&leaves(5));
    let published = log.publish(&key()).unwrap();
    assert_eq!(prove(&leaf(4), &published, 6, &nodes), Err(Fault::NotGrown { old: 6, new: 5 }));
}

#[test]
fn a_lost_node_is_our_fault_and_named() {
    let (log, mut nodes) = log_of(&leaves(8));
    let published = log.publish(&key()).unwrap();
    let lost = NodeAt { level: 1, index: 3 };
    nodes.0.remove(&lost);
    let fault = prove(&leaf(4), &published, 0, &nodes).unwrap_err();
    assert_eq!(fault, Fault::NodeMissing(lost));
    assert!(fault.to_string().starts_with("our log lost its node 3 at level 1"));
}

/// Counts what it is asked.
struct Counting(Map, Cell<usize>);

impl Nodes for Counting {
    fn node(&self, at: NodeAt) -> Option<Digest> {
        self.1.set(self.1.get() + 1);
        self.0.node(at)
    }
}

/// The most nodes that proofs of such leaves ask the store for.
fn most_asked(size: u64, leaves: impl Iterator<Item = u64>, nodes: &Counting, seen: &Seen) -> usize {
    let published = log_of(&self::leaves(size)).0.publish(&key()).unwrap();
    let asked = |index| {
        nodes.1.set(0);
        let over = seen.over(nodes);
        assert_eq!(prove(&leaf(index), &published, 0, &over), prove(&leaf(index), &published, 0, &nodes.0));
        nodes.1.get()
    };
    leaves.map(asked).max().unwrap()
}

#[test]
fn a_proof_asks_the_store_for_a_few_nodes_however_long_the_log() {
    const SIZE: u64 = 90_011;
    let nodes = Counting(log_of(&leaves(SIZE)).1, Cell::new(0));
    let seen = Seen::default();
    assert_eq!(most_asked(SIZE, [SIZE / 3].into_iter(), &nodes, &seen), 16 + 11, "nothing was seen before");
    // More nodes than are remembered: the lowest make room for those above them.
    most_asked(SIZE, (0..SIZE).step_by(2), &nodes, &seen);
    let most = most_asked(SIZE, (0..SIZE).step_by(97), &nodes, &seen);
    assert!(most <= 3, "{most}");
}

#[test]
fn what_the_store_does_not_have_is_not_remembered() {
    let all = leaves(300);
    let (log, full) = log_of(&all);
    let published = log.publish(&key()).unwrap();
    let (seen, mut nodes) = (Seen::default(), full.clone());
    let lost = NodeAt { level: 0, index: 122 };
    nodes.0.remove(&lost);
    let missing = Err(Fault::NodeMissing(lost));
    assert_eq!(prove(&leaf(123), &published, 7, &seen.over(&nodes)), missing);
    assert_eq!(prove(&leaf(123), &published, 7, &seen.over(&nodes)), missing);
    let proof = prove(&leaf(123), &published, 7, &seen.over(&full)).unwrap();
    assert!(convinces(&proof, &all[123], None));
    // And what it had once is not asked for again.
    assert_eq!(prove(&leaf(123), &published, 7, &seen.over(&nodes)), Ok(proof));
}

proptest! {
    #[test]
    fn a_changed_proof_convinces_nobody(size in 2u64..200, index in 0u64..200, at in 0usize..8, bit in 0u8..8) {
        let index = index % size;
        let all = leaves(size);
        let (log, nodes) = log_of(&all);
        let mut proof = prove(&leaf(index), &log.publish(&key()).unwrap(), 0, &nodes).unwrap();
        let data = all[usize::try_from(index).unwrap()];
        prop_assert!(convinces(&proof, &data, None));
        let at = at % proof.path.len();
        proof.path[at].0[7] ^= 1 << bit;
        prop_assert!(!convinces(&proof, &data, None));
    }
}
