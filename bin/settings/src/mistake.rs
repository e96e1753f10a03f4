//! What is wrong with a configuration, and where.

use std::{error::Error, fmt, io, path::PathBuf};

/// An operator's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// A value is missing, or is none of those that there are.
    Malformed {
        /// Where, as far as that can be said.
        line: Option<u64>,
        /// What is wrong.
        why: String,
    },
    /// The file is not text.
    NotText(PathBuf),
    /// The text is longer than any configuration of ours.
    TooLong(u64),
    /// Nobody knows this key.
    UnknownKey {
        /// The key.
        key: String,
        /// Where.
        line: Option<u64>,
        /// What could stand there.
        known: Vec<&'static str>,
    },
    /// The file cannot be read.
    Unreadable(PathBuf, io::ErrorKind),
}

impl Mistake {
    /// `settings/<reason>`, stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "settings/malformed",
            Self::NotText(_) => "settings/not-text",
            Self::TooLong(_) => "settings/too-long",
            Self::UnknownKey { .. } => "settings/unknown-key",
            Self::Unreadable(..) => "settings/unreadable",
        }
    }

    /// The line that it is about, from one.
    pub const fn line(&self) -> Option<u64> {
        match self {
            Self::Malformed { line, .. } | Self::UnknownKey { line, .. } => *line,
            _ => None,
        }
    }

    pub(crate) fn of(error: &serde_saphyr::Error) -> Self {
        let line = error.location().map(|at| at.line()).filter(|line| *line > 0);
        match error.without_snippet() {
            serde_saphyr::Error::SerdeUnknownField { field, expected, .. } => {
                Self::UnknownKey { key: shown(field), line, known: expected.clone() }
            }
            other => Self::Malformed { line, why: shown(&other.to_string()) },
        }
    }
}

/// As much of a stranger's text as people can read in one line.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN).collect()
}

const SHOWN: usize = 400;

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line() {
            write!(f, "line {line}: ")?;
        }
        match self {
            Self::Malformed { why, .. } => write!(f, "{why}; docs/operate.md has every key and its values"),
            Self::NotText(file) => write!(f, "{} is not text in UTF-8; write it anew", file.display()),
            Self::TooLong(bytes) => {
                write!(
                    f,
                    "a configuration of {bytes} bytes is none of ours; at most {} are read",
                    crate::LIMIT
                )
            }
            Self::UnknownKey { key, known, .. } if known.is_empty() => {
                write!(f, "`{key}` is no key here, and no other is; remove it")
            }
            Self::UnknownKey { key, known, .. } => {
                write!(f, "`{key}` is no key here; those that are: {}", known.join(", "))
            }
            Self::Unreadable(file, why) => {
                write!(f, "{} cannot be read ({why}); name another with --config", file.display())
            }
        }
    }
}

impl Error for Mistake {}
