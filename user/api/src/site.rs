//! Sites: where boxes stand, and how they are there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Time;

/// Sites at which whoever asks may see a box, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sites {
    /// The sites.
    pub sites: Vec<Site>,
    /// As of when.
    pub as_of: Time,
}

/// One site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Site {
    /// Its name.
    pub site: String,
    /// How many boxes stand there.
    pub devices: u64,
    /// How many of them are good.
    pub good: u64,
    /// How many want a person.
    pub attention: u64,
    /// To how many something happened.
    pub alarm: u64,
    /// Of how many nobody can say.
    pub unknown: u64,
}
