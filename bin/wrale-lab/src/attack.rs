//! What can be done to a box, by the words that people type.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Attack {
    /// Its supply sags.
    BrownOut,
    /// It is taken off its wall.
    CarryAway,
    /// A second box is built from a copy of its disk and keys.
    Clone,
    /// Nobody reaches it.
    CutLink,
    /// A contact bounces: nothing happened.
    Glitch,
    /// Its lid is opened.
    OpenLid,
    /// What it once said is said again by somebody else.
    Replay,
    /// Another network card stands in it.
    SwapNic,
}

impl Attack {
    pub(crate) const ALL: [Self; 8] = [
        Self::BrownOut,
        Self::CarryAway,
        Self::Clone,
        Self::CutLink,
        Self::Glitch,
        Self::OpenLid,
        Self::Replay,
        Self::SwapNic,
    ];

    /// Its word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::BrownOut => "brown-out",
            Self::CarryAway => "carry-away",
            Self::Clone => "clone",
            Self::CutLink => "cut-link",
            Self::Glitch => "glitch",
            Self::OpenLid => "open-lid",
            Self::Replay => "replay",
            Self::SwapNic => "swap-nic",
        }
    }

    /// Every word.
    pub(crate) fn all() -> String {
        Self::ALL.map(Self::word).join(", ")
    }
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Attack {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|one| one.word() == word);
        known.ok_or_else(|| {
            format!("there is no attack `{}`; there is {}", crate::say::clean(word), Self::all())
        })
    }
}
