//! An incident: what happened to which boxes, how far it is contained, and how it ended.
//!
//! Its state is never set: it follows from what is known of each box, so it cannot be ahead of the facts.

use alloc::{collections::BTreeSet, string::String, vec::Vec};

use minicbor::{Decode, Encode};
use policy::{evaluate::IncidentFacts, rule::IncidentKind};
use vocab::{
    Confidence, DeviceId, IncidentId, Label, PersonId, Severity, SiteName, Wall,
    tamper::{Authority, Verification},
};

use crate::{
    attempt::Attempt,
    involved::{Expected, Involved, Stage},
    mistake::Mistake,
    place::Place,
};

mod step;

pub use step::{Closing, Outcome, Step, What};

/// One incident of the fleet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Incident {
    #[n(0)]
    id: IncidentId,
    #[n(1)]
    #[cbor(with = "crate::kind")]
    kind: IncidentKind,
    #[n(2)]
    state: State,
    #[n(3)]
    severity: Severity,
    #[n(4)]
    opened: Wall,
    /// When the first and the last thing of it happened, by the devices' clocks where they can be believed.
    #[n(5)]
    first: Wall,
    #[n(6)]
    last: Wall,
    #[n(7)]
    site: Option<SiteName>,
    #[n(8)]
    boxes: Vec<Involved>,
    #[n(9)]
    history: Vec<Step>,
    #[n(10)]
    closing: Option<Closing>,
    /// What somebody tries at the doors of people, if it is about that.
    #[n(11)]
    attempt: Option<Attempt>,
}

/// How far an incident has come: as far as the box that is least far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum State {
    /// Something happened.
    #[n(0)]
    Open,
    /// It can do no more harm: the boxes have drawn themselves in or are suspended.
    #[n(1)]
    Contained,
    /// The way back has begun.
    #[n(2)]
    Recovering,
    /// Every box has proved itself since.
    #[n(3)]
    Verified,
    /// People have said what it was.
    #[n(4)]
    Closed,
}

impl Incident {
    pub(crate) fn open(
        id: IncidentId,
        kind: IncidentKind,
        site: Option<SiteName>,
        at: Wall,
        now: Wall,
    ) -> Self {
        let history = [Step { at: now, what: What::State(State::Open) }].into();
        Self {
            id,
            kind,
            state: State::Open,
            severity: Severity::Info,
            opened: now,
            first: at,
            last: at,
            site,
            boxes: Vec::new(),
            history,
            closing: None,
            attempt: None,
        }
    }

    /// Its id.
    pub const fn id(&self) -> IncidentId {
        self.id
    }

    /// What it is about.
    pub const fn kind(&self) -> IncidentKind {
        self.kind
    }

    /// How far it has come.
    pub const fn state(&self) -> State {
        self.state
    }

    /// How bad it is.
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// When the fleet opened it.
    pub const fn opened(&self) -> Wall {
        self.opened
    }

    /// When the first and the last thing of it happened.
    pub const fn span(&self) -> (Wall, Wall) {
        (self.first, self.last)
    }

    /// Where.
    pub const fn site(&self) -> Option<&SiteName> {
        self.site.as_ref()
    }

    /// The boxes, by id.
    pub fn boxes(&self) -> &[Involved] {
        &self.boxes
    }

    /// One of them.
    pub fn involved(&self, device: DeviceId) -> Option<&Involved> {
        self.boxes.iter().find(|one| one.device == device)
    }

    /// Its steps, in order.
    pub fn history(&self) -> &[Step] {
        &self.history
    }

    /// What somebody tries at the doors of people, if it is about that.
    pub const fn attempt(&self) -> Option<&Attempt> {
        self.attempt.as_ref()
    }

    /// How it ended.
    pub const fn closing(&self) -> Option<&Closing> {
        self.closing.as_ref()
    }

    /// How sure we are: as sure as of the surest event; of what a journal itself shows, entirely.
    pub fn confidence(&self) -> Confidence {
        let events = self.boxes.iter().flat_map(|one| &one.events).map(|event| event.confidence);
        events.max().unwrap_or(Confidence::ONE)
    }

