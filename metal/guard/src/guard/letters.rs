//! Letters of the fleet: states, proofs and the time, as bytes, judged and then carried out.

use alloc::vec::Vec;

use crypto::{
    cbor,
    digest::Digest,
    signed::{Audience, Signed, Verified},
};
use vocab::{Generation, Mono, Severity, TamperKind, Wall, tuning::ClockTuning};
use wire::v1::{
    Body, DeviceState, FleetTime, Keyset, Proof,
    body::{Adoption, Change},
    proof,
};

use super::Guard;
use crate::{
    adopt::{self, Ground, Judgement},
    clock::Stepped,
    effect::{Effect, Lane},
    refusal::Refusal,
};

/// Refusals that are remembered so that a repeated letter is not written down each time.
const REFUSED: usize = 16;

impl Guard {
    /// A state has come.
    pub(super) fn receive_state(&mut self, now: Mono, bytes: Vec<u8>) {
        let digest = Digest::of(&bytes);
        let letter = match Signed::<DeviceState>::parse(bytes) {
            Ok(letter) => letter,
            Err(refusal) => return self.refuse(refusal.into()),
        };
        let claimed = letter.claimed().map_or(Generation::NONE, |state| state.generation);
        let believed = self.on_ground(now, |ground| adopt::believe(letter, ground));
        match believed {
            Ok(state) => self.consider(now, state),
            // It was signed by the fleet, for somebody else: that is worth a line.
            Err(refusal @ Refusal::Letter(crypto::refusal::Refusal::Audience)) => {
                self.refuse_state(now, claimed, digest, refusal);
            }
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// A proof has come, for a state that waits, for the one obeyed, or for one still on its way.
    pub(super) fn receive_proof(&mut self, now: Mono, bytes: &[u8]) {
        let proof: Proof = match cbor::decode(bytes, &proof::LIMITS) {
            Ok(proof) => proof,
            Err(malformed) => return self.refuse(Refusal::ProofMalformed(malformed)),
        };
        let (generation, obeys) = (proof.generation, self.obeys());
        if generation < obeys.generation {
            return self.refuse(Refusal::ProofNeedless(generation));
        }
        if generation > obeys.generation {
            self.proof = Some(proof);
            if let Some(state) = self.candidate.take_if(|state| state.generation == generation) {
                self.consider(now, state);
            }
            return;
        }
        if obeys.proved < generation {
            self.prove(now, &proof);
        }
        self.out.push(Effect::Obeys(self.obeys()));
    }

    /// Judges a state of the fleet, with its proof if that is here.
    fn consider(&mut self, now: Mono, state: Verified<DeviceState>) {
        self.count_repeats(now);
        let generation = state.generation;
        let proof = self.proof.clone().filter(|proof| proof.generation == generation);
        let judged = self.on_ground(now, |ground| adopt::judge(&state, proof.as_ref(), ground));
        match judged {
            // A letter without a sum is what an erased journal leaves: on a new device the sum is durable first.
            Ok(Judgement::Adopt(_)) if !self.record.is_summed() => self.wait(state),
            Ok(Judgement::Adopt(adoptable)) => self.adopt(now, state, &adoptable),
            Ok(Judgement::Again) => self.adopt_again(now, state),
            Ok(Judgement::AwaitsProof) => self.wait(state),
            Err(refusal) => {
                self.refuse_state(now, generation, state.digest(), refusal);
                // What it lacks may still come: a better proof, a closed lid, the time.
                self.wait(state);
            }
        }
    }

    /// The journal says durably where the device stands: a first state that waited for that is judged again.
    pub(super) fn summed(&mut self, now: Mono) {
        if let Some(state) = self.candidate.take() {
            self.consider(now, state);
        }
    }

    fn wait(&mut self, state: Verified<DeviceState>) {
        let newer = |waiting: &Verified<DeviceState>| waiting.generation > state.generation;
        if state.generation > self.obeys().generation && !self.candidate.as_ref().is_some_and(newer) {
            self.candidate = Some(state);
        }
    }

    /// The proof that a tightening state owed.
    fn prove(&mut self, now: Mono, proof: &Proof) {
        let Some(state) = self.state.clone() else { return };
        let seen = self.on_ground(now, |ground| {
            let keyset = adopt::keyset(&state, ground)?;
            adopt::proof::verify(proof, &state, &keyset, ground)
        });
        match seen {
            Ok(checkpoint) => {
                let body = Body::Adopted(Adoption::Proved { generation: state.generation, checkpoint });
                let at = self.time(now);
                self.record.append(at, body, Lane::Bulk, &mut self.out);
                self.owes = None;
            }
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// Refuses a state, and writes that down once; two states under one number are an event.
    fn refuse_state(&mut self, now: Mono, generation: Generation, state: Digest, refusal: Refusal) {
        let code = refusal.code();
        let forged = matches!(
            refusal,
            Refusal::GenerationForked(_)
                | Refusal::KeysetForked(_)
                | Refusal::PreviousForked(_)
                | Refusal::RosterForked(_)
        );
        self.refuse(refusal);
        if !self.is_new_refusal(state, code) {
            return;
        }
        let refused = Adoption::Refused { generation, state, code: code.into() };
        let at = self.time(now);
        self.record.append(at, Body::Adopted(refused), Lane::Bulk, &mut self.out);
        if forged {
            self.notice_own(now, TamperKind::StateForged, Severity::Medium);
        }
    }

    /// Whether this letter was not refused for this reason lately.
    pub(super) fn is_new_refusal(&mut self, letter: Digest, code: &'static str) -> bool {
        let known = self.refused.contains(&(letter, code));
        if !known {
            if self.refused.len() >= REFUSED {
                self.refused.pop_front();
            }
            self.refused.push_back((letter, code));
        }
        !known
    }

    /// The time has come, in a letter over our own question.
    pub(super) fn receive_time(&mut self, now: Mono, bytes: Vec<u8>) {
        let before = self.clock.quality();
        match self.believe_time(now, bytes) {
            Ok(()) if before == self.clock.quality() => {}
            Ok(()) => self.say_clock(now),
            Err(refusal) => self.refuse(refusal),
        }
    }

    fn believe_time(&mut self, now: Mono, bytes: Vec<u8>) -> Result<(), Refusal> {
        let letter = Signed::<FleetTime>::parse(bytes)?;
        let keyset = self.keyset();
        let key = adopt::usable(&keyset.state, letter.key_id(), self.time(now))?;
        let time = letter.verify(key, &self.pins.audience)?;
        self.clock.set(now, &time)
    }

    /// Asks the fleet for the time.
    pub(super) fn ask_time(&mut self, now: Mono) {
        let nonce = self.draw.nonce();
        self.clock.ask(now, nonce);
        self.out.push(Effect::AskTime(nonce));
    }

    /// What the machine's own clock says.
    pub(super) fn hear_clock(&mut self, now: Mono, wall: Wall) {
        let tuning: &ClockTuning = &self.tuning.clock;
        if self.clock.hear(now, wall, tuning) == Stepped::Jumped {
            self.notice_own(now, TamperKind::ClockJumped, Severity::Medium);
        }
    }

    /// What the time is worth, in an entry whose header holds it: a power cut then takes away no more.
    pub(super) fn say_clock(&mut self, now: Mono) {
        let body = Body::Change(Change::Clock(self.clock.quality()));
        let at = self.time(now);
        self.record.mention(at, body, &mut self.out);
    }

    /// The newest keyset that the root signed and that we have adopted.
    pub(super) fn keyset(&self) -> Keyset {
        let everybody = Audience::fleet(self.pins.fleet.clone());
        let adopted = self
            .state
            .as_ref()
            .and_then(|state| state.keyset.clone().verify(&self.pins.root, &everybody).ok());
        adopted.unwrap_or_else(|| self.pins.keyset.clone()).into_letter()
    }

    fn on_ground<T>(&self, now: Mono, judge: impl FnOnce(&Ground<'_>) -> T) -> T {
        judge(&Ground {
            pins: &self.pins,
            memory: &self.record.memory,
            obeyed: self.state.as_ref(),
            now: self.time(now),
            condition: &|zone| self.bank.condition(zone),
        })
    }

    /// Repeats that were counted and not written: a basis must reach them.
    fn count_repeats(&mut self, now: Mono) {
        let events: Vec<_> = self.latches().iter().map(|latch| latch.event).collect();
        for event in events {
            if let Some(again) = self.storm.unwritten(event) {
                self.repeated(now, again);
            }
        }
    }
}
