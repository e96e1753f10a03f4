//! People and what was granted to them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Time;

/// One role, somewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// `viewer`, `technician`, `operator`, `security`, `auditor` or `admin`.
    pub role: String,
    /// At these sites alone; everywhere where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sites: Option<Vec<String>>,
}

/// Somebody who has, or had, roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Who.
    pub id: String,
    /// What people call them.
    pub name: String,
    /// What was granted by an account.
    pub grants: Vec<Grant>,
    /// What the configuration grants beside that.
    pub configured: Vec<Grant>,
    /// Whether they are kept out.
    pub disabled: bool,
    /// Until when an invitation waits for them.
    pub invited_until: Option<Time>,
    /// Whether they have a password.
    pub password: bool,
    /// Whether more than that is asked of them.
    pub second_factor: bool,
}

/// Everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct People {
    /// By name.
    pub people: Vec<Person>,
    /// Ask with `after=` this for the rest; none: there is none.
    #[serde(default)]
    pub next: Option<String>,
}

/// Somebody new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// The name that they are to sign in with.
    pub name: String,
    /// What they are to be granted.
    pub grants: Vec<Grant>,
}

/// An invitation, told once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invited {
    /// Whom it invites.
    pub person: String,
    /// What they redeem; put it behind `/join#`, so that no server on the way reads it.
    pub token: String,
    /// Until when.
    pub until: Time,
}

/// What is to become of somebody; what is not named stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// These grants instead of those that stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Vec<Grant>>,
    /// Keep them out, or let them in again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}
