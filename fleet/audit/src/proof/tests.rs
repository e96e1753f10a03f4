use alloc::{string::ToString, vec::Vec};

use crypto::merkle::{NodeAt, leaf_hash, verify_consistency, verify_inclusion};
use proptest::prelude::*;

use super::*;
use crate::checkpoint::tests::{key, known, log_of};

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
