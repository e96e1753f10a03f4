//! A device as people see it: one verdict first, then what it stands on and how old each part of that is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Seen, Time,
    proposal::Person,
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

/// Suspends an identity: every door but the quarantine room is closed to it, until it is taken back and the device has
/// proved itself since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suspend {
    /// Why, in the person's own words.
    pub reason: String,
}

/// Takes back a suspension by people. No door opens by it: the device is asked to prove itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// Why, in the person's own words.
    pub reason: String,
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
    /// Why: events, incidents and people that suspend it, or the reason of its revocation.
    pub because: Vec<String>,
    /// The suspension by people, where there is one.
    pub by_hand: Option<ByHand>,
}

/// A suspension by people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ByHand {
    /// Who.
    pub by: Person,
    /// Why, in their own words.
    pub reason: String,
    /// When.
    pub at: Time,
    /// When people took it back; the device must prove itself after that.
    pub over: Option<Time>,
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

/// The keys that speak for a device now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Keys {
    /// The one that opens doors first.
    pub keys: Vec<Key>,
    /// As of when.
    pub as_of: Time,
}

/// A public key of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// `device` opens doors, `attestation` signs what it proves, `journal` signs what it says in this boot.
    pub role: String,
    /// `ES256` or `EdDSA`.
    pub algorithm: String,
    /// The first 8 bytes of its COSE thumbprint (RFC 9679), in hexadecimal digits.
    pub id: String,
    /// Since when it is in use, where the fleet noted that.
    pub since: Option<Time>,
    /// Until when the certificate counts that is shown for it; none while the device is not connected.
    pub until: Option<Time>,
}

/// What the senses of a watched device said within the last minute. Nobody signed it: it proves nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Readings {
    /// How many seconds ago the last word came; none: nothing has come yet.
    pub age_seconds: Option<u64>,
    /// One for each sense that says how much, or whether; by name.
    pub senses: Vec<Curve>,
}

/// What one sense said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Curve {
    /// Its name.
    pub sense: String,
    /// In what its values are; empty for a switch.
    pub unit: String,
    /// For a switch, the words of 0 and of 1.
    pub words: Option<[String; 2]>,
    /// Seconds before the last word, not above 0, and the value; none: it could not look.
    pub points: Vec<(f64, Option<f64>)>,
}
