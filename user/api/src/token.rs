//! Join tokens: what a new device needs to get an identity, once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Time;

/// For whom a token is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenFor {
    /// The site at which the device will stand.
    pub site: String,
    /// The label that it must ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How long it can be used; an hour at most, and by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// A token, told once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Token {
    /// Thirty-two bytes; write them to the device's token file.
    pub token: String,
    /// The site for which it is.
    pub site: String,
    /// Until when it can be used.
    pub until: Time,
}
