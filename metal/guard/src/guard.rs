//! The machine: what happens goes in, what is to be done comes out, and every decision is a judge's.

use alloc::{
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};

use crypto::{
    digest::Digest,
    key::{Device, Journal, PublicKey, SecretKey},
    seal::OpeningPublic,
    signed::{Signed, Verified},
};
use detect::{Bank, Finding};
use journal::{Cursor, Position};
use vocab::{
    Arming, EventId, Generation, Label, Mono, Nonce, Posture, Reading, ReflexRule, Sensor, SensorName,
    TamperKind, Time, Tuning, ZoneName,
};
use wire::v1::{Body, Boot, DeviceState, Proof, standing::Latch};

use crate::{
    acts::Acts,
    boot::{Reconciling, Start, Wake},
    clock::Clock,
    draw::Draw,
    effect::{Effect, Effects, Kept, Obeys, Token},
    fuse::{Evidence, Fused},
    glimpse::Glimpse,
    input::Input,
    interlock::Interlocks,
    pins::Pins,
    record::Record,
    recorder::Recorder,
    storm::Storm,
};

mod adopting;
mod elapse;
mod hands;
mod letters;
mod senses;
mod vouching;
mod working;

use vouching::Signing;

/// One device's guard.
pub struct Guard {
    pub(crate) pins: Pins,
    pub(crate) software: Label,
    pub(crate) sensors: Vec<Sensor>,
    pub(crate) draw: Draw,
    pub(crate) clock: Clock,
    pub(crate) record: Record,
    pub(crate) out: Effects,
    /// When anything was heard last.
    pub(crate) heard: Mono,

    // What the device obeys.
    pub(crate) tuning: Tuning,
    pub(crate) reflexes: Vec<ReflexRule>,
    pub(crate) state: Option<Verified<DeviceState>>,
    pub(crate) candidate: Option<Verified<DeviceState>>,
    pub(crate) proof: Option<Proof>,
    pub(crate) owes: Option<Mono>,
    pub(crate) refused: VecDeque<(Digest, &'static str)>,
    pub(crate) armed_since: Option<Mono>,
    pub(crate) look_round: Option<Mono>,
    pub(crate) states: Vec<Kept>,
    pub(crate) arming_said: Arming,

    // What it notices.
    pub(crate) bank: Bank,
    pub(crate) evidence: Evidence,
    pub(crate) storm: Storm,
    pub(crate) recorder: Recorder,
    pub(crate) present: BTreeMap<(SensorName, TamperKind), Finding>,
    pub(crate) warnings: BTreeMap<(ZoneName, TamperKind), (Mono, Fused)>,
    pub(crate) entering: Vec<(EventId, Mono)>,
    /// What may be written when the alarm is out.
    pub(crate) later: Vec<Body>,
    pub(crate) glimpse: Glimpse,
    pub(crate) reconciling: Option<Reconciling>,

    // What it does.
    pub(crate) acts: Acts,
    pub(crate) interlocks: Interlocks,
    pub(crate) disk_stuck: bool,
    pub(crate) challenge: Option<Nonce>,

    // What it vouches for.
    pub(crate) key: SecretKey<Journal>,
    pub(crate) keys: Keys,
    pub(crate) boot: Option<Signed<Boot>>,
    pub(crate) signing: BTreeMap<Token, Signing>,
    pub(crate) tokens: u64,
    pub(crate) sign_again: Option<Mono>,
    pub(crate) asked: Option<Nonce>,
    pub(crate) adopted_at: u64,
    pub(crate) said_at: Mono,
}

/// Keys that others hold.
pub(crate) struct Keys {
    pub(crate) attestation: crypto::key::KeyId,
    pub(crate) device: PublicKey<Device>,
    pub(crate) opening: Option<OpeningPublic>,
}

impl Guard {
    /// Wakes a guard. Its first effects ask the device key for the boot entry's signature; until that has come,
    /// entries wait in their order, and acts wait no longer than ever.
    pub fn boot(now: Mono, start: Start) -> (Self, Effects) {
        let mut guard = Wake::new(now, start).guard();
        guard.elapse(now);
        let effects = core::mem::take(&mut guard.out);
        (guard, effects)
    }

