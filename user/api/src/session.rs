//! Signing in: by a key of the roster, by a password and a code, or by a passkey.
//!
//! A terminal holds a token and a browser a cookie; a session is one and the same by either.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Time;

/// Who wants to sign in. Anybody gets a challenge, so that nobody learns who is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeFor {
    /// The person's id: `per_…`.
    pub person: String,
}

/// Thirty-two bytes to sign, once, within two minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Challenge {
    /// The challenge.
    pub challenge: String,
    /// Until when it can be answered.
    pub until: Time,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The signed letter of the kind `sign-in`.
    pub letter: String,
}

/// A session. Whoever holds the token is the person: keep it out of logs and addresses.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// For `Authorization: Bearer …`; empty where a cookie holds it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub token: String,
    /// Who signed in.
    pub person: String,
    /// What people call them.
    pub name: String,
    /// Until when the session lasts at most.
    pub until: Time,
    /// How long it lasts without a request.
    pub idle_seconds: u64,
}

/// What holds a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    /// A cookie, which no script can read.
    #[default]
    Cookie,
    /// A token, told once.
    Token,
}

/// By name and password, and by a code or a passkey where the account has one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordSignIn {
    /// The name.
    pub name: String,
    /// The password: any characters, at most 1024 bytes.
    pub password: String,
    /// Six digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What a passkey signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<Assertion>,
    /// What holds the session.
    #[serde(default)]
    pub hold: Hold,
}

/// By a passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignIn {
    /// What it signed.
    pub passkey: Assertion,
    /// What holds the session.
    #[serde(default)]
    pub hold: Hold,
}

/// What a browser is to ask a passkey for (WebAuthn §5.5): user verification required, any credential of this party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PasskeyOptions {
    /// The challenge.
    pub challenge: String,
    /// The relying party.
    pub rp: String,
    /// Until when it can be answered.
    pub until: Time,
}

/// What a passkey signed (WebAuthn §5.2.2), each part in digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// Which passkey.
    pub id: String,
    /// `clientDataJSON`.
    pub client_data: String,
    /// `authenticatorData`.
    pub authenticator_data: String,
    /// The signature over both.
    pub signature: String,
}

/// Redeems an invitation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redeem {
    /// What the link carried.
    pub token: String,
    /// The name to sign in with; for the first administrator alone, who was not given one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The password to sign in with.
    pub password: String,
    /// What holds the session that begins with it.
    #[serde(default)]
    pub hold: Hold,
}
