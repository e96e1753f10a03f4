//! Common Event Format, version 0: a head of fields between bars, then keys and their values.

use api::audit::Entry;
use audit::record::Party;

use super::{erased, escaped, moment, said, sentence, state};

/// Low and medium, of 0 to 10.
const DONE: u8 = 3;
const REFUSED: u8 = 6;

pub(super) fn line(entry: &Entry, fleet: &str) -> String {
    let (class, severity) = match &entry.refused {
        Some(code) => (code, REFUSED),
        None => (&entry.kind, DONE),
    };
    format!(
        "CEF:0|Wrale|Fleet|{}|{}|{}|{severity}|{}",
        env!("CARGO_PKG_VERSION"),
        escaped(class, &['|']),
        escaped(&entry.what, &['|']),
        extension(entry, fleet)
    )
}

fn extension(entry: &Entry, fleet: &str) -> String {
    let at = moment(entry).map(|at| at.0.div_euclid(1_000).to_string());
    let outcome = if entry.refused.is_some() { "failure" } else { "success" };
    let (target, label) = target(entry);
    // Keys, and the labels of those that have no meaning of their own.
    let all = [
        ("externalId", "", entry.index.to_string()),
        ("rt", "", said(at.as_deref())),
        ("dvchost", "", fleet.to_owned()),
        ("cat", "", entry.kind.clone()),
        ("outcome", "", outcome.to_owned()),
        ("suser", "", said(entry.by.as_deref())),
        (target, label, said(entry.about.as_deref())),
        ("cs2", "about_id", said(entry.about_id.as_deref())),
        ("cs3", "state", state(entry)),
        ("cs4", "erased", erased(entry)),
        ("reason", "", said(entry.reason.as_deref())),
        ("msg", "", sentence(entry)),
    ];
    let full = all.iter().filter(|(_, _, text)| !text.is_empty());
    let written = full.map(|(key, label, text)| match *label {
        "" => format!("{key}={}", value(text)),
        label => format!("{key}Label={label} {key}={}", value(text)),
    });
    written.collect::<Vec<_>>().join(" ")
}

/// The key of whom or what it is about: a box, a person, or anything else.
fn target(entry: &Entry) -> (&'static str, &'static str) {
    match (&entry.about_id, &entry.about) {
        (Some(id), _) if id.starts_with("dev_") => ("dhost", ""),
        (None, Some(about)) if *about != Party::Fleet.to_string() => ("duser", ""),
        _ => ("cs1", "about"),
    }
}

/// A value may turn its line; it says so in letters.
fn value(text: &str) -> String {
    escaped(text, &['=']).replace('\n', r"\n").replace('\r', r"\r")
}

#[cfg(test)]
mod tests;
