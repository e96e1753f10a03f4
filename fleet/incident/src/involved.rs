//! One box in one incident: what happened to it, what it did by itself, and what it owes before it is believed.
//!
//! Everything in it is bounded: a storm makes counts grow and nothing else.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};
use vocab::{
    DeviceId, EventId, Label, Posture, Receipt, SensorName, TamperEvent, TamperState, Wall, ZoneName, receipt,
};

use crate::{
    mistake::Mistake,
    place::Place,
    said::Arrival,
    settle::{Failure, Verdict},
};

mod parts;

pub use parts::{Act, Deed, Expected, Fold, Forked, Latched, Lost, Progress, Quiet, Released, RolledBack};

/// Most kinds of event in a zone that are told apart.
const EVENTS_LIMIT: usize = 64;
/// Most latches that are told apart; a device itself keeps 32.
const LATCHES_LIMIT: usize = 64;
/// Most acts that are told apart.
const DEEDS_LIMIT: usize = 32;

/// A box and its part in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Involved {
    /// Which.
    #[n(0)]
    pub device: DeviceId,
    /// What people call it; none where the inventory does not know it.
    #[n(1)]
    pub label: Option<Label>,
    /// In which cabinet it stands.
    #[n(2)]
    pub cabinet: Option<Label>,
    /// What happened to it, by zone and kind, in the order in which it came.
    #[n(3)]
    pub events: Vec<Fold>,
    /// Events beyond those.
    #[n(4)]
    pub more: u64,
    /// What latched it.
    #[n(5)]
    pub latches: Vec<Latched>,
    /// What it did by itself.
    #[n(6)]
    pub deeds: Vec<Deed>,
    /// How far it drew itself in.
    #[n(7)]
    pub posture: Option<Posture>,
    /// Another machine speaks as this box.
    #[n(8)]
    pub forked: Option<Forked>,
    /// The numbers of the entries that it lost.
    #[n(9)]
    pub lost: Option<Lost>,
    /// It came back with an older state.
    #[n(10)]
    pub rolled_back: Option<RolledBack>,
    /// It said nothing.
    #[n(11)]
    pub quiet: Option<Quiet>,
    /// Since when its identity is suspended because of this.
    #[n(12)]
    pub suspended: Option<Wall>,
    /// Since when its identity is revoked.
    #[n(13)]
    pub revoked: Option<Wall>,
    /// The state that is to bring it back.
    #[n(14)]
    pub expected: Option<Expected>,
    /// What it reported of that state.
    #[n(15)]
    pub progress: Progress,
    /// The number of the entry that made it worse last, or of the one with which it goes on where that is lost; a proof
    /// must lie at or after it. Zero where no entry did.
    #[n(16)]
    pub seq: u64,
    /// Whether it has proved itself since.
    #[n(17)]
    pub verdict: Verdict,
    /// Senses with which it went on duty and of which its beats say nothing any more.
    #[n(18)]
    #[cbor(default)]
    pub gone: Vec<SensorName>,
}

/// How far one box has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Open,
    Contained,
    Recovering,
    Verified,
}

impl Involved {
    pub(crate) fn new(device: DeviceId, place: Option<&Place>) -> Self {
        Self {
            device,
            label: place.map(|place| place.label.clone()),
            cabinet: place.and_then(|place| place.cabinet.clone()),
            events: Vec::new(),
            more: 0,
            latches: Vec::new(),
            deeds: Vec::new(),
            posture: None,
            forked: None,
            lost: None,
            rolled_back: None,
            quiet: None,
            suspended: None,
            revoked: None,
            expected: None,
            progress: Progress::default(),
            seq: 0,
            verdict: Verdict::Pending,
            gone: Vec::new(),
        }
    }

    /// Whether this event is among its events or latches.
    pub fn holds(&self, event: EventId) -> bool {
        self.events.iter().any(|fold| fold.event == event || fold.latest == event)
            || self.latches.iter().any(|latch| latch.event == event)
    }

