//! The sentence of an incident: what happened first, and what the box did about it after that.

use maud::{Markup, html};

/// What happened, without what followed from it.
pub(super) fn head(sentence: &str) -> String {
    match sentence.split_once("; ") {
        Some((head, _)) => format!("{head}."),
        None => sentence.into(),
    }
}

/// What followed.
pub(super) fn rest(sentence: &str) -> String {
    sentence.split_once("; ").map(|(_, rest)| capital(rest)).unwrap_or_default()
}

/// Both, the first in bold.
pub(super) fn head_and_rest(sentence: &str) -> Markup {
    html! { b { (head(sentence)) } " " (rest(sentence)) }
}

/// A sentence of ours begins with a capital.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
