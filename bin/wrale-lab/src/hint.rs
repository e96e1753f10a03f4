//! What to try next, in a form that works from the clone.

use std::path::{Path, PathBuf};

use crate::{
    attack::Attack,
    page::{NAME, Page},
};

/// How somebody speaks from a terminal: by their key, and to a server whose certificate leads to this root.
pub(crate) struct Voice {
    key: PathBuf,
    root: Option<PathBuf>,
}

impl Voice {
    pub(crate) fn new(key: PathBuf, page: &Page) -> Self {
        Self { key, root: page.root() }
    }
}

/// A command of the lab.
pub(crate) fn lab(words: &str) -> String {
    format!("cargo run -q --bin wrale-lab -- {words}")
}

/// An attack.
pub(crate) fn attack(attack: Attack, target: &str) -> String {
    lab(&format!("attack {attack} {target}"))
}

/// What undoes it.
pub(crate) fn mend(attack: Attack, target: &str) -> String {
    lab(&format!("mend {attack} {target}"))
}

/// A command of a person, whose key is in this file.
pub(crate) fn wrale(voice: &Voice, words: &str) -> String {
    let file = |path: &Path| quoted(&path.to_string_lossy());
    let shown = |shown: &PathBuf| format!(" --ca {} --server {NAME}", file(shown));
    let proof = voice.root.as_ref().map(shown).unwrap_or_default();
    format!("cargo run -q --bin wrale -- --as {}{proof} {words}", file(&voice.key))
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// How people come in by a browser: each address works once.
pub(crate) fn pages(links: &[(String, String)]) -> String {
    let mut text = String::from("See it in a browser; each address works once, for a day:\n");
    for (name, link) in links {
        text.push_str(&format!("    {name}: {link}\n"));
    }
    text.push_str(
        "  In Settings, make a passkey to consent with: the lab signs it with its root, and a release is signed in the \
         page.\n",
    );
    text
}

/// The tour.
pub(crate) fn tour(ada: &Voice, grace: &Voice, exported: &Path, log: &str) -> String {
    let out = quoted(&exported.to_string_lossy());
    let steps = [
        ("In another terminal: somebody opens a box", vec![attack(Attack::OpenLid, "dev-07")]),
        ("What happened, and what to do first", vec![wrale(ada, "incidents"), wrale(ada, "device dev-07")]),
        (
            "The lid is closed again, and two people let the box back in",
            vec![
                mend(Attack::OpenLid, "dev-07"),
                wrale(ada, "reset dev-07 --reason 'fan replaced'"),
                wrale(grace, "proposals"),
                wrale(grace, "approve ORDER"),
            ],
        ),
        (
            "A site is cut off, and something happens there",
            vec![
                attack(Attack::CutLink, "station"),
                attack(Attack::OpenLid, "dev-10"),
                mend(Attack::CutLink, "station"),
            ],
        ),
        (
            "Two machines with one identity; and a box that is only old frames",
            vec![attack(Attack::Clone, "dev-12"), attack(Attack::Replay, "dev-06")],
        ),
        (
            "Others to try",
            vec![
                attack(Attack::CarryAway, "dev-01"),
                attack(Attack::BrownOut, "dev-02"),
                attack(Attack::Glitch, "dev-03"),
                attack(Attack::SwapNic, "dev-05"),
            ],
        ),
        (
            "What was decided, checked without asking the fleet",
            vec![
                wrale(ada, &format!("audit export --out {out}")),
                wrale(ada, &format!("audit verify {out} --key {}", quoted(log))),
            ],
        ),
        ("How every box is now", vec![lab("status")]),
    ];
    let mut text = String::from("What to try next:\n");
    for (what, commands) in steps {
        text.push_str(&format!("\n  {what}\n"));
        for command in commands {
            text.push_str(&format!("    {command}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests;
