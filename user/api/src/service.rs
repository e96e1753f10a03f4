//! Services: verifiers elsewhere that hear where identities stand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Time;

/// The services whose credentials people ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Services {
    /// By name.
    pub services: Vec<Revoked>,
    /// As of when.
    pub as_of: Time,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "RevokedService")]
pub struct Revoked {
    /// Its name.
    pub name: String,
    /// Every credential that was made until then is over.
    pub revoked: Time,
}

/// Ends the credential of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "RevokeService")]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// Why, in one's own words.
    pub reason: String,
}
