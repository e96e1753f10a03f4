//! A device as people see it: one verdict first, then what it stands on and how old each part of that is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Seen, Time,
    word::{Arming, Cause, Connection, HealthState, Posture, Revocation, SenseState, Severity, Standing},
};

/// Sets the arming state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// The state to go to.
    pub arming: Arming,
}

/// Ends an identity for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// Why.
    pub reason: Revocation,
}

/// Devices, by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Devices {
    /// The devices.
    pub devices: Vec<Device>,
    /// Ask with `after=` this for the rest; none: there is none.
    pub next: Option<String>,
    /// As of when.
    pub as_of: Time,
}

/// One device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// `dev_…`; for life.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Where it stands.
    pub site: String,
    /// The one verdict.
    pub health: Health,
    /// How far it has drawn itself in.
    pub posture: Seen<Posture>,
    /// What it expects of the people around it.
    pub arming: Seen<Arming>,
    /// The arming state that a person asked for, where the device has not reported it yet.
    pub arming_asked: Option<Arming>,
    /// How much its word is worth.
    pub trust: Seen<Trust>,
    /// Where its identity stands.
    pub standing: Stands,
    /// Whether it is connected, and when it was heard last.
    pub connection: Seen<Connection>,
    /// Every sensor, by name.
    pub sensors: Vec<Sensor>,
    /// What latches it.
    pub latches: Vec<Latch>,
    /// What it obeys, and what it should obey.
    pub state: State,
    /// Its last proof.
    pub evidence: Option<Evidence>,
    /// Until when the certificate counts that it shows; none while it is not connected.
    pub certificate_until: Option<Time>,
    /// The incidents that it has part in, that are not closed and that one may open.
    pub incidents: Vec<String>,
}

/// The one verdict. Silent, stale, faulted, unproved, suspended and unattested are never good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// In one word.
    pub state: HealthState,
    /// Why, in one sentence.
    pub why: String,
    /// When the oldest thing was known that the verdict stands on.
    pub as_of: Option<Time>,
    /// How many seconds ago that was.
    pub age_seconds: Option<u64>,
}

/// How much a device's word is worth, computed from its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trust {
    /// 0 to 4; none as long as nothing is proved.
    pub tier: Option<u8>,
    /// What that means.
    pub words: String,
}

/// Where an identity stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stands {
    /// In one word.
    pub state: Standing,
    /// Since when, where it is not active.
    pub since: Option<Time>,
    /// Why: events and incidents that suspend it, or the reason of its revocation.
    pub because: Vec<String>,
}

/// One sensor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sensor {
    /// Its name.
    pub name: String,
    /// What it measures: `contact`, `acceleration`…
    pub channel: String,
    /// What its word is worth now; `unknown` where the device has not been heard for too long to say.
    pub state: SenseState,
    /// When it last spoke, counted back from the last heartbeat.
    pub spoke: Option<Time>,
    /// How many seconds ago that was.
    pub spoke_seconds: Option<u64>,
    /// When it last proved that it can trip.
    pub proved: Option<Time>,
    /// How many seconds ago that was.
    pub proof_age_seconds: Option<u64>,
}

/// An event that latches a zone until people release it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Latch {
    /// `evt_…`.
    pub event: String,
    /// Where on the box.
    pub zone: String,
    /// How bad.
    pub severity: Severity,
    /// When, by the device.
    pub at: Time,
    /// The posture that it demands.
    pub posture: Posture,
    /// Where its cause stands.
    pub cause: Cause,
}

/// Generations of its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct State {
    /// The last that its journal says it adopted.
    pub adopted: Option<u64>,
    /// The last that was published for it.
    pub published: Option<u64>,
    /// When that was.
    pub published_at: Option<Time>,
}

/// A proof that was believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// When the question was asked: the device was like this then, or later.
    pub asked: Time,
    /// How many seconds ago that was.
    pub age_seconds: u64,
    /// What it obeyed.
    pub generation: u64,
    /// Up to which entry of its journal.
    pub entry: u64,
    /// The software that ran.
    pub software: String,
}