    /// The latches that nothing has released.
    pub fn latched(&self) -> impl Iterator<Item = &Latched> {
        self.latches.iter().filter(|latch| latch.released.is_none())
    }

    pub(crate) fn stage(&self) -> Stage {
        let drawn_in = self.posture.is_some_and(|posture| posture >= Posture::Guarded)
            || self.deeds.iter().any(|deed| deed.outcome == receipt::Outcome::Done);
        let on_its_way = self.expected.is_some()
            || self.quiet.is_some_and(|quiet| quiet.back.is_some())
            || (!self.latches.is_empty() && self.latched().next().is_none());
        if self.revoked.is_some() || matches!(self.verdict, Verdict::Verified { .. }) {
            Stage::Verified
        } else if on_its_way {
            Stage::Recovering
        } else if self.suspended.is_some() || drawn_in {
            Stage::Contained
        } else {
            Stage::Open
        }
    }

    /// Whether no proof brings it back before people have decided: over a latch, a second machine or a lost sense.
    pub(crate) fn waits_for_people(&self) -> bool {
        let owes = self.revoked.is_none() && !matches!(self.verdict, Verdict::Verified { .. });
        let expected = |latch: &Latched| {
            self.expected.as_ref().is_some_and(|expected| expected.releases.contains(&latch.event))
        };
        let latched = self.latched().any(|latch| !expected(latch));
        owes && (latched || !self.gone.is_empty() || self.forked.is_some() && self.expected.is_none())
    }

    /// Whether it has proved itself and something else still suspends its identity.
    pub(crate) fn is_held(&self) -> bool {
        matches!(self.leaves(), Some(Mistake::StillSuspended(_)))
    }

    /// What closing would leave behind.
    pub(crate) fn leaves(&self) -> Option<Mistake> {
        if self.revoked.is_some() {
            return None;
        }
        if let Some(latch) = self.latched().next() {
            return Some(Mistake::StillLatched(self.device, latch.event));
        }
        if self.suspended.is_some() {
            return Some(Mistake::StillSuspended(self.device));
        }
        let silent = self.quiet.is_some_and(|quiet| quiet.back.is_none());
        silent.then_some(Mistake::StillSilent(self.device))
    }

    /// Something bad happened to it: whatever it had proved, it must prove again.
    pub(crate) fn worsen(&mut self, seq: u64) {
        self.seq = seq;
        self.verdict = Verdict::Pending;
        self.expected = None;
        self.progress = Progress::default();
    }

