//! What went wrong, as RFC 9457 says it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The media type of a problem (RFC 9457 §3).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The page on which every fleet says what each code means.
pub const PAGE: &str = "/problems";

/// One problem. `code` says which, for programs; `detail` says whose fault it is and what now, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The same once more, as a reference to what it means: a path at this very fleet, and the code (RFC 9457
    /// §3.1.1).
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The HTTP status, once more.
    pub status: u16,
    /// `<room>/<reason>`, as `docs/errors.md` lists them.
    pub code: String,
    /// The same for every problem of this code.
    pub title: String,
    /// One sentence about this very case.
    pub detail: String,
}

impl Problem {
    /// A problem of this code.
    pub fn new(status: u16, code: &str, title: &str, detail: &str) -> Self {
        Self {
            kind: format!("{PAGE}#{code}"),
            status,
            code: code.into(),
            title: title.into(),
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.detail, self.code, self.status)
    }
}

impl std::error::Error for Problem {}
