//! The contract between the fleet and whoever asks it: paths, requests, answers and problems.
//!
//! It stands alone, so that anyone can speak it. Ids, names and words are text; times are RFC 3339 in UTC; digests,
//! keys, letters and secrets are lower-case hexadecimal. What people read carries its age or its time, and what is
//! not known says so: `unknown` and `unproved` are words of their own, and never `normal` or `good`. A word that a
//! reader does not know yet reads as unknown too.

pub mod audit;
pub mod changes;
pub mod device;
pub mod fleet;
pub mod incident;
pub mod live;
pub mod me;
pub mod operation;
pub mod path;
pub mod person;
pub mod problem;
pub mod proposal;
pub mod service;
pub mod session;
pub mod site;
pub mod token;
pub mod word;

pub use audit::Checkpoint;
pub use changes::Changes;
pub use device::{Device, Devices, Health};
pub use fleet::Fleet;
pub use incident::{Incident, IncidentDetail, Incidents};
pub use live::News;
pub use me::Me;
pub use person::{People, Person};
pub use problem::Problem;
pub use proposal::{Proposal, Proposals};
pub use session::{Challenge, Session};
pub use site::Sites;
pub use token::Token;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A moment: RFC 3339 in UTC, `2026-10-06T14:31:42.368Z`.
pub type Time = String;

/// Something that was so at a moment, and how old that is. Without a moment it was never known, and the value is
/// `unknown`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Seen{T}")]
pub struct Seen<T> {
    /// What.
    pub value: T,
    /// As of when.
    pub as_of: Option<Time>,
    /// How many seconds ago that was.
    pub age_seconds: Option<u64>,
}

#[cfg(test)]
mod tests;
