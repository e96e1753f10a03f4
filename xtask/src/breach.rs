//! A broken rule: where, which, what is wrong, and what to do now.

use std::fmt;

/// One broken rule at one place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Breach {
    /// Relative to the root.
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: usize,
    /// The rule's name: the file under `tidy/` that holds it.
    pub(crate) rule: &'static str,
    /// What is wrong, in a sentence without a full stop.
    pub(crate) wrong: String,
    /// What to do now, in a sentence without a full stop.
    pub(crate) remedy: String,
}

impl Breach {
    /// A breach of `rule` at `file:line`.
    pub(crate) fn new(
        rule: &'static str,
        place: (&str, usize),
        wrong: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { file: place.0.to_owned(), line: place.1, rule, wrong: wrong.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: [{}] {}; {}", self.file, self.line, self.rule, self.wrong, self.remedy)
    }
}
