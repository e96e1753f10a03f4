//! Why the guard refuses what it was told.

use core::fmt;

/// A peer's or a person's claim that does not hold; what was obeyed before still is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The letter is not what it claims to be.
    Letter(crypto::refusal::Refusal),
}

impl Refusal {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Letter(refusal) => refusal.code(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Letter(refusal) => refusal.fmt(f),
        }
    }
}

impl core::error::Error for Refusal {}