    /// Takes an event in, as one more of its kind where there is one.
    pub(crate) fn fold(&mut self, event: &TamperEvent, arrival: Arrival) {
        let same = |fold: &&mut Fold| fold.kind == event.kind && fold.zone == event.location;
        if let Some(fold) = self.events.iter_mut().find(same) {
            fold.latest = event.id;
            fold.times = fold.times.saturating_add(1);
            fold.severity = fold.severity.max(event.severity);
            fold.confidence = fold.confidence.max(event.confidence);
            fold.verification = fold.verification.max(event.verification);
        } else if self.events.len() < EVENTS_LIMIT {
            self.events.push(Fold {
                event: event.id,
                latest: event.id,
                kind: event.kind,
                zone: event.location.clone(),
                at: event.at,
                times: 1,
                severity: event.severity,
                confidence: event.confidence,
                verification: event.verification,
                arrival,
            });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// The box itself counted repeats of an event: so many since then.
    pub(crate) fn repeated(&mut self, event: EventId, times: u32) {
        if let Some(fold) = self.events.iter_mut().find(|fold| fold.event == event || fold.latest == event) {
            fold.times = fold.times.max(u64::from(times) + 1);
        }
    }

    pub(crate) fn latch(&mut self, event: EventId, zone: &ZoneName, state: TamperState, seq: u64) {
        let latch = Latched {
            event,
            zone: zone.clone(),
            state,
            seq,
            released: None,
            forgotten: false,
            forgiven: None,
        };
        if let Some(known) = self.latches.iter_mut().find(|known| known.event == event) {
            *known = latch;
            return;
        }
        if self.latches.len() == LATCHES_LIMIT {
            // Of a latch that the box still knows it will say itself what becomes of it.
            let released = self.latches.iter().position(|one| one.released.is_some());
            let known = || self.latches.iter().position(|one| !one.forgotten);
            let gives_way = released.or_else(known).unwrap_or(0);
            self.latches.remove(gives_way);
        }
        self.latches.push(latch);
    }

    /// Whether any of it was told by an entry behind this number.
    pub(crate) fn reaches(&self, from: u64) -> bool {
        let told = |latch: &Latched| latch.seq >= from || latch.released.is_some_and(|by| by.seq > from);
        self.seq > from || self.latches.iter().any(told)
    }

    /// Its entries from this number on are lost, and with them what latched it. Others will have their numbers: what
    /// made it worse, and what was released, is answered for by the entry with which it goes on.
    pub(crate) fn forget(&mut self, from: u64) {
        self.seq = self.seq.min(from);
        for latch in &mut self.latches {
            if latch.seq >= from {
                latch.seq = 0;
                latch.forgotten |= latch.released.is_none();
            }
            if let Some(released) = &mut latch.released {
                released.seq = released.seq.min(from);
            }
        }
    }

    /// Notes that every latch for which `gone` holds is released; gives their events.
    pub(crate) fn release(&mut self, gone: impl Fn(&Latched) -> bool, released: Released) -> Vec<EventId> {
        let open = self.latches.iter_mut().filter(|latch| latch.released.is_none());
        let mut events = Vec::new();
        for latch in open.filter(|latch| gone(latch)) {
            latch.released = Some(released);
            events.push(latch.event);
        }
        events
    }

    /// A receipt of the box's own reflex.
    pub(crate) fn does(&mut self, receipt: &Receipt) {
        let deed = Deed { action: receipt.action.clone(), outcome: receipt.outcome.clone(), at: receipt.at };
        let Some(known) = self.deeds.iter().position(|known| known.action == deed.action) else {
            if self.deeds.len() < DEEDS_LIMIT {
                self.deeds.push(deed);
            }
            return;
        };
        // An intention that follows an outcome is the same act, to be done again.
        let again =
            deed.outcome == receipt::Outcome::Intended && self.deeds[known].outcome == receipt::Outcome::Done;
        if !again {
            self.deeds[known] = deed;
        }
    }

    pub(crate) fn expect(&mut self, expected: Expected) {
        let consented = |latch: &&mut Latched| latch.forgotten && expected.releases.contains(&latch.event);
        for latch in self.latches.iter_mut().filter(consented) {
            // With the latch, and not only in what is expected: whatever else happens until then, people did consent.
            latch.forgiven = latch.forgiven.or(Some(expected.generation));
        }
        self.expected = Some(expected);
        self.progress = Progress::default();
        self.verdict = Verdict::Pending;
    }

    /// A receipt of an act that a state asked for.
    pub(crate) fn reports(&mut self, receipt: &Receipt) {
        let act = Act { id: receipt.id, action: receipt.action.clone() };
        let Progress { begun, failed, .. } = &mut self.progress;
        begun.retain(|known| known.id != act.id);
        match receipt.outcome {
            receipt::Outcome::Intended if begun.len() < DEEDS_LIMIT => begun.push(act),
            receipt::Outcome::Failed | receipt::Outcome::TimedOut | receipt::Outcome::Withheld(_) => {
                failed.retain(|known| known.action != act.action);
                if failed.len() < DEEDS_LIMIT {
                    failed.push(act);
                }
            }
            _ => failed.retain(|known| known.action != act.action),
        }
    }

    pub(crate) fn judged(&mut self, verdict: Verdict) {
        self.verdict = verdict;
    }

    /// Why it failed last.
    pub fn failure(&self) -> Option<&Failure> {
        if let Verdict::Failed { why, .. } = &self.verdict { Some(why) } else { None }
    }
}

#[cfg(test)]
mod tests;
