//! Settles a box: what it reported and a fresh proof, together, say whether it came back.
//!
//! What it reported was taken from chained entries as they came; the proof is demanded here. Neither is believed
//! without the other.

use alloc::string::String;

use admit::Attested;
use minicbor::{Decode, Encode};
use vocab::{Action, EventId, Generation, Wall};

use crate::{
    incident::{Incident, What},
    involved::Involved,
};

/// Whether a box has proved itself since it was made worse.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Verdict {
    /// Not yet.
    #[n(0)]
    Pending,
    /// It has.
    #[n(1)]
    Verified {
        /// What it obeys.
        #[n(0)]
        generation: Generation,
        /// When it was asked.
        #[n(1)]
        asked: Wall,
    },
    /// It tried, and it is not as it should be. A later proof may still do better.
    #[n(2)]
    Failed {
        /// Why.
        #[n(0)]
        why: Failure,
        /// When that was known.
        #[n(1)]
        at: Wall,
    },
}

/// Why a box is not back.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Failure {
    /// An act that the state asked for did not work.
    #[n(0)]
    Act(#[n(0)] Action),
    /// The state was adopted and this event still latches.
    #[n(1)]
    LatchHeld(#[n(0)] EventId),
    /// It obeys another state than the one that was published under that generation.
    #[n(2)]
    OtherState(#[n(0)] Generation),
    /// It refused the state, with this code.
    #[n(3)]
    Refused(#[n(0)] String),
}

/// What a box still owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The outcome of an act that it began.
    Act(Action),
    /// The adoption of this generation.
    Adoption(Generation),
    /// A newer proof than this one.
    Proof,
    /// A decision of people: what is to bring this box back.
    Plan,
    /// The release of this latch.
    Release(EventId),
}

/// What became of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The box failed.
    Failed(Failure),
    /// The box has no part in this incident, or nothing more to prove.
    Nothing,
    /// The box is back.
    Verified,
    /// Something is still to come.
    Waiting(Missing),
}

/// Judges one box of an incident by its proof, and notes the verdict.
pub fn settle(incident: &mut Incident, proof: &Attested, now: Wall) -> Settlement {
    let device = proof.device;
    let Some(one) = incident.find(device).filter(|one| owes(one)) else { return Settlement::Nothing };
    let settlement = judge(one, proof);
    let (verdict, step) = match &settlement {
        Settlement::Verified => {
            let (generation, asked) = (proof.generation, proof.asked);
            (Verdict::Verified { generation, asked }, What::Verified { device, generation })
        }
        Settlement::Failed(why) if one.failure() != Some(why) => {
            (Verdict::Failed { why: why.clone(), at: now }, What::Failed { device, why: why.clone() })
        }
        _ => return settlement,
    };
    one.judged(verdict);
    incident.step(step, now);
    settlement
}

fn owes(one: &Involved) -> bool {
    one.revoked.is_none() && !matches!(one.verdict, Verdict::Verified { .. })
}

fn judge(one: &Involved, proof: &Attested) -> Settlement {
    if let Some(missing) = fresh(one, proof) {
        return Settlement::Waiting(missing);
    }
    // A second machine answers as well as the first: people decide which of them is the box. And who misses a sense
    // proves that it is what it is, which is less than it was. No state that comes meanwhile changes that.
    if one.forked.is_some() && one.expected.is_none() || !one.gone.is_empty() {
        return Settlement::Waiting(Missing::Plan);
    }
    match &one.expected {
        Some(expected) => {
            if let Some(code) = &one.progress.refused {
                return Settlement::Failed(Failure::Refused(code.clone()));
            }
            if proof.generation < expected.generation {
                return Settlement::Waiting(Missing::Adoption(expected.generation));
            }
            if proof.generation == expected.generation && proof.state != Some(expected.state) {
                return Settlement::Failed(Failure::OtherState(expected.generation));
            }
            reported(one, proof)
        }
        None => reported(one, proof),
    }
}

/// The proof must have been asked for after the silence began, and stand on all that made the box worse.
fn fresh(one: &Involved, proof: &Attested) -> Option<Missing> {
    let stale = one.quiet.is_some_and(|quiet| proof.asked < quiet.since) || proof.position.seq < one.seq;
    if stale {
        return Some(Missing::Proof);
    }
    one.rolled_back.filter(|back| proof.generation < back.adopted).map(|back| Missing::Adoption(back.adopted))
}

/// What the journal says of the state that was adopted: every latch released, every act done.
fn reported(one: &Involved, proof: &Attested) -> Settlement {
    if let Some(latch) = one.latched().next() {
        let ordered = one.expected.as_ref().is_some_and(|expected| expected.releases.contains(&latch.event));
        let event = latch.event;
        let failed = || Settlement::Failed(Failure::LatchHeld(event));
        return if ordered { failed() } else { Settlement::Waiting(Missing::Release(event)) };
    }
    let last = one.latches.iter().filter_map(|latch| latch.released).map(|released| released.seq).max();
    if last.is_some_and(|seq| proof.position.seq < seq) {
        return Settlement::Waiting(Missing::Proof);
    }
    if let Some(act) = one.progress.failed.first() {
        return Settlement::Failed(Failure::Act(act.action.clone()));
    }
    match one.progress.begun.first() {
        Some(act) => Settlement::Waiting(Missing::Act(act.action.clone())),
        None => Settlement::Verified,
    }
}

#[cfg(test)]
mod tests;
