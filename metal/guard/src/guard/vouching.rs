//! What the guard signs: its boot, its beats, its evidence; and how it says that a part of its journal was lost.

use crypto::signed::{Signed, ToSign};
use journal::{Branch, Position};
use vocab::{Mark, Millis, Mono, Nonce, SenseState, Sensor, Time, ZoneName};
use wire::v1::{Beat, Body, Boot, Evidence, evidence::Claims};

use super::Guard;
use crate::{
    effect::{Effect, Signer, Token},
    refusal::Refusal,
};

/// A chip that did not sign the boot is asked again after so long.
const SIGN_AGAIN: core::time::Duration = core::time::Duration::from_secs(1);

/// A letter that waits for its signature.
pub(crate) enum Signing {
    Boot(ToSign<Boot>),
    Evidence(Nonce, ToSign<Evidence>),
}

impl Guard {
    /// Asks the device key to say which journal key speaks for this boot.
    pub(crate) fn sign_boot(&mut self, at: Time) {
        let standing = &self.record.memory.standing;
        let boot = Boot {
            fleet: self.pins.fleet.clone(),
            device: self.pins.device,
            boot: self.record.boot(),
            journal_key: self.key.public().clone(),
            after: self.record.stands_on(),
            at,
            generation: self.obeys().generation,
            state: standing.obeyed.map(|obeyed| obeyed.state),
            opening_key: self.keys.opening,
            software: self.software.clone(),
        };
        let unsigned = ToSign::new(&boot, self.keys.device.id());
        let message = unsigned.message();
        self.sign(Signer::Device, Signing::Boot(unsigned), message);
    }

    /// A chip has signed.
    pub(super) fn signed(&mut self, now: Mono, token: Token, signature: &[u8; 64]) {
        match self.signing.remove(&token) {
            Some(Signing::Boot(unsigned)) => {
                let letter = unsigned.finish(signature);
                // A boot entry that nobody believes would spoil the chain for good.
                if letter.clone().verify(&self.keys.device, &self.pins.audience).is_err() {
                    self.sign_again = Some(now + SIGN_AGAIN);
                    return;
                }
                self.boot = Some(letter.clone());
                self.record.begin(letter, &mut self.out);
            }
            Some(Signing::Evidence(nonce, unsigned)) => {
                self.out.push(Effect::Evidence { nonce, letter: unsigned.finish(signature) });
            }
            None => {}
        }
    }

    /// A chip could not sign. Without a boot entry nothing can be written, so that is asked for again.
    pub(super) fn unsigned(&mut self, now: Mono, token: Token) {
        if let Some(Signing::Boot(_)) = self.signing.remove(&token) {
            self.sign_again = Some(now + SIGN_AGAIN);
        }
    }

    /// Asks the chip again, if that is due.
    pub(super) fn sign_again(&mut self, now: Mono) {
        if self.sign_again.take_if(|due| *due <= now).is_some() {
            self.sign_boot(self.record.began());
        }
    }

    /// Answers the fleet's challenge, once all that it must cover is durable.
    pub(super) fn attest(&mut self) {
        if !self.record.is_durable(self.adopted_at) {
            return;
        }
        let (Some(nonce), Some(position)) = (self.asked, self.record.durable()) else { return };
        self.asked = None;
        let obeys = self.obeys();
        let evidence = Evidence {
            fleet: self.pins.fleet.clone(),
            device: self.pins.device,
            nonce,
            position,
            generation: obeys.generation,
            state: obeys.state,
            opening_key: self.keys.opening,
            device_key: self.keys.device.clone(),
            claims: Claims::Software { version: self.software.clone() },
        };
        let unsigned = ToSign::new(&evidence, self.keys.attestation);
        let message = unsigned.message();
        // An older challenge that no chip has answered yet is void.
        self.signing.retain(|_, signing| !matches!(signing, Signing::Evidence(..)));
        self.sign(Signer::Attestation, Signing::Evidence(nonce, unsigned), message);
    }

