//! One response document, as an operator writes it: for whom, and what is wanted of them.
//!
//! Every key that is left out is left to a wider document, and at last to the baseline of the house.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::time::Duration;

use serde::{Deserialize, Deserializer, de};
use vocab::{Arming, InterlockRule, Label, Posture, ReflexRule, Severity, SiteName, unit::Permille};

use crate::{
    evaluate::Subject,
    quantity,
    rule::{IncidentKind, Rule},
    word,
};

mod table;
mod tuning;

pub use tuning::Overrides;

/// A whole document; an unknown key anywhere in it is an error.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The version of this format.
    pub version: Version,
    /// By which explanations name it; unique among the documents of a fleet.
    #[serde(deserialize_with = "word::name")]
    pub name: Label,
    /// For whom; without it, for everybody.
    #[serde(default)]
    pub scope: Scope,
    /// The arming state of a device for which no person has asked for another.
    #[serde(default, deserialize_with = "word::maybe")]
    pub arming: Option<Arming>,
    /// Thresholds other than the defaults.
    #[serde(default)]
    pub tuning: Overrides,
    /// What a device does by itself, instead of the default table.
    #[serde(default, deserialize_with = "table::reflexes")]
    pub reflexes: Option<Vec<ReflexRule>>,
    /// What a device must not do under which condition.
    #[serde(default, deserialize_with = "table::interlocks")]
    pub interlocks: Option<Vec<InterlockRule>>,
    /// What counts as one incident.
    #[serde(default)]
    pub correlation: Option<Correlation>,
    /// How bad an incident of this kind is, where its events do not say.
    #[serde(default, deserialize_with = "table::severities")]
    pub severities: BTreeMap<IncidentKind, Severity>,
    /// What is done about an incident.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// How many devices one plan may touch.
    #[serde(default)]
    pub ceilings: Option<Ceilings>,
    /// What it takes to release a latch.
    #[serde(default)]
    pub reset: Option<Reset>,
    /// How long a state holds without contact.
    #[serde(default)]
    pub lease: Option<LeaseTerms>,
}

/// The version of a document's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// This one.
    V1,
}

/// For whom a document is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// One of these sites; none named: any.
    #[serde(default, deserialize_with = "word::names")]
    pub sites: BTreeSet<SiteName>,
    /// A device with one of these labels; none named: any.
    #[serde(default, deserialize_with = "word::names")]
    pub labels: BTreeSet<Label>,
}

/// What counts as one incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Correlation {
    /// Events at one site so close together are one incident.
    #[serde(deserialize_with = "quantity::one")]
    pub site: Duration,
    /// Events of one device so close together are one incident.
    #[serde(deserialize_with = "quantity::one")]
    pub device: Duration,
    /// A device that has said nothing for so long is silent; three missed heartbeats of 30 s.
    #[serde(deserialize_with = "quantity::one")]
    pub silence: Duration,
    /// When this share of a site, and at least two devices, is silent at once, the site is silent: one incident.
    #[serde(deserialize_with = "quantity::share")]
    pub site_silence: Permille,
}

impl Default for Correlation {
    fn default() -> Self {
        Self {
            site: Duration::from_mins(10),
            device: Duration::from_mins(10),
            silence: Duration::from_secs(90),
            site_silence: Permille(500),
        }
    }
}

/// The largest share of devices that one cause may change without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ceilings {
    /// Of a site.
    #[serde(deserialize_with = "quantity::share")]
    pub site: Permille,
    /// Of the fleet.
    #[serde(deserialize_with = "quantity::share")]
    pub fleet: Permille,
}

impl Ceilings {
    /// Of so many devices, how many; one device is never too many, or a small site could never be helped.
    pub fn of(share: Permille, devices: usize) -> usize {
        let allowed = devices.saturating_mul(usize::from(share.0)) / usize::from(Permille::ONE.0);
        allowed.max(1)
    }

    /// The tighter of both, each for itself.
    #[must_use]
    pub fn tighter(self, other: Self) -> Self {
        Self { site: self.site.min(other.site), fleet: self.fleet.min(other.fleet) }
    }
}

impl Default for Ceilings {
    fn default() -> Self {
        Self { site: Permille(250), fleet: Permille(100) }
    }
}

/// What it takes to release a latch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// So many different people.
    pub people: usize,
    /// For latches at least this bad; below, one person is enough.
    #[serde(deserialize_with = "word::one")]
    pub from: Severity,
}

impl Reset {
    /// How many people a latch of this severity takes; never fewer than the device itself demands.
    pub fn people_for(&self, severity: Severity) -> usize {
        let device = if severity >= Severity::High { 2 } else { 1 };
        if severity >= self.from { self.people.max(device) } else { device }
    }
}

impl Default for Reset {
    fn default() -> Self {
        Self { people: 2, from: Severity::High }
    }
}

/// How long a state holds without contact; the device counts the larger of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseTerms {
    /// By the wall.
    #[serde(deserialize_with = "quantity::one")]
    pub wall: Duration,
    /// With power.
    #[serde(deserialize_with = "quantity::one")]
    pub powered: Duration,
    /// The posture afterwards.
    #[serde(deserialize_with = "word::one")]
    pub afterwards: Posture,
}

impl Scope {
    /// Whether the document is for this device.
    pub fn covers(&self, subject: &Subject) -> bool {
        self.covers_site(&subject.site)
            && (self.labels.is_empty() || !self.labels.is_disjoint(&subject.labels))
    }

    /// Whether the document is for devices of this site.
    pub fn covers_site(&self, site: &SiteName) -> bool {
        self.sites.is_empty() || self.sites.contains(site)
    }

    /// Whether one device could be in both.
    pub fn meets(&self, other: &Self) -> bool {
        // A device may carry any labels, so labels never keep two documents apart.
        self.sites.is_empty() || other.sites.is_empty() || !self.sites.is_disjoint(&other.sites)
    }

    /// How narrow it is: labels are narrower than sites, sites than everybody.
    pub fn rank(&self) -> Rank {
        match (self.labels.is_empty(), self.sites.is_empty()) {
            (true, true) => Rank::Everybody,
            (true, false) => Rank::Sites,
            (false, true) => Rank::Labels,
            (false, false) => Rank::LabelsAtSites,
        }
    }
}

/// How narrow a scope is; the narrower document decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The whole fleet.
    Everybody,
    /// Some sites.
    Sites,
    /// Devices with a label.
    Labels,
    /// Devices with a label at some sites.
    LabelsAtSites,
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            1 => Ok(Self::V1),
            other => Err(de::Error::custom(alloc::format!(
                "document format {other} is not known here: write `version: 1`, or update fleetd"
            ))),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
