//! What was seen, a line each, with a mark in a sign and in words.

use core::fmt::Display;

use serde::Serialize;

use crate::{
    desk::Desk,
    problem::Problem,
    table::{Cell, Table, Tone},
};

/// What something is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Mark {
    /// As it should be.
    Ok,
    /// Somebody should look.
    Look,
    /// It does not work as it is set up.
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    mark: Mark,
    /// What was looked at.
    subject: &'static str,
    /// What was seen; of what is not as it should be, also what to do.
    says: String,
}

/// Everything that was looked at, in order.
#[derive(Debug, Default)]
pub(super) struct Chart(Vec<Finding>);

impl Chart {
    pub(super) fn ok(&mut self, subject: &'static str, says: impl Display) {
        self.add(Mark::Ok, subject, says.to_string());
    }

    pub(super) fn look(&mut self, subject: &'static str, says: impl Display) {
        self.add(Mark::Look, subject, says.to_string());
    }

    pub(super) fn wrong(&mut self, subject: &'static str, says: impl Display) {
        self.add(Mark::Wrong, subject, says.to_string());
    }

    fn add(&mut self, mark: Mark, subject: &'static str, says: String) {
        self.0.push(Finding { mark, subject, says });
    }

    /// An answer without which there is no going on.
    pub(super) fn got<T, E: Into<Problem>>(
        &mut self,
        subject: &'static str,
        answer: Result<T, E>,
    ) -> Result<T, Problem> {
        answer.map_err(|problem| {
            let problem = problem.into();
            self.wrong(subject, &problem);
            problem
        })
    }

    /// What whoever asks may not see.
    pub(super) fn hidden(&mut self, subject: &'static str) {
        self.look(subject, "not shown to you; ask somebody who may see it");
    }

    pub(super) fn wrong_ones(&self) -> usize {
        self.count(Mark::Wrong)
    }

    fn count(&self, mark: Mark) -> usize {
        self.0.iter().filter(|finding| finding.mark == mark).count()
    }

    pub(super) fn show(&self, desk: &mut Desk<'_>) -> Result<(), Problem> {
        if desk.json(&self.0)? {
            return Ok(());
        }
        let mut table = Table::new(&["MARK", "OF", "SEEN"]);
        for Finding { mark, subject, says } in &self.0 {
            table.row(vec![mark.cell(), subject.into(), says.into()]);
        }
        desk.table(&table)?;
        let [ok, look, wrong] = [Mark::Ok, Mark::Look, Mark::Wrong].map(|mark| self.count(mark));
        desk.line(&format!("{wrong} wrong, {look} to look at, {ok} ok"))
    }
}

impl Mark {
    fn cell(self) -> Cell {
        match self {
            Self::Ok => Cell::new("+ ok", Tone::Normal),
            Self::Look => Cell::new("? look here", Tone::Attention),
            Self::Wrong => Cell::new("! wrong", Tone::Alarm),
        }
    }
}