    /// What the policy judges it by.
    pub fn facts(&self) -> IncidentFacts {
        let events = || self.boxes.iter().flat_map(|one| &one.events);
        IncidentFacts {
            id: self.id,
            kind: self.kind,
            tamper: events().map(|event| event.kind).collect::<BTreeSet<_>>(),
            severity: self.severity,
            confidence: self.confidence(),
            verification: events().map(|event| event.verification).max().unwrap_or(Verification::Single),
            authority: Authority::Unauthorised,
        }
    }

    /// A state was published that is to bring this box back.
    pub fn planned(&mut self, device: DeviceId, expected: Expected, at: Wall) {
        let generation = expected.generation;
        if let Some(one) = self.find(device).filter(|one| one.expected.as_ref() != Some(&expected)) {
            one.expect(expected);
            self.step(What::Planned { device, generation }, at);
        }
    }

    /// The suspension of this box was lifted.
    pub fn lifted(&mut self, device: DeviceId, at: Wall) {
        if let Some(one) = self.find(device).filter(|one| one.suspended.is_some()) {
            one.suspended = None;
            self.step(What::Lifted(device), at);
        }
    }

    /// People revoked the identity of this box; nothing more is owed for it.
    pub fn revoked(&mut self, device: DeviceId, at: Wall) {
        if let Some(one) = self.find(device).filter(|one| one.revoked.is_none()) {
            one.revoked = Some(at);
            self.step(What::Revoked(device), at);
        }
    }

    /// A person says what it was. Nothing may be left behind: no latch, no suspension, no silence; and
    /// nobody closes what they did themselves.
    pub fn close(&mut self, outcome: Outcome, by: PersonId, reason: Label, at: Wall) -> Result<(), Mistake> {
        if self.closing.is_some() {
            return Err(Mistake::AlreadyClosed(self.id));
        }
        if self.attempt.as_ref().and_then(Attempt::by) == Some(by) {
            return Err(Mistake::Own(self.id));
        }
        if let Some(mistake) = self.boxes.iter().find_map(Involved::leaves) {
            return Err(mistake);
        }
        self.closing = Some(Closing { outcome, by, reason, at });
        self.refresh(at);
        Ok(())
    }

    /// The record of this box in it, begun if it has none.
    pub(crate) fn involve(&mut self, device: DeviceId, place: Option<&Place>, now: Wall) -> &mut Involved {
        let at = match self.boxes.binary_search_by_key(&device, |one| one.device) {
            Ok(at) => at,
            Err(at) => {
                self.boxes.insert(at, Involved::new(device, place));
                if self.boxes.len() > 1 {
                    self.step(What::Joined(device), now);
                }
                at
            }
        };
        &mut self.boxes[at]
    }

    pub(crate) fn find(&mut self, device: DeviceId) -> Option<&mut Involved> {
        self.boxes.iter_mut().find(|one| one.device == device)
    }

    /// Something of it happened then, and it was so bad.
    pub(crate) fn happened(&mut self, at: Wall, severity: Severity) {
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        self.severity = self.severity.max(severity);
    }

    pub(crate) fn is_attempt(&mut self, attempt: Attempt) {
        self.attempt = Some(attempt);
    }

    pub(crate) const fn becomes(&mut self, kind: IncidentKind) {
        self.kind = kind;
    }

    pub(crate) fn step(&mut self, what: What, at: Wall) {
        self.history.push(Step { at, what });
        self.refresh(at);
    }

    /// Makes the state follow from the boxes.
    pub(crate) fn refresh(&mut self, at: Wall) {
        let least = self.boxes.iter().map(Involved::stage).min().unwrap_or(Stage::Open);
        let state = match (&self.closing, least) {
            (Some(_), _) => State::Closed,
            (None, Stage::Open) => State::Open,
            (None, Stage::Contained) => State::Contained,
            (None, Stage::Recovering) => State::Recovering,
            (None, Stage::Verified) => State::Verified,
        };
        if state != self.state {
            self.state = state;
            self.history.push(Step { at, what: What::State(state) });
        }
    }
}

/// A code of another room, as a device reports it: bounded.
pub(crate) fn code(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests;
