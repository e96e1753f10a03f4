//! Syslog (RFC 5424): one message for a line.

use api::audit::Entry;

use super::{erased, escaped, moment, said, sentence, state};

/// Log audit (§6.2.1).
const FACILITY: u8 = 13;
/// Warning and notice.
const REFUSED: u8 = 4;
const DONE: u8 = 5;

/// Of the number that RFC 5612 keeps for documents: this house has none of its own.
const ELEMENT: &str = "wrale@32473";

/// Most characters of a host's name and of a message's id (§6).
const HOST: usize = 255;
const ID: usize = 32;

pub(super) fn line(entry: &Entry, fleet: &str) -> String {
    let priority = FACILITY * 8 + if entry.refused.is_some() { REFUSED } else { DONE };
    let at = moment(entry).map_or_else(|| "-".into(), |at| at.to_string());
    let (host, id, message) = (word(fleet, HOST), word(&entry.kind, ID), sentence(entry));
    // §6.4: text beyond ASCII begins with a mark that says that it is UTF-8.
    let mark = if message.is_ascii() { "" } else { "\u{feff}" };
    format!("<{priority}>1 {at} {host} wrale - {id} [{ELEMENT}{}] {mark}{message}", parameters(entry))
}

/// What the contract says of it, by the contract's names (§6.3.3).
fn parameters(entry: &Entry) -> String {
    let all = [
        ("index", entry.index.to_string()),
        ("kind", entry.kind.clone()),
        ("what", entry.what.clone()),
        ("by", said(entry.by.as_deref())),
        ("about", said(entry.about.as_deref())),
        ("about_id", said(entry.about_id.as_deref())),
        ("refused", said(entry.refused.as_deref())),
        ("reason", said(entry.reason.as_deref())),
        ("state", state(entry)),
        ("erased", erased(entry)),
    ];
    let full = all.iter().filter(|(_, text)| !text.is_empty());
    full.map(|(name, text)| format!(" {name}=\"{}\"", escaped(text, &['"', ']']))).collect()
}

/// One word, as the header takes it.
fn word(text: &str, most: usize) -> String {
    let word: String = text
        .chars()
        .take(most)
        .map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '_' })
        .collect();
    if word.is_empty() { "-".into() } else { word }
}

#[cfg(test)]
mod tests;
