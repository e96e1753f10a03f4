//! Why a session ended, and what its peer is told.

use alloc::string::{String, ToString};
use core::fmt;

use vocab::Label;

use crate::{frame::Goodbye, violation::Violation};

/// The end of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parting {
    /// The owner of this end ended it, and said why.
    Dismissed(Goodbye),
    /// The peer said goodbye.
    Goodbye(Goodbye),
    /// The transport is gone.
    Lost,
    /// The identity was revoked.
    Revoked,
    /// The peer said nothing for too long.
    Silent,
    /// The same device connected again.
    Superseded,
    /// The peer broke the protocol.
    Violated(Violation),
}

impl Parting {
    /// `link/<reason>`, or what whoever ended it calls it.
    pub fn code(&self) -> &str {
        match self {
            Self::Dismissed(goodbye) | Self::Goodbye(goodbye) => goodbye.code.as_str(),
            Self::Lost => "link/lost",
            Self::Revoked => "link/revoked",
            Self::Silent => "link/silent",
            Self::Superseded => "link/superseded",
            Self::Violated(violation) => violation.code(),
        }
    }

    /// What the peer is told: the code and one sentence.
    pub fn goodbye(&self) -> Goodbye {
        if let Self::Dismissed(goodbye) | Self::Goodbye(goodbye) = self {
            return goodbye.clone();
        }
        Goodbye { code: label(self.code()), sentence: label(&self.to_string()) }
    }
}

impl fmt::Display for Parting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dismissed(goodbye) | Self::Goodbye(goodbye) => f.write_str(goodbye.sentence.as_str()),
            Self::Lost => f.write_str("the connection is gone; the device comes back by itself"),
            Self::Revoked => f.write_str("this identity is revoked; enrol the device again"),
            Self::Silent => f.write_str("the peer said nothing for too long; look at the network between"),
            Self::Superseded => {
                f.write_str("the same identity connected again; two holders of it are a clone")
            }
            Self::Violated(violation) => violation.fmt(f),
        }
    }
}

/// The beginning of a sentence of ours that a label holds.
fn label(text: &str) -> Label {
    let mut kept = String::new();
    for c in text.chars().filter(|c| !c.is_control()) {
        if kept.len() + c.len_utf8() > Label::LIMIT {
            break;
        }
        kept.push(c);
    }
    Label::new(&kept).expect("a code or a sentence of ours is printable, short and not empty")
}
