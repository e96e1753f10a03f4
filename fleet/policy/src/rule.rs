//! A response rule: when an incident looks like this, that is wanted of its devices.

use alloc::{collections::BTreeSet, vec::Vec};

use serde::{Deserialize, Deserializer};
use vocab::{
    Action, Arming, Label, Posture, Severity, TamperKind,
    tamper::{Authority, Verification},
    unit::Permille,
};

use crate::{
    evaluate::IncidentFacts,
    quantity,
    word::{self, words},
};

/// What an incident is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IncidentKind {
    /// Somebody reaches for rights that were not given to them.
    Escalation,
    /// Two histories of one device: a clone, or a disk rolled back behind the fleet's back.
    Fork,
    /// A letter that only an impostor could have sent.
    Forgery,
    /// Somebody guesses passwords of people.
    Guessing,
    /// A device came back with an older state than it had adopted.
    Rollback,
    /// A device says nothing.
    Silence,
    /// A whole site says nothing.
    SiteSilence,
    /// A disk lost what it had said to keep; said by the device itself.
    TailLost,
    /// Tampering that devices reported.
    Tamper,
}

words!(
    IncidentKind, "a kind of incident",
    "escalation" => Escalation, "fork" => Fork, "forgery" => Forgery, "guessing" => Guessing, "rollback" => Rollback, "silence" => Silence,
    "site-silence" => SiteSilence, "tail-lost" => TailLost, "tamper" => Tamper,
);

impl IncidentKind {
    /// How bad it is where no document says otherwise; tampering is as bad as its events.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Fork => Severity::Critical,
            Self::Forgery | Self::Guessing | Self::Rollback | Self::Silence | Self::SiteSilence => {
                Severity::High
            }
            Self::Escalation | Self::TailLost => Severity::Medium,
            Self::Tamper => Severity::Info,
        }
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// By which explanations name it; unique in its document.
    #[serde(deserialize_with = "word::name")]
    pub name: Label,
    /// The condition.
    #[serde(default)]
    pub when: When,
    /// The response.
    pub then: Then,
}

/// The condition of a rule; what is left out is met by anything.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// One of these kinds of incident; none named: any.
    #[serde(deserialize_with = "word::several")]
    pub incident: BTreeSet<IncidentKind>,
    /// At least one event of these kinds; none named: any.
    #[serde(deserialize_with = "word::several")]
    pub tamper: BTreeSet<TamperKind>,
    /// At least this bad.
    #[serde(deserialize_with = "word::one")]
    pub severity: Severity,
    /// At least this sure.
    #[serde(deserialize_with = "quantity::share")]
    pub confidence: Permille,
    /// By one sensor group, or by two.
    #[serde(deserialize_with = "word::one")]
    pub verification: Verification,
    /// The device was in one of these states; none named: any.
    #[serde(deserialize_with = "word::several")]
    pub arming: BTreeSet<Arming>,
}

impl Default for When {
    fn default() -> Self {
        Self {
            incident: BTreeSet::new(),
            tamper: BTreeSet::new(),
            severity: Severity::Info,
            confidence: Permille(0),
            verification: Verification::Single,
            arming: BTreeSet::new(),
        }
    }
}

/// The response of a rule; it can only tighten, because relaxing takes a proof and people.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Then {
    /// At least this posture.
    #[serde(deserialize_with = "word::one")]
    pub posture: Posture,
    /// Acts to order, besides what the posture asks for.
    #[serde(deserialize_with = "word::actions")]
    pub orders: Vec<Action>,
    /// What becomes of the identity at every door.
    #[serde(rename = "suspend", deserialize_with = "identity")]
    pub identity: Identity,
    /// How loudly people are told.
    #[serde(deserialize_with = "word::maybe")]
    pub notify: Option<Severity>,
    /// How what it orders is undone.
    #[serde(deserialize_with = "word::one")]
    pub undo: Undo,
}

impl Default for Then {
    fn default() -> Self {
        Self {
            posture: Posture::Normal,
            orders: Vec::new(),
            identity: Identity::Keeps,
            notify: None,
            undo: Undo::ByInverse,
        }
    }
}

/// What becomes of an identity at every door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// Nothing.
    Keeps,
    /// Every door but the quarantine room refuses it.
    Suspended,
}

/// How the acts of a rule are undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Undo {
    /// By the inverse of each act.
    ByInverse,
    /// By somebody who goes there; the author of the rule knows.
    ByHand,
}

words!(Undo, "a way of undoing", "by-inverse" => ByInverse, "by-hand" => ByHand);

impl When {
    /// Whether the incident, with the device armed like this, meets the condition.
    ///
    /// What happens under a work order meets none: somebody was let in.
    pub fn matches(&self, incident: &IncidentFacts, arming: Arming) -> bool {
        incident.authority == Authority::Unauthorised
            && (self.incident.is_empty() || self.incident.contains(&incident.kind))
            && (self.tamper.is_empty() || !self.tamper.is_disjoint(&incident.tamper))
            && incident.severity >= self.severity
            && incident.confidence >= self.confidence
            && incident.verification >= self.verification
            && (self.arming.is_empty() || self.arming.contains(&arming))
    }

    /// Whether whatever meets `other` meets this too.
    pub fn covers(&self, other: &Self) -> bool {
        wider(&self.incident, &other.incident)
            && wider(&self.tamper, &other.tamper)
            && self.severity <= other.severity
            && self.confidence <= other.confidence
            && self.verification <= other.verification
            && wider(&self.arming, &other.arming)
    }

    /// Whether one incident could meet both.
    pub fn meets(&self, other: &Self) -> bool {
        // One incident may hold events of many kinds, so those never keep two rules apart.
        common(&self.incident, &other.incident) && common(&self.arming, &other.arming)
    }
}

fn wider<T: Ord>(wide: &BTreeSet<T>, narrow: &BTreeSet<T>) -> bool {
    wide.is_empty() || (!narrow.is_empty() && narrow.is_subset(wide))
}

fn common<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> bool {
    one.is_empty() || other.is_empty() || !one.is_disjoint(other)
}

fn identity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Identity, D::Error> {
    Ok(if bool::deserialize(deserializer)? { Identity::Suspended } else { Identity::Keeps })
}

#[cfg(test)]
pub(crate) mod tests;
