//! What was seen, a line each, with a mark in a sign and in words.

use std::fmt;

use serde::Serialize;

/// What something is worth; the worst stands last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mark {
    /// As it should be.
    Ok,
    /// It works, or may; somebody should look.
    Look,
    /// It does not work as it is set up.
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) mark: Mark,
    /// What was looked at.
    pub(super) subject: String,
    /// What was seen; of what is not as it should be, also what to do.
    pub(super) says: String,
}

/// Everything that was looked at, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chart(pub(super) Vec<Finding>);

impl Chart {
    pub(super) fn ok(&mut self, subject: &str, says: &dyn fmt::Display) {
        self.add(Mark::Ok, subject, says);
    }

    pub(super) fn look(&mut self, subject: &str, says: &dyn fmt::Display) {
        self.add(Mark::Look, subject, says);
    }

    pub(super) fn wrong(&mut self, subject: &str, says: &dyn fmt::Display) {
        self.add(Mark::Wrong, subject, says);
    }

    /// Addresses and names of chips and files are somebody else's words.
    pub(super) fn add(&mut self, mark: Mark, subject: &str, says: &dyn fmt::Display) {
        let clean = |text: &str| {
            text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect::<String>()
        };
        self.0.push(Finding { mark, subject: clean(subject), says: clean(&says.to_string()) });
    }

    /// Whether nothing is wrong.
    pub(super) fn is_sound(&self) -> bool {
        self.count(Mark::Wrong) == 0
    }

    fn count(&self, mark: Mark) -> usize {
        self.0.iter().filter(|finding| finding.mark == mark).count()
    }

    /// The same for machines.
    pub(super) fn json(&self) -> String {
        serde_json::json!(self.0).to_string() + "\n"
    }
}

impl Mark {
    const fn words(self) -> &'static str {
        match self {
            Self::Ok => "+ ok       ",
            Self::Look => "? look here",
            Self::Wrong => "! wrong    ",
        }
    }
}

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = self.0.iter().map(|finding| finding.subject.chars().count()).max().unwrap_or(0);
        for Finding { mark, subject, says } in &self.0 {
            writeln!(f, "{}  {subject:wide$}  {says}", mark.words())?;
        }
        let [ok, look, wrong] = [Mark::Ok, Mark::Look, Mark::Wrong].map(|mark| self.count(mark));
        writeln!(f, "{wrong} wrong, {look} to look at, {ok} ok")
    }
}
