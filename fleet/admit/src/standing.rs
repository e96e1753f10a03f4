//! Where an identity stands: active, suspended by what happened to its device or by people, or revoked by people.
//!
//! Suspension goes by proof alone, however it came; revocation comes by people and never goes.

use alloc::vec::Vec;
use core::fmt;

use minicbor::{Decode, Encode};
use vocab::{EventId, Generation, IncidentId, Label, PersonId, Wall};

use crate::{appraise::Attested, door::Room, refusal::Refusal};

/// Where one identity stands, and why.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Standing {
    /// What suspends it, oldest first.
    #[n(0)]
    suspensions: Vec<Suspension>,
    /// Since when it owes a new device key.
    #[n(1)]
    renewal_owed: Option<Wall>,
    /// The end.
    #[n(2)]
    revoked: Option<Revocation>,
    /// Who suspended it, where people did.
    #[n(3)]
    by_hand: Option<ByHand>,
}

/// A person suspended an identity.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ByHand {
    /// Who.
    #[n(0)]
    pub by: PersonId,
    /// Why, in their own words.
    #[n(1)]
    pub reason: Label,
    /// When.
    #[n(2)]
    pub at: Wall,
    /// When people said that it is over; the device must be asked for its proof after that.
    #[n(3)]
    pub over: Option<Wall>,
}

/// In one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Every door of its zone is open.
    Active,
    /// No longer suspended, and owes a new device key before any door opens.
    RenewalOwed,
    /// The quarantine room alone.
    Suspended,
    /// Nothing.
    Revoked,
}

/// One reason why an identity is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Suspension {
    /// What happened.
    #[n(0)]
    pub cause: Cause,
    /// Since when.
    #[n(1)]
    pub since: Wall,
    /// What undid it on the device; the proof must still follow.
    #[n(2)]
    pub released: Option<Release>,
}

/// What suspends an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Cause {
    /// A latch of High or above, set by this event.
    #[n(0)]
    Latch(#[n(0)] EventId),
    /// An incident of another kind: a fork, a forgery, or what a rule says.
    #[n(1)]
    Incident(#[n(0)] IncidentId),
    /// More causes than [`CAUSES_LIMIT`]; which ones is no longer told apart.
    #[n(2)]
    Flood,
    /// People: [`ByHand`] says who and why.
    #[n(3)]
    People,
}

/// Most causes that are told apart; a device has fewer zones than that.
pub const CAUSES_LIMIT: usize = 64;

/// What undid a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Release {
    /// The generation that ordered it.
    #[n(0)]
    pub generation: Generation,
    /// The number of the journal entry that says so; a proof must lie at or after it.
    #[n(1)]
    pub seq: u64,
}

/// Who ended an identity, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Revocation {
    /// Why.
    #[n(0)]
    pub reason: Reason,
    /// Who.
    #[n(1)]
    pub by: PersonId,
    /// When.
    #[n(2)]
    pub at: Wall,
}

/// Why an identity is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Reason {
    /// Somebody else may hold its keys.
    #[n(0)]
    KeyCompromised,
    /// Another device took its place.
    #[n(1)]
    Replaced,
    /// It left the fleet.
    #[n(2)]
    Retired,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyCompromised => "key compromised",
            Self::Replaced => "replaced",
            Self::Retired => "retired",
        })
    }
}

/// Whether a transition changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It was so already.
    Nothing,
    /// What changed makes no difference at any door.
    Noted,
    /// Every door must hear of it.
    Doors,
}

/// Whether a proof lifted a suspension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lift {
    /// Nothing was to be lifted.
    Nothing,
    /// Lifted: a renewal with a new device key comes next.
    Lifted,
    /// This cause is not undone, or the proof is older than what undid it.
    Held(Cause),
}

impl Standing {
    /// Of a device that just enrolled.
    pub(crate) const fn new() -> Self {
        Self { suspensions: Vec::new(), renewal_owed: None, revoked: None, by_hand: None }
    }

    /// In one word.
    pub const fn state(&self) -> State {
        match self {
            Self { revoked: Some(_), .. } => State::Revoked,
            Self { suspensions, .. } if !suspensions.is_empty() => State::Suspended,
            Self { renewal_owed: Some(_), .. } => State::RenewalOwed,
            _ => State::Active,
        }
    }

    /// What suspends it, oldest first.
    pub fn suspensions(&self) -> &[Suspension] {
        &self.suspensions
    }

    /// Who suspended it, where people did.
    pub const fn by_hand(&self) -> Option<&ByHand> {
        self.by_hand.as_ref()
    }

    /// How it ended.
    pub const fn revocation(&self) -> Option<&Revocation> {
        self.revoked.as_ref()
    }

