//! Appraises evidence: who spoke, about which journal, obeying what. The only minter of [`Attested`].
//!
//! Evidence is believed at once or never; only what it says of the journal may have to wait for the journal.

use alloc::collections::BTreeSet;
use core::ops::Deref;

use crypto::{
    digest::Digest,
    seal::OpeningPublic,
    signed::{Signed, Verified},
};
use journal::{Cursor, Head, Position};
use minicbor::{Decode, Encode};
use vocab::{DeviceId, Generation, Label, Tier, Wall};
use wire::v1::{Evidence, evidence::Claims};

use crate::{challenge::Challenge, identity::Identity, refusal::Refusal};

/// What sound devices may run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Reference {
    /// Versions of the software, as it names itself.
    #[n(0)]
    pub software: BTreeSet<Label>,
}

/// What the fleet holds of one device's journal and has published for it.
pub trait History {
    /// The last entry accepted.
    fn accepted(&self) -> Option<Position>;

    /// The head after this entry, where it is the accepted entry or its ancestor; none of a tail that was lost.
    fn head_at(&self, cursor: &Cursor) -> Option<Head>;

    /// What the journal adopted last, at or below this number.
    fn adopted_at(&self, seq: u64) -> Option<Adopted>;

    /// When this generation was published for the device.
    fn published(&self, generation: Generation) -> Option<Wall>;
}

/// A state that a journal says was adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// Its generation.
    pub generation: Generation,
    /// SHA-256 of the letter as sent.
    pub state: Digest,
}

/// What evidence is judged by.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The device that was asked.
    pub identity: &'a Identity,
    /// What it may run.
    pub reference: &'a Reference,
    /// What is known of its journal.
    pub history: &'a dyn History,
}

/// What became of evidence that is believed.
#[derive(Debug)]
pub enum Appraisal {
    /// The device is sound.
    Attested(Attested),
    /// The fleet does not hold the journal up to there yet; ask [`Waiting::again`] when it holds more.
    Waiting(Waiting),
}

/// Proof that a device vouched for its journal and for what it obeys, in answer to a question of ours.
///
/// It is made by [`appraise`] alone and does not survive a restart; what the store keeps is the [`Attestation`].
#[derive(Debug, PartialEq, Eq)]
pub struct Attested(Attestation);

/// What the proof says.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Attestation {
    /// Who.
    #[n(0)]
    pub device: DeviceId,
    /// Where its journal stood; the entry is accepted.
    #[n(1)]
    pub position: Position,
    /// What it obeyed there.
    #[n(2)]
    pub generation: Generation,
    /// The digest of that state.
    #[n(3)]
    pub state: Option<Digest>,
    /// To whom secrets may be sealed; none while the vault is latched.
    #[n(4)]
    pub opening_key: Option<OpeningPublic>,
    /// What its word is worth.
    #[n(5)]
    pub tier: Tier,
    /// The software that runs.
    #[n(6)]
    pub software: Label,
    /// When it was asked: the device was like this at that time or later.
    #[n(7)]
    pub asked: Wall,
    /// When it was appraised.
    #[n(8)]
    pub at: Wall,
}

impl Attested {
    /// What the proof says, to keep.
    pub const fn attestation(&self) -> &Attestation {
        &self.0
    }
}

impl Deref for Attested {
    type Target = Attestation;

    fn deref(&self) -> &Attestation {
        &self.0
    }
}

/// Judges an answer to a challenge. The challenge is used up, whatever comes of it.
pub fn appraise(
    letter: Signed<Evidence>,
    challenge: Challenge,
    facts: &Facts<'_>,
    now: Wall,
) -> Result<Appraisal, Refusal> {
    let identity = facts.identity;
    let evidence =
        letter.verify(identity.attestation_key(), &identity.audience()).map_err(Refusal::Letter)?;
    let asked = challenge.redeem(&evidence.nonce, now)?;
    Waiting { evidence, asked }.again(facts, now)
}

/// Evidence that is believed, and waits for the journal that it speaks of.
#[derive(Clone, Debug)]
pub struct Waiting {
    evidence: Verified<Evidence>,
    asked: Wall,
}

impl Waiting {
    /// The journal entry that it waits for.
    pub fn until(&self) -> Position {
        self.evidence.position
    }

    /// Judges again, by what is known now.
    pub fn again(self, facts: &Facts<'_>, now: Wall) -> Result<Appraisal, Refusal> {
        let Claims::Software { version } = &self.evidence.claims;
        machine(&self.evidence, version, facts)?;
        if !held(&self.evidence.position, facts.history)? {
            return Ok(Appraisal::Waiting(self));
        }
        obeyed(&self.evidence, facts.history)?;
        published(self.evidence.generation, self.asked, facts.history)?;
        let software = version.clone();
        let Evidence { device, position, generation, state, opening_key, .. } = self.evidence.into_letter();
        let tier = Tier::Software;
        let asked = self.asked;
        Ok(Appraisal::Attested(Attested(Attestation {
            device,
            position,
            generation,
            state,
            opening_key,
            tier,
            software,
            asked,
            at: now,
        })))
    }
}

/// Is it the machine that enrolled, and does it run what it may?
fn machine(evidence: &Evidence, version: &Label, facts: &Facts<'_>) -> Result<(), Refusal> {
    if let Some(revocation) = facts.identity.standing().revocation() {
        return Err(Refusal::Revoked(revocation.reason));
    }
    facts.identity.certified(evidence.device_key.as_bytes())?;
    if facts.reference.software.contains(version) { Ok(()) } else { Err(Refusal::Software(version.clone())) }
}

/// Whether its head is the accepted head or an ancestor; false as long as the journal is not there yet.
fn held(at: &Position, history: &dyn History) -> Result<bool, Refusal> {
    match history.head_at(&at.cursor()) {
        Some(head) if head == at.head => Ok(true),
        Some(_) => Err(Refusal::HeadForked(at.cursor())),
        None if history.accepted().is_some_and(|accepted| accepted.seq >= at.seq) => {
            Err(Refusal::HeadOff(at.cursor()))
        }
        None => Ok(false),
    }
}

/// Is the generation the last adopted at or below that entry?
fn obeyed(evidence: &Evidence, history: &dyn History) -> Result<(), Refusal> {
    let adopted = history.adopted_at(evidence.position.seq);
    let generation = adopted.map_or(Generation::NONE, |adopted| adopted.generation);
    if evidence.generation != generation {
        return Err(Refusal::GenerationOther { said: evidence.generation, adopted: generation });
    }
    if evidence.state != adopted.map(|adopted| adopted.state) {
        return Err(Refusal::StateOther(generation));
    }
    Ok(())
}

/// Was the device asked after that generation was published? An older answer could have been prepared.
fn published(generation: Generation, asked: Wall, history: &dyn History) -> Result<(), Refusal> {
    if generation == Generation::NONE {
        return Ok(());
    }
    let published = history.published(generation).ok_or(Refusal::GenerationUnknown(generation))?;
    if asked < published { Err(Refusal::GenerationEarly(generation)) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
