//! Shows that our proofs are those of RFC 9162: public vectors, another implementation, and every way to lie.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::{cell::Cell, fmt};
use std::io::Read;

use ct_merkle::{ConsistencyProof, InclusionProof, mem_backed_tree::MemoryBackedTree};
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::note::base64;

/// A log with its stored nodes, as a store keeps them.
#[derive(Default)]
struct Log {
    frontier: Frontier,
    nodes: BTreeMap<NodeAt, Digest>,
}

impl Log {
    fn of(size: u64) -> Self {
        let mut log = Self::default();
        (0..size).for_each(|i| log.append(&i.to_be_bytes()));
        log
    }

    fn append(&mut self, data: &[u8]) {
        self.nodes.extend(self.frontier.append(leaf_hash(data)));
    }

    fn root_at(&self, size: u64) -> Root {
        Frontier::at(size, self).unwrap().root()
    }
}

impl Nodes for Log {
    fn node(&self, at: NodeAt) -> Option<Digest> {
        self.nodes.get(&at).copied()
    }
}

fn leaf(index: u64) -> LeafHash {
    leaf_hash(&index.to_be_bytes())
}

const LARGEST_EXHAUSTIVE: u64 = 65;

#[test]
fn roots_are_those_of_certificate_transparency() {
    let leaves: [&[u8]; 8] = [
        &[],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::new();
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(std::format!("{}", frontier.root()), nothing);
    for (leaf, root) in leaves.iter().zip(roots) {
        frontier.append(leaf_hash(leaf));
        assert_eq!(std::format!("{}", frontier.root()), root);
    }
}

#[test]
fn public_inclusion_vectors_fail_exactly_where_they_say_so() {
    let Some(folder) = data::find("merkle") else { return };
    let packed = std::fs::File::open(folder.join("inclusion.tar.gz")).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    let (mut good, mut bad) = (0, 0);
    for file in archive.entries().unwrap() {
        let mut file = file.unwrap();
        if !file.header().entry_type().is_file() {
            continue;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let vector: serde_json::Value = serde_json::from_str(&text).unwrap();
        let refused = try_vector(&vector).is_err();
        assert_eq!(refused, vector["wantErr"].as_bool().unwrap(), "{:?}", file.path().unwrap());
        if refused { bad += 1 } else { good += 1 }
    }
    let all = std::env::var_os("WRALE_DATA").is_none();
    assert!(if all { (good, bad) == (6, 92) } else { good > 0 && bad > 0 }, "{good} good, {bad} bad");
}

fn try_vector(vector: &serde_json::Value) -> Result<(), Refusal> {
    let bytes = |value: &serde_json::Value| base64::decode(value.as_str().unwrap()).unwrap();
    let proof = vector["proof"].as_array().cloned().unwrap_or_default();
    let proof: Vec<Digest> = proof.iter().map(|value| hash(&bytes(value))).collect::<Result<_, _>>()?;
    let leaf = LeafHash(hash(&bytes(&vector["leafHash"]))?);
    let root = Root(hash(&bytes(&vector["root"]))?);
    let (index, size) = (vector["leafIdx"].as_u64().unwrap(), vector["treeSize"].as_u64().unwrap());
    verify_inclusion(leaf, index, size, &proof, root)
}

#[test]
fn proofs_are_those_of_another_implementation_at_every_size() {
    let mut log = Log::default();
    let mut oracle = MemoryBackedTree::<Sha256, [u8; 8]>::new();
    let mut roots = Vec::from([oracle.root()]);
    for size in 1..=LARGEST_EXHAUSTIVE {
        log.append(&(size - 1).to_be_bytes());
        oracle.push((size - 1).to_be_bytes());
        let root = oracle.root();
        assert_eq!(log.frontier.root().0.as_bytes()[..], root.as_bytes()[..]);
        for index in 0..size {
            let proof = inclusion_proof(index, size, &log).unwrap();
            let theirs = oracle.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(flat(&proof), theirs.as_bytes());
            assert_eq!(verify_inclusion(leaf(index), index, size, &proof, log.frontier.root()), Ok(()));
            let ours = InclusionProof::<Sha256>::from_bytes(flat(&proof));
            root.verify_inclusion(&index.to_be_bytes(), index, &ours).unwrap();
        }
        for (old, old_root) in (0..).zip(&roots).skip(1) {
            let proof = consistency_proof(old, size, &log).unwrap();
            let theirs = oracle.prove_consistency(usize::try_from(size - old).unwrap());
            assert_eq!(flat(&proof), theirs.as_bytes());
            let verdict = verify_consistency(old, log.root_at(old), size, log.frontier.root(), &proof);
            assert_eq!(verdict, Ok(()), "{old} to {size}");
            let ours = ConsistencyProof::<Sha256>::try_from_bytes(flat(&proof)).unwrap();
            root.verify_consistency(old_root, &ours).unwrap();
        }
        roots.push(root);
    }
}

fn flat(proof: &[Digest]) -> Vec<u8> {
    proof.iter().flat_map(|hash| hash.0).collect()
}

#[test]
fn an_inclusion_proof_holds_for_its_own_leaf_index_size_and_root_alone() {
    for size in 1..=33 {
        let (log, next) = (Log::of(size), Log::of(size + 1));
        let root = log.frontier.root();
        for index in 0..size {
            let proof = inclusion_proof(index, size, &log).unwrap();
            let verify = |proof: &[Digest]| verify_inclusion(leaf(index), index, size, proof, root);
            for i in 0..proof.len() {
                let mut altered = proof.clone();
                altered[i].0[i] ^= 1;
                assert_eq!(verify(&altered), Err(Refusal::OtherRoot));
                assert_eq!(verify(&proof[..i]), Err(Refusal::ProofTooShort));
            }
            assert_eq!(verify(&[&proof[..], &[root.0]].concat()), Err(Refusal::ProofTooLong));
            let other = verify_inclusion(leaf(size), index, size, &proof, root);
            assert_eq!(other, Err(Refusal::OtherRoot));
            for wrong in (0..size).filter(|&wrong| wrong != index) {
                assert!(verify_inclusion(leaf(index), wrong, size, &proof, root).is_err());
            }
            let beyond = Refusal::IndexBeyondTree { index: size, size };
            assert_eq!(verify_inclusion(leaf(index), size, size, &proof, root), Err(beyond));
            let grown = verify_inclusion(leaf(index), index, size, &proof, next.frontier.root());
            assert_eq!(grown, Err(Refusal::OtherRoot));
        }
    }
    let none = Refusal::IndexBeyondTree { index: 0, size: 0 };
    assert_eq!(verify_inclusion(leaf(0), 0, 0, &[], Root::of_nothing()), Err(none));
}

#[test]
fn a_consistency_proof_holds_for_its_own_two_trees_alone() {
    let strange = Root(leaf(99).0);
    for new in 2..=33 {
        let log = Log::of(new);
        let new_root = log.frontier.root();
        for old in 1..new {
            let old_root = log.root_at(old);
            let proof = consistency_proof(old, new, &log).unwrap();
            let verify = |proof: &[Digest]| verify_consistency(old, old_root, new, new_root, proof);
            for i in 0..proof.len() {
                let mut altered = proof.clone();
                altered[i].0[i] ^= 1;
                assert!(matches!(verify(&altered), Err(Refusal::OldRoot | Refusal::OtherRoot)));
                assert_eq!(verify(&proof[..i]), Err(Refusal::ProofTooShort), "{old} to {new}");
            }
            assert_eq!(verify(&[&proof[..], &[new_root.0]].concat()), Err(Refusal::ProofTooLong));
            let forked = verify_consistency(old, strange, new, new_root, &proof).unwrap_err();
            // From a whole subtree the old root is itself the start, so a wrong one leads to another new root.
            assert_eq!(forked, if old.is_power_of_two() { Refusal::OtherRoot } else { Refusal::OldRoot });
            assert_eq!(verify_consistency(old, old_root, new, strange, &proof), Err(Refusal::OtherRoot));
        }
    }
}

#[test]
fn a_log_that_shrinks_forks_or_lies_about_being_empty_is_refused_with_that_reason() {
    let (empty, one, two) = (Root::of_nothing(), Log::of(1).frontier.root(), Log::of(2).frontier.root());
    assert_eq!(verify_consistency(2, two, 1, one, &[]), Err(Refusal::Shrunk { old: 2, new: 1 }));
    assert_eq!(verify_consistency(2, two, 2, one, &[]), Err(Refusal::OtherRootAtSameSize));
    assert_eq!(verify_consistency(0, one, 2, two, &[]), Err(Refusal::EmptyRoot));
    assert_eq!(verify_consistency(0, empty, 0, one, &[]), Err(Refusal::EmptyRoot));
    assert_eq!(verify_consistency(0, empty, 2, two, &[one.0]), Err(Refusal::ProofTooLong));
    assert_eq!(verify_consistency(2, two, 2, two, &[one.0]), Err(Refusal::ProofTooLong));
    assert_eq!(verify_consistency(0, empty, 2, two, &[]), Ok(()));
    assert_eq!(verify_consistency(2, two, 2, two, &[]), Ok(()));
    assert_eq!(verify_consistency(0, empty, 0, empty, &[]), Ok(()));
}

#[test]
fn a_hash_of_another_length_is_refused_at_the_door() {
    for len in (0..70).filter(|&len| len != 32) {
        assert_eq!(hash(&std::vec![0; len]), Err(Refusal::HashLength(len)));
    }
    assert_eq!(hash(&[7; 32]), Ok(Digest([7; 32])));
}

#[test]
fn a_frontier_read_back_from_storage_goes_on_as_if_it_had_never_stopped() {
    let log = Log::of(70);
    for size in 0..70 {
        let mut frontier = Frontier::at(size, &log).unwrap();
        assert_eq!(frontier.size(), size);
        assert_eq!(frontier.root(), Log::of(size).frontier.root());
        for (at, hash) in frontier.append(leaf(size)) {
            assert_eq!(log.node(at), Some(hash));
        }
        assert_eq!(frontier, Frontier::at(size + 1, &log).unwrap());
    }
}

#[test]
fn a_lost_node_is_our_fault_and_named() {
    let mut log = Log::of(7);
    let lost = NodeAt { level: 1, index: 2 };
    log.nodes.remove(&lost);
    assert_eq!(inclusion_proof(0, 7, &log), Err(Fault::NodeMissing(lost)));
    assert_eq!(consistency_proof(4, 7, &log), Err(Fault::NodeMissing(lost)));
    assert_eq!(Frontier::at(7, &log), Err(Fault::NodeMissing(lost)));
    assert_eq!(inclusion_proof(0, 4, &log).map(|proof| proof.len()), Ok(2));
}

#[test]
fn what_the_log_does_not_hold_is_not_proved() {
    let log = Log::of(3);
    assert_eq!(inclusion_proof(3, 3, &log), Err(Fault::NoSuchLeaf { index: 3, size: 3 }));
    assert_eq!(consistency_proof(3, 2, &log), Err(Fault::NotGrown { old: 3, new: 2 }));
}

/// A tree of any size whose leaves are all alike, so that each level has one hash; it counts what is read.
struct Alike {
    levels: Vec<Digest>,
    read: Cell<usize>,
}

impl Alike {
    fn new() -> Self {
        let up = |hash: &Digest| Some(node_hash(hash, hash));
        let levels = core::iter::successors(Some(leaf(0).0), up).take(64).collect();
        Self { levels, read: Cell::new(0) }
    }
}

impl Nodes for Alike {
    fn node(&self, at: NodeAt) -> Option<Digest> {
        self.read.set(self.read.get() + 1);
        self.levels.get(at.level as usize).copied()
    }
}

/// Small and large alike.
fn any_size() -> impl Strategy<Value = u64> {
    (0u32..64, any::<u64>()).prop_map(|(shift, bits)| (bits >> shift).max(1))
}

proptest! {
    #[test]
    fn proofs_hold_at_any_size_and_read_two_nodes_a_level_at_most(
        size in any_size(),
        pick in any::<u64>(),
    ) {
        let nodes = Alike::new();
        let root = Frontier::at(size, &nodes).unwrap().root();
        let (index, old) = (pick % size, pick % size + 1);
        nodes.read.set(0);
        let proof = inclusion_proof(index, size, &nodes).unwrap();
        prop_assert!(nodes.read.get() <= 128);
        prop_assert_eq!(verify_inclusion(leaf(0), index, size, &proof, root), Ok(()));
        let old_root = Frontier::at(old, &nodes).unwrap().root();
        nodes.read.set(0);
        let proof = consistency_proof(old, size, &nodes).unwrap();
        prop_assert!(nodes.read.get() <= 128);
        prop_assert_eq!(verify_consistency(old, old_root, size, root, &proof), Ok(()));
    }

    #[test]
    fn no_claim_makes_a_verifier_panic_or_believe(
        sizes in (any_size(), any_size()),
        proof in proptest::collection::vec(any::<[u8; 32]>().prop_map(Digest), 0..80),
        roots: ([u8; 32], [u8; 32]),
    ) {
        let (one, two) = (Root(Digest(roots.0)), Root(Digest(roots.1)));
        prop_assert!(verify_inclusion(LeafHash(one.0), sizes.0, sizes.1, &proof, two).is_err() || one == two);
        prop_assert!(verify_consistency(sizes.0, one, sizes.1, two, &proof).is_err() || one == two);
    }
}

#[test]
fn every_reason_has_a_code_and_a_sentence() {
    let refusals = [
        Refusal::EmptyRoot,
        Refusal::HashLength(31),
        Refusal::IndexBeyondTree { index: 1, size: 1 },
        Refusal::OldRoot,
        Refusal::OtherRoot,
        Refusal::OtherRootAtSameSize,
        Refusal::ProofTooLong,
        Refusal::ProofTooShort,
        Refusal::Shrunk { old: 2, new: 1 },
    ];
    let faults = [
        Fault::NodeMissing(NodeAt { level: 0, index: 0 }),
        Fault::NoSuchLeaf { index: 1, size: 1 },
        Fault::NotGrown { old: 2, new: 1 },
    ];
    let said: BTreeMap<_, _> = refusals
        .iter()
        .map(|r| said(r.code(), r))
        .chain(faults.iter().map(|fault| said(fault.code(), fault)))
        .collect();
    assert_eq!(said.len(), refusals.len() + faults.len());
    assert!(said.values().all(|sentence| sentence.len() > 30));
}

fn said(code: &'static str, sentence: &dyn fmt::Display) -> (&'static str, String) {
    assert!(code.starts_with("crypto/merkle-"), "{code}");
    (code, std::format!("{sentence}"))
}
