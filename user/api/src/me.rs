//! Who one is to the fleet, by what one comes in, and what one may.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Time, person::Grant};

/// Whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    /// Who.
    pub person: String,
    /// What people call them.
    pub name: String,
    /// What was granted.
    pub grants: Vec<Grant>,
    /// What that allows, somewhere: actions by kind of thing.
    pub may: BTreeMap<String, Vec<String>>,
    /// By what they come in.
    pub factors: Factors,
    /// The session by which they ask; none for a program's token.
    pub session: Option<Line>,
}

/// By what somebody comes in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Factors {
    /// Whether they have a password.
    pub password: bool,
    /// Whether codes are asked for.
    pub codes: bool,
    /// Their passkeys.
    pub passkeys: Vec<Passkey>,
}

/// One passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Passkey {
    /// What the device calls it.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// When it was added.
    pub added: Time,
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SessionLine")]
pub struct Line {
    /// What it is called where it is ended.
    pub id: String,
    /// How long ago it began: whoever changes their factors proved who they are within ten minutes.
    pub age_seconds: u64,
    /// How long ago something was asked in it.
    pub idle_seconds: u64,
    /// How long it lasts at most, from now.
    pub left_seconds: u64,
    /// Whether it is the one by which this was asked.
    pub this: bool,
}

/// Where somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lines {
    /// The newest first.
    pub sessions: Vec<Line>,
}

/// A new password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The password.
    pub password: String,
}

/// What a device makes codes from; told once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Codes {
    /// In base32, to be typed.
    pub secret: String,
    /// The same as an address, to be shown as a picture.
    pub uri: String,
}

/// One code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// Six digits.
    pub code: String,
}

/// What a browser is to make a passkey with (WebAuthn §5.4): ES256, discoverable, user verification required, no
/// attestation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewPasskeyOptions {
    /// The challenge.
    pub challenge: String,
    /// The relying party.
    pub rp: String,
    /// The user handle, in digits.
    pub user: String,
    /// What people call them.
    pub name: String,
    /// Passkeys that there are already, which it must not replace.
    pub exclude: Vec<String>,
    /// Until when it can be answered.
    pub until: Time,
}

/// A new passkey (WebAuthn §5.2.1), each part in digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// What the person calls it.
    pub name: String,
    /// `clientDataJSON`.
    pub client_data: String,
    /// `attestationObject`.
    pub attestation: String,
}

/// The passkeys with which somebody consents. They open no session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signers {
    /// Those that they made here, and those that the roster names.
    pub signers: Vec<Signer>,
}

/// A passkey to consent with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signer {
    /// What the device calls it.
    pub id: String,
    /// What the person calls it, if it was made here.
    pub name: Option<String>,
    /// When it was made, if here.
    pub added: Option<Time>,
    /// The one page that may ask it to sign.
    pub origin: String,
    /// Whether the roster names it: until then it waits for the root, and what it signs counts for nothing.
    pub counts: bool,
    /// What the root is given of it: the file that `wrale root sign --people` reads.
    pub record: String,
}

/// What a program is to come in with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What the person calls it.
    pub name: String,
    /// All that it may, and never more than its maker may at the time; roles that they do not have are refused.
    pub grants: Vec<Grant>,
    /// How long it counts; as long as it may, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// A program's token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiToken {
    /// What it is called where it is revoked.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// All that it may.
    pub grants: Vec<Grant>,
    /// When it was made.
    pub created: Time,
    /// Until when it counts.
    pub until: Time,
    /// How many seconds ago it was used last, as this process remembers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_seconds: Option<u64>,
}

/// A program's token, told once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IssuedToken {
    /// For `Authorization: Bearer …`.
    pub token: String,
    /// What is known of it.
    pub about: ApiToken,
}

/// Programs' tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiTokens {
    /// Those that count.
    pub tokens: Vec<ApiToken>,
}

/// Whether one may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What.
    pub action: String,
    /// To what kind of thing.
    pub kind: String,
    /// To this device, or something of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// At this site; where neither is named, everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
}

/// Whether one may; of what does not exist the answer is no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// Whether.
    pub allowed: bool,
}
