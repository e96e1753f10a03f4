//! An entry of the audit log as one line for a SIEM: as CEF, or as syslog (RFC 5424).
//!
//! Whatever stands in an entry stays in its field: what would end a field there has a backslash before it, and what
//! could turn a line or the direction of writing is replaced ([`clean`]). What is empty is left out.

mod cef;
mod syslog;

use api::audit::Entry;
use clap::ValueEnum;
use vocab::Wall;

use crate::{record::wants, table::clean};

/// How an entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Common Event Format, version 0
    Cef,
    /// Syslog messages, RFC 5424
    Syslog,
}

impl Format {
    /// An entry of this fleet as one line, without its end.
    pub(crate) fn line(self, entry: &Entry, fleet: &str) -> String {
        clean(&match self {
            Self::Cef => cef::line(entry, fleet),
            Self::Syslog => syslog::line(entry, fleet),
        })
    }
}

/// Text with a backslash before each of these, and before each backslash.
fn escaped(text: &str, special: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\\' || special.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// When it was, if the fleet says that as the contract has it.
fn moment(entry: &Entry) -> Option<Wall> {
    entry.at.as_ref()?.parse().ok()
}

/// What may be said of it, or nothing.
fn said(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

/// What a state wants.
fn state(entry: &Entry) -> String {
    entry.state.as_ref().map(wants).unwrap_or_default()
}

/// That what concerned people was erased.
fn erased(entry: &Entry) -> String {
    if entry.erased { "true".into() } else { String::new() }
}

/// What people read: what was decided, and how.
fn sentence(entry: &Entry) -> String {
    let how = if entry.refused.is_some() { "refused" } else { "done" };
    format!("{}: {how}", entry.what)
}

#[cfg(test)]
mod tests;