    /// Something happened to the device. A cause that was undone and happens again stands anew.
    pub fn suspend(&mut self, cause: Cause, at: Wall) -> Change {
        let before = self.state();
        let known = |suspension: &Suspension| suspension.cause == cause;
        if let Some(suspension) = self.suspensions.iter_mut().find(|one| known(one)) {
            return if suspension.released.take().is_some() { Change::Noted } else { Change::Nothing };
        }
        // People, and the flood itself, are told apart always.
        let room = self.suspensions.len() < CAUSES_LIMIT || matches!(cause, Cause::Flood | Cause::People);
        if !room {
            return self.suspend(Cause::Flood, at);
        }
        self.suspensions.push(Suspension { cause, since: at, released: None });
        self.told(before)
    }

    /// A person suspends it, also where something else does already. Of two people the first counts, until it is over.
    pub fn suspend_by_hand(&mut self, by: PersonId, reason: Label, at: Wall) -> Change {
        let changed = self.suspend(Cause::People, at);
        if changed != Change::Nothing {
            self.by_hand = Some(ByHand { by, reason, at, over: None });
        }
        changed
    }

    /// People say that what they suspended it for is over. The proof must still follow, asked for after this.
    pub fn end_by_hand(&mut self, release: Release, at: Wall) -> Change {
        match &mut self.by_hand {
            Some(by_hand) if by_hand.over.is_none() => {
                by_hand.over = Some(at);
                self.release(Cause::People, release);
                Change::Noted
            }
            _ => Change::Nothing,
        }
    }

    /// The device's journal, or for an incident people, say that a cause is undone. The proof must still follow.
    pub fn release(&mut self, cause: Cause, release: Release) -> Change {
        match self.suspensions.iter_mut().find(|one| one.cause == cause) {
            Some(suspension) if suspension.released != Some(release) => {
                suspension.released = Some(release);
                Change::Noted
            }
            _ => Change::Nothing,
        }
    }

    /// The device has proved itself: lifts the suspension if the proof covers every release.
    ///
    /// It covers one at its generation or a later one, given at its journal entry or a later one.
    pub fn lift(&mut self, proof: &Attested, at: Wall) -> Lift {
        if self.state() != State::Suspended {
            return Lift::Nothing;
        }
        let covered =
            |release: &Release| proof.generation >= release.generation && proof.position.seq >= release.seq;
        let over = self.by_hand.as_ref().and_then(|by_hand| by_hand.over);
        let fresh = |cause: Cause| cause != Cause::People || over.is_some_and(|over| proof.asked >= over);
        let undone = |one: &Suspension| one.released.as_ref().is_some_and(covered) && fresh(one.cause);
        if let Some(held) = self.suspensions.iter().find(|one| !undone(one)) {
            Lift::Held(held.cause)
        } else {
            self.suspensions.clear();
            self.by_hand = None;
            self.renewal_owed = Some(at);
            Lift::Lifted
        }
    }

    /// People end the identity. The first reason stays.
    pub fn revoke(&mut self, revocation: Revocation) -> Change {
        let before = self.state();
        self.revoked.get_or_insert(revocation);
        self.told(before)
    }

    /// The device came back by a re-proof, and has proved itself since: it owes a new key, as after a suspension. No
    /// other way leads from such a certificate to the ordinary one.
    pub fn owe_renewal(&mut self, at: Wall) -> Change {
        let before = self.state();
        if before != State::Active {
            return Change::Nothing;
        }
        self.renewal_owed = Some(at);
        self.told(before)
    }

    /// The device has a new key.
    pub(crate) fn renewed(&mut self) {
        self.renewal_owed = None;
    }

    /// Where this identity stands with a certificate of this usage at a door of this place.
    pub(crate) fn room(&self, certificate: Certificate, place: Place) -> Result<Room, Refusal> {
        if let Some(revocation) = &self.revoked {
            return Err(Refusal::Revoked(revocation.reason));
        }
        match (self.state(), certificate, place) {
            (State::Active, Certificate::Full, _) => Ok(Room::Open),
            (_, _, Place::Hardware) => Ok(Room::Quarantine),
            (State::Active, Certificate::Quarantine, Place::Elsewhere) => Err(Refusal::QuarantineOnly),
            (State::RenewalOwed, _, Place::Elsewhere) => Err(Refusal::RenewalOwed),
            (_, _, Place::Elsewhere) => Err(Refusal::Suspended),
        }
    }

    fn told(&self, before: State) -> Change {
        if self.state() == before { Change::Noted } else { Change::Doors }
    }
}

/// What kind of certificate a device shows, read from its extended key usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certificate {
    /// The ordinary one.
    Full,
    /// From a re-proof.
    Quarantine,
}

/// Where a door stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Any other verifier of device identities; it has no quarantine room.
    Elsewhere,
    /// The hardware listener of the fleet.
    Hardware,
}

#[cfg(test)]
mod tests;
