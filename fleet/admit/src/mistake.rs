//! What an operator asked of this room that it cannot do.

use core::{fmt, time::Duration};

use crate::token::LIFE;

/// The operator's to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// A join token was to live longer than one hour.
    TokenLife(Duration),
}

impl Mistake {
    /// `admit/<reason>`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TokenLife(_) => "admit/token-life",
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenLife(life) => write!(
                f,
                "a join token cannot live for {} s; ask for {} s or less, and issue another when it is needed",
                life.as_secs(),
                LIFE.as_secs()
            ),
        }
    }
}

impl core::error::Error for Mistake {}