    /// Takes what happened and says what is to be done, in order. `now` never goes back.
    pub fn handle(&mut self, now: Mono, input: Input) -> Effects {
        let now = now.max(self.heard);
        self.heard = now;
        match input {
            Input::Acknowledged(position) => self.acknowledged(position),
            Input::Acted { id, outcome } => self.acted(now, id, outcome),
            Input::Branch(accepted) => self.branch(now, accepted),
            Input::Challenge(nonce) => self.asked = Some(nonce),
            Input::Clock(wall) => self.hear_clock(now, wall),
            Input::Contact => self.ask_time(now),
            Input::Disk(room) => self.record.make_room(self.clock.at(now), room, &mut self.out),
            Input::Durable(entries) => self.durable(now, &entries),
            Input::Keys { device, opening } => {
                self.keys.device = device;
                self.keys.opening = opening;
            }
            Input::Learn => self.learn(now),
            Input::Proof(bytes) => self.receive_proof(now, &bytes),
            Input::Readings(readings) => self.read(now, &readings),
            Input::Seal(position) => self.seal(now, position),
            Input::Signed { token, signature } => self.signed(now, token, &signature),
            Input::State(bytes) => self.receive_state(now, bytes),
            Input::Tick => self.sense(now),
            Input::Time(bytes) => self.receive_time(now, bytes),
            Input::Undone(action) => self.undone(now, &action),
            Input::Unsigned { token } => self.unsigned(now, token),
            Input::WorkAsked => self.show_challenge(),
            Input::WorkDone => self.finish_work(now),
            Input::WorkPresented { order, presence } => self.present_work(now, order, presence),
        }
        self.elapse(now);
        core::mem::take(&mut self.out)
    }

    /// The effective posture: the strictest of the device's own latches, its lease, and what the fleet wants.
    pub fn posture(&self) -> Posture {
        self.record.memory.standing.posture
    }

    /// The effective arming state: `Service` while a work order is open.
    pub fn arming(&self) -> Arming {
        if self.record.memory.open_work().is_some() { Arming::Service } else { self.base_arming() }
    }

    /// What the fleet is told of the state obeyed.
    pub fn obeys(&self) -> Obeys {
        let standing = &self.record.memory.standing;
        let obeyed = standing.obeyed.as_ref();
        Obeys {
            generation: obeyed.map_or(Generation::NONE, |obeyed| obeyed.generation),
            state: obeyed.map(|obeyed| obeyed.state),
            proved: standing.proved,
        }
    }

    /// The state obeyed, with its sealed secrets; none before the first, or where its letter was lost.
    pub fn state(&self) -> Option<&DeviceState> {
        self.state.as_deref()
    }

    /// The boot letter, to be shown at every connect; none until the device key has signed it.
    pub const fn boot_letter(&self) -> Option<&Signed<Boot>> {
        self.boot.as_ref()
    }

    /// Every event that latches a zone, oldest first.
    pub fn latches(&self) -> &[Latch] {
        &self.record.memory.standing.latches
    }

    /// What each sense said last within the half minute, for whoever watches; no evidence.
    pub fn readings(&self) -> Vec<Reading> {
        self.recorder.last()
    }

    /// The last durable entry.
    pub const fn durable_position(&self) -> Option<Position> {
        self.record.durable()
    }

    /// The oldest entry that a later boot must replay; none as long as that is all.
    pub fn needs_from(&self) -> Option<Cursor> {
        self.record.needed()
    }

    /// The arming state under any work order. Without the letter of its state, what the journal said last.
    pub(crate) fn base_arming(&self) -> Arming {
        self.state.as_ref().map_or(self.record.memory.standing.arming, |state| state.arming)
    }

    /// The time as the guard counts it, and what it is worth.
    pub fn time(&self, now: Mono) -> Time {
        self.clock.at(now)
    }

    pub(crate) fn refuse(&mut self, refusal: crate::Refusal) {
        self.out.push(Effect::Refuse(refusal));
    }
}

#[cfg(test)]
mod tests;
