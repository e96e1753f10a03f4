//! The proof letter of one state: it is in the log, and the log only grew since the device last looked.

use crypto::{
    digest::Digest,
    merkle::{Fault, Nodes, consistency_proof, inclusion_proof},
};
use vocab::Generation;
use wire::v1::Proof;

use crate::checkpoint::Published;

/// The leaf of one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The state's generation.
    pub generation: Generation,
    /// What hides the leaf.
    pub salt: Digest,
    /// Where it stands.
    pub index: u64,
}

/// Proves a leaf under a published checkpoint to a device that remembers a log of `remembered` leaves; zero: none.
///
/// A fault is ours: the leaf is younger than the checkpoint, or the device has seen a newer one, so publish again.
pub fn prove(
    leaf: &Leaf,
    published: &Published,
    remembered: u64,
    nodes: &impl Nodes,
) -> Result<Proof, Fault> {
    let size = published.checkpoint().size();
    Ok(Proof {
        generation: leaf.generation,
        salt: leaf.salt,
        index: leaf.index,
        path: inclusion_proof(leaf.index, size, nodes)?,
        checkpoint: published.note().into(),
        from_size: remembered,
        consistency: consistency_proof(remembered, size, nodes)?,
    })
}

#[cfg(test)]
mod tests;
