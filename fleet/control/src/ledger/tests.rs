use crypto::{
    merkle::{leaf_hash, verify_consistency, verify_inclusion},
    note::Verifiers,
};
use store::Memory;
use vocab::{DeviceId, Wall};

use audit::{Actor, Kind, Outcome, Subject};

use super::*;

fn fleet() -> FleetName {
    "nord".parse().unwrap()
}

fn key() -> SecretKey<key::Log> {
    SecretKey::from_seed([7; 32])
}

fn open(store: &impl Store) -> Ledger {
    Ledger::open(&fleet(), &key(), store).unwrap()
}

/// Records a decision like no other; gives where it stands, and what stands there.
fn decide(ledger: &mut Ledger, number: u64, batch: &mut Batch) -> (Leaf, Digest) {
    let about = Subject::Device(DeviceId([5; 16]));
    let (actor, at) = (Actor::Fleet, Wall(1));
    let inputs = vec![Digest::of(&number.to_be_bytes())];
    let decision = Decision {
        kind: Kind::Ingest,
        at,
        actor,
        subject: about,
        inputs,
        outcome: Outcome::Done,
        reason: None,
    };
    let salts = Salts { leaf: Digest([1; 32]), personal: Digest([2; 32]) };
    let leaf = record(&decision, salts).leaf();
    let index = ledger.record(&decision, salts, batch);
    (Leaf { generation: Generation(1), salt: Digest([1; 32]), index }, leaf)
}

/// Appends a decision and commits it with the checkpoint over it.
fn grow(ledger: &mut Ledger, number: u64, store: &mut impl Store) -> (Leaf, Digest) {
    let mut batch = Batch::new();
    let made = decide(ledger, number, &mut batch);
    ledger.publish(&key(), &mut batch).unwrap();
    store.commit(batch).unwrap();
    made
}

fn convinces(proof: &Proof, data: &Digest) -> bool {
    let known = Verifiers::new(vec![audit::checkpoint::verifier(&fleet(), key().public())]).unwrap();
    let note = crypto::note::Note::parse(&proof.checkpoint).unwrap();
    let now = note.verify(&known).unwrap().checkpoint().unwrap();
    verify_inclusion(leaf_hash(data.as_bytes()), proof.index, now.size(), &proof.path, now.root()).is_ok()
}

#[test]
fn a_proof_is_the_same_whatever_was_proved_before_it() {
    let mut store = Memory::new();
    let (mut ledger, mut roots) = (open(&store), vec![]);
    for number in 0..140 {
        let (newest, data) = grow(&mut ledger, number, &mut store);
        roots.push(ledger.published().checkpoint().root());
        for remembered in [0, 1, number / 2, number, number + 1] {
            for index in [0, number / 3, number] {
                let leaf = Leaf { index, ..newest };
                let proof = ledger.prove(&leaf, remembered, &store).unwrap();
                assert_eq!(proof, open(&store).prove(&leaf, remembered, &store).unwrap());
                let (size, root) = (ledger.published_size(), ledger.published().checkpoint().root());
                assert!(index != number || convinces(&proof, &data));
                if let Some(known) = usize::try_from(remembered).unwrap().checked_sub(1) {
                    let grown = verify_consistency(remembered, roots[known], size, root, &proof.consistency);
                    assert_eq!(grown, Ok(()), "{remembered} of {size}");
                }
            }
        }
    }
}

#[test]
fn what_is_not_committed_is_in_no_proof() {
    let mut store = Memory::new();
    let mut ledger = open(&store);
    for number in 0..21 {
        let (leaf, _) = grow(&mut ledger, number, &mut store);
        ledger.prove(&leaf, number / 2, &store).unwrap();
    }
    let mut lost = Batch::new();
    let (leaf, _) = decide(&mut ledger, 1000, &mut lost);
    ledger.publish(&key(), &mut lost).unwrap();
    // The commit fails here. Whoever asked before the log is opened again would get nothing.
    let fault = ledger.prove(&leaf, 7, &store).unwrap_err();
    assert!(matches!(fault, Fault::Log(crypto::merkle::Fault::NodeMissing(_))), "{fault}");

    let mut ledger = open(&store);
    let (other, data) = grow(&mut ledger, 2000, &mut store);
    assert_eq!(other.index, leaf.index, "what was lost makes room");
    let proof = ledger.prove(&other, 7, &store).unwrap();
    assert!(convinces(&proof, &data));
    assert_eq!(proof, open(&store).prove(&other, 7, &store).unwrap());
}

#[test]
fn what_was_committed_although_the_commit_failed_is_proved() {
    let mut store = Memory::new();
    let mut ledger = open(&store);
    for number in 0..21 {
        grow(&mut ledger, number, &mut store);
    }
    let mut kept = Batch::new();
    let (leaf, data) = decide(&mut ledger, 1000, &mut kept);
    store.commit(kept).unwrap();
    // The store kept it and said that it failed, so the log is opened again.
    let mut ledger = open(&store);
    assert!(convinces(&ledger.prove(&leaf, 7, &store).unwrap(), &data));
    let (next, data) = grow(&mut ledger, 1001, &mut store);
    assert_eq!(next.index, leaf.index + 1);
    assert!(convinces(&ledger.prove(&next, 7, &store).unwrap(), &data));
}