    /// Signs a beat over durable entries.
    pub(super) fn seal(&mut self, now: Mono, position: Position) {
        let durable = self.record.durable().is_some_and(|durable| durable.seq >= position.seq);
        if !durable || !self.record.writes() {
            return self.refuse(Refusal::NotDurable(position.seq));
        }
        let beat = Beat {
            fleet: self.pins.fleet.clone(),
            device: self.pins.device,
            boot: self.record.boot(),
            position,
            at: self.time(now),
            generation: self.obeys().generation,
            posture: self.posture(),
            arming: self.arming(),
            senses: self.marks(now),
            causes: self.causes(),
        };
        self.out.push(Effect::Beat { position, letter: Signed::seal(&beat, &self.key) });
    }

    /// The zones in which a cause is not known to be gone, by name.
    pub fn causes(&self) -> alloc::vec::Vec<ZoneName> {
        let mut lasting: alloc::vec::Vec<ZoneName> = self.bank.lasting().cloned().collect();
        lasting.sort();
        lasting.dedup();
        lasting
    }

    /// What each sensor's word is worth now, by name.
    pub fn marks(&self, now: Mono) -> alloc::vec::Vec<Mark> {
        let mut marks: alloc::vec::Vec<Mark> =
            self.sensors.iter().map(|sensor| self.mark(sensor, now)).collect();
        marks.sort_by(|one, other| one.sensor.cmp(&other.sensor));
        marks
    }

    fn mark(&self, sensor: &Sensor, now: Mono) -> Mark {
        let liveness = self.bank.proof(&sensor.name);
        let tripped = self.record.memory.standing.tripped.iter().find(|known| known.sensor == sensor.name);
        let spoke = liveness.and_then(|known| known.heard).map(|heard| now.since(heard));
        Mark {
            sensor: sensor.name.clone(),
            channel: sensor.channel,
            state: liveness.map_or(SenseState::Silent, |known| match known.proof {
                detect::Proof::Faulted => SenseState::Faulted,
                detect::Proof::Proved => SenseState::Proved,
                detect::Proof::Silent => SenseState::Silent,
                detect::Proof::Unproved => SenseState::Unproved,
            }),
            spoke: spoke.map(|span| Millis(u32::try_from(span.as_millis()).unwrap_or(u32::MAX))),
            tripped: tripped.map(|known| known.at),
        }
    }

    /// The fleet has this and all before it.
    pub(super) fn acknowledged(&mut self, position: Position) {
        self.record.memory.standing.acknowledged = Some(position.cursor());
    }

    /// The fleet has accepted what this disk no longer has: that is said before anything is offered.
    pub(super) fn branch(&mut self, now: Mono, accepted: Position) {
        let standing = &self.record.memory.standing;
        if let Some(known) = standing.branch.filter(|known| known.resumes == accepted) {
            self.out.push(Effect::Branched(known));
            return;
        }
        let Some(lost_from) = self.lost_from(accepted) else { return self.refuse(Refusal::BranchNeedless) };
        let branch = Branch { resumes: accepted, lost_from, lost_to: accepted.seq.max(lost_from) };
        self.say(now, Body::Branch(branch));
        self.out.push(Effect::Branched(branch));
    }

    /// The first number that this disk no longer has. Of a boot that we never heard of: what follows the last
    /// boot of which the fleet is known to have something, or else what this boot began with.
    fn lost_from(&self, accepted: Position) -> Option<u64> {
        let standing = &self.record.memory.standing;
        let last_of =
            |boot| standing.boots.iter().find(|stretch| stretch.boot == boot).map(|known| known.last);
        if let Some(last) = last_of(accepted.boot) {
            return (accepted.seq > last).then_some(last + 1);
        }
        let acknowledged = standing.acknowledged.and_then(|cursor| last_of(cursor.boot));
        let began = standing.boots.last().map(|stretch| stretch.first);
        acknowledged.map(|last| last + 1).or(began)
    }

    fn sign(&mut self, key: Signer, signing: Signing, message: alloc::vec::Vec<u8>) {
        self.tokens += 1;
        let token = Token(self.tokens);
        self.signing.insert(token, signing);
        self.out.push(Effect::Sign { token, key, message });
    }
}
