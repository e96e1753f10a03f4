//! Checks that a state is a leaf of the fleet's log, and that the log only grew since the device last looked.

use alloc::vec::Vec;

use crypto::{
    merkle::{self, Root},
    note::{Note, SignatureType, Verifier, Verifiers},
    signed::Verified,
};
use vocab::{FleetName, Time};
use wire::v1::{
    DeviceState, Keyset, Proof,
    body::Seen,
    proof::{STATE, leaf, origin},
};

use super::{Ground, in_time};
use crate::refusal::Refusal;

/// What the proof shows: the checkpoint to remember from now on.
pub(crate) fn verify(
    proof: &Proof,
    state: &Verified<DeviceState>,
    keyset: &Keyset,
    ground: &Ground<'_>,
) -> Result<Seen, Refusal> {
    if proof.generation != state.generation {
        return Err(Refusal::ProofNeedless(proof.generation));
    }
    let seen = checkpoint(&proof.checkpoint, &ground.pins.fleet, keyset, ground.now)?;
    let known = ground.memory.standing.seen.unwrap_or(ground.pins.checkpoint);
    if proof.from_size != known.size {
        return Err(Refusal::ProofStart { remembered: known.size, offered: proof.from_size });
    }
    let (root, old_root) = (Root(seen.root), Root(known.root));
    merkle::verify_consistency(known.size, old_root, seen.size, root, &proof.consistency)?;
    let data = leaf(STATE, &proof.salt, &state.digest());
    merkle::verify_inclusion(merkle::leaf_hash(data.as_bytes()), proof.index, seen.size, &proof.path, root)?;
    Ok(seen)
}

/// A checkpoint of this fleet's log, signed by a log key of its keyset.
pub(crate) fn checkpoint(note: &str, fleet: &FleetName, keyset: &Keyset, now: Time) -> Result<Seen, Refusal> {
    let origin = origin(fleet);
    let mut points: Vec<&[u8]> =
        keyset.log.iter().filter(|key| in_time(key, now)).map(|valid| valid.key.as_bytes()).collect();
    points.sort_unstable();
    points.dedup();
    let keys = points.into_iter().filter_map(|point| Verifier::new(&origin, SignatureType::Note, point).ok());
    // Different keys under a plain name: nothing is left that this could refuse.
    let known = Verifiers::new(keys.collect()).unwrap_or_default();
    let checkpoint = Note::parse(note)?.verify(&known)?.checkpoint()?;
    if checkpoint.origin() != origin {
        return Err(Refusal::LogOrigin);
    }
    Ok(Seen { size: checkpoint.size(), root: checkpoint.root().0 })
}
