//! What went wrong, as RFC 9457 says it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The media type of a problem (RFC 9457 §3).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// One problem. `code` says which, for programs; `detail` says whose fault it is and what now, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The HTTP status, once more.
    pub status: u16,
    /// `<room>/<reason>`, as `docs/errors.md` lists them.
    pub code: String,
    /// The same for every problem of this code.
    pub title: String,
    /// One sentence about this very case.
    pub detail: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.detail, self.code, self.status)
    }
}

impl std::error::Error for Problem {}
