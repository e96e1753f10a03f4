//! What every detector is to its watch: it takes the values of its own channel and says what it makes of them.

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use vocab::{Channel, Mono, TamperKind, Tuning, Value};

use crate::{
    baseline::Learned,
    enclosure::{contact::Contactor, intrusion::Intrusion, light::Light, wire::Wire},
    finding::Certainty,
    interfaces::Interfaces,
    inventory::Inventory,
    motion::Motion,
    supply::{current::Current, external::External, rail::Rail},
    temperature::Temperature,
};

/// The date of what was learned, among the readings of a finding.
pub(crate) const LEARNED: Mono = Mono(0);

/// One detector over one sensor.
pub(crate) trait Sense: fmt::Debug + Send {
    /// Takes the next value, not older than the last.
    fn observe(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Sensed;

    /// Decides what the last value has become by lasting until `now`; nothing before `awake` counts.
    fn elapse(&mut self, _now: Mono, _awake: Mono, _tuning: &Tuning) -> Option<Verdict> {
        None
    }

    /// When `elapse` next has something to do.
    fn deadline(&self, _awake: Mono, _tuning: &Tuning) -> Option<Mono> {
        None
    }

    /// Whether what it looks for is there now.
    fn presence(&self) -> Presence;

    /// What is normal here, if it can be told from what was just seen.
    fn learn(&self, _tuning: &Tuning) -> Option<Learned> {
        None
    }

    /// From now on this is normal.
    fn recall(&mut self, _learned: &Learned, _tuning: &Tuning) {}

    /// What it takes for normal now.
    fn learned(&self) -> Option<Learned> {
        None
    }

    /// Whether it could notice anything at all yet.
    fn schooling(&self) -> Schooling {
        Schooling::Ready
    }
}

/// What a detector makes of one value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sensed {
    /// This was noticed.
    Found(Verdict),
    /// Nothing new.
    Quiet,
    /// The sensor says the impossible, since then.
    Unsound(Mono),
}

/// Whether the cause of a finding is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Gone,
    Present,
}

/// Whether a detector has the baseline without which it sees nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Schooling {
    Ready,
    #[default]
    Unlearned,
}

/// What was noticed, before it has a sensor's name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) kind: TamperKind,
    pub(crate) certainty: Certainty,
    pub(crate) level: Level,
    pub(crate) since: Mono,
    pub(crate) at: Mono,
    pub(crate) evidence: Vec<(Mono, Value)>,
}

/// How far it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Warning,
    Alarm,
}

impl Verdict {
    /// It adds to others, at its kind's full strength.
    pub(crate) const fn alarm(kind: TamperKind, since: Mono, at: Mono, evidence: Vec<(Mono, Value)>) -> Self {
        Self { kind, certainty: Certainty::Corroborating, level: Level::Alarm, since, at, evidence }
    }

    /// It decides alone.
    pub(crate) const fn decisive(
        kind: TamperKind,
        since: Mono,
        at: Mono,
        evidence: Vec<(Mono, Value)>,
    ) -> Self {
        Self { kind, certainty: Certainty::Decisive, level: Level::Alarm, since, at, evidence }
    }

    /// Worth a line, hardly more.
    pub(crate) const fn warning(
        kind: TamperKind,
        since: Mono,
        at: Mono,
        evidence: Vec<(Mono, Value)>,
    ) -> Self {
        Self { kind, certainty: Certainty::Corroborating, level: Level::Warning, since, at, evidence }
    }
}

impl From<Option<Verdict>> for Sensed {
    fn from(verdict: Option<Verdict>) -> Self {
        verdict.map_or(Self::Quiet, Self::Found)
    }
}

impl From<bool> for Presence {
    fn from(there: bool) -> Self {
        if there { Self::Present } else { Self::Gone }
    }
}

/// The detector of a channel; interlocks have none, the guard judges them itself.
pub(crate) fn detector(channel: Channel) -> Option<Box<dyn Sense>> {
    Some(match channel {
        Channel::Acceleration => Box::<Motion>::default(),
        Channel::Components => Box::<Inventory>::default(),
        Channel::Contact => Box::new(Contactor::of(TamperKind::LidOpened)),
        Channel::Current => Box::<Current>::default(),
        Channel::Interfaces => Box::<Interfaces>::default(),
        Channel::Interlock => return None,
        Channel::Intrusion => Box::<Intrusion>::default(),
        Channel::Light => Box::<Light>::default(),
        Channel::Loop => Box::<Wire>::default(),
        Channel::Rail => Box::<Rail>::default(),
        Channel::Supply => Box::<External>::default(),
        Channel::Temperature => Box::<Temperature>::default(),
    })
}
