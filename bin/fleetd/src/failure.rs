//! Why the daemon ends by itself: the code and the sentence of whichever room refused.

use std::{error::Error, fmt, path::Path};

use crate::mistake::Mistake;

/// A code and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    code: &'static str,
    text: String,
}

impl Failure {
    /// `<room>/<reason>`.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn of_file(file: &Path, mistake: &settings::Mistake) -> Self {
        Self::new(mistake.code(), format!("{}: {mistake}", file.display()))
    }

    pub(crate) fn new(code: &'static str, text: impl fmt::Display) -> Self {
        Self { code, text: text.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Failure {}

macro_rules! carries {
    ($($room:ty),+) => {
        $(impl From<$room> for Failure {
            fn from(why: $room) -> Self {
                Self::new(why.code(), why)
            }
        })+
    };
}

carries!(Mistake, control::Fault, store::Fault, tls::Mistake, tls::Problem);
