//! What the fleet holds of one device's journal: the facts that a run is judged by.

use crypto::key::{Journal, PublicKey};
use journal::{Cursor, Head, Position};
use minicbor::{Decode, Encode};
use vocab::{BootId, Generation, Mono};

/// The record of one device's journal, wherever it is kept.
pub trait History {
    /// The last entry accepted; none before the first.
    fn accepted(&self) -> Option<Position>;

    /// The branch entry that was announced and has not come yet.
    fn owed(&self) -> Option<Owed>;

    /// The highest generation that any accepted entry adopted, lost tails included.
    fn obeyed(&self) -> Generation;

    /// The accepted entry under this key.
    fn entry(&self, cursor: &Cursor) -> Option<Kept>;

    /// The accepted entry after which the journal stood at this head.
    fn place(&self, head: &Head) -> Option<Kept>;

    /// What is known of a boot.
    fn boot(&self, boot: &BootId) -> Option<KnownBoot>;
}

/// An accepted entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub position: Position,
    /// Whether the device still has it.
    pub strand: Strand,
}

/// Whether an accepted entry is part of the journal as it goes on now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Strand {
    /// The accepted head or its ancestor.
    #[n(0)]
    Current,
    /// In a tail that the device lost; kept, and nothing may stand on it.
    #[n(1)]
    Lost,
}

/// What is known of a boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownBoot {
    /// Signs for it.
    pub journal_key: PublicKey<Journal>,
    /// Its first entry, once accepted.
    pub began: Option<Position>,
    /// The time of the last beat heard from it.
    pub heard: Option<Mono>,
}

/// A tail that the device said is lost, before its branch entry has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Owed {
    /// What the fleet had accepted: the branch entry must name it.
    #[n(0)]
    pub resumes: Position,
    /// The first number of the tail.
    #[n(1)]
    pub from: u64,
    /// The boot that announced it.
    #[n(2)]
    pub boot: BootId,
}
