//! Signing in: a person signs a challenge with their own key, and gets a token for an hour of idleness at most.

use serde::{Deserialize, Serialize};

use crate::Time;

/// Who wants to sign in. Anybody gets a challenge, so that nobody learns who is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeFor {
    /// The person's id: `per_…`.
    pub person: String,
}

/// Thirty-two bytes to sign, once, within two minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The challenge.
    pub challenge: String,
    /// Until when it can be answered.
    pub until: Time,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The signed letter of the kind `sign-in`.
    pub letter: String,
}

/// A session. Whoever holds the token is the person: keep it out of logs and addresses.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// For `Authorization: Bearer …`.
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
