//! The log: leaves are appended, and what it holds at a moment is stated and signed (C2SP tlog-checkpoint).
//!
//! A decision and its leaf commit together: append to a clone, store the nodes with the rest, then keep the clone.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use crypto::{
    digest::Digest,
    key::{self, PublicKey, SecretKey},
    merkle::{self, Frontier, NodeAt, Nodes},
    note::{self, Checkpoint, Note, SignatureType, Verifier},
};
use vocab::FleetName;
use wire::v1::proof::origin;

/// The right edge of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    fleet: FleetName,
    frontier: Frontier,
}

/// What an append made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The leaf's index.
    pub index: u64,
    /// The nodes that are now complete, lowest first; store them all, two for each leaf on average.
    pub nodes: Vec<(NodeAt, Digest)>,
}

/// A checkpoint with the signed note that states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    checkpoint: Checkpoint,
    note: String,
}

impl Log {
    /// The log of this fleet at this size, from stored nodes.
    pub fn resume(fleet: FleetName, size: u64, nodes: &impl Nodes) -> Result<Self, merkle::Fault> {
        Ok(Self { fleet, frontier: Frontier::at(size, nodes)? })
    }

    /// How many leaves it holds.
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Appends the data of one leaf, in O(log n).
    pub fn append(&mut self, leaf: &Digest) -> Appended {
        let index = self.frontier.size();
        Appended { index, nodes: self.frontier.append(merkle::leaf_hash(leaf.as_bytes())) }
    }

    /// What it holds now.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(&origin(&self.fleet), self.frontier.size(), self.frontier.root())
            .expect("an origin made of a fleet's name is one line")
    }

    /// What it holds now, signed.
    pub fn publish(&self, key: &SecretKey<key::Log>) -> Result<Published, note::Fault> {
        let checkpoint = self.checkpoint();
        let note = Note::signed(checkpoint.to_string(), &verifier(&self.fleet, key.public()), key)?;
        Ok(Published { checkpoint, note: note.to_string() })
    }
}

impl Published {
    /// A note of ours as it was stored, verified anew.
    pub fn open(note: &str, key: &Verifier) -> Result<Self, note::Refusal> {
        let checkpoint = read(note, key)?;
        Ok(Self { checkpoint, note: note.into() })
    }

    /// What it states.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note as signed.
    pub fn note(&self) -> &str {
        &self.note
    }
}

/// The checkpoint of a note, if this key signed it.
pub(crate) fn read(note: &str, key: &Verifier) -> Result<Checkpoint, note::Refusal> {
    let known = note::Verifiers::new(Vec::from([key.clone()])).expect("one key has no twin");
    Note::parse(note)?.verify(&known)?.checkpoint()
}

/// The key by which readers believe checkpoints of this fleet; its text is the `vkey` that auditors keep.
pub fn verifier(fleet: &FleetName, key: &PublicKey<key::Log>) -> Verifier {
    Verifier::new(&origin(fleet), SignatureType::Note, key.as_bytes())
        .expect("the name is an origin of ours, and the key an Ed25519 key")
}

#[cfg(test)]
pub(crate) mod tests;
