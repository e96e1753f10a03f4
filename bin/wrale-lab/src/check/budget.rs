//! Figures beside what they may be.

use std::time::Duration;

use anyhow::{Result, bail};

/// What was measured.
#[derive(Debug, Default)]
pub(super) struct Budgets(Vec<Row>);

#[derive(Debug)]
struct Row {
    what: &'static str,
    found: String,
    budget: String,
    kept: Kept,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    No,
    Yes,
}

/// All processes together, resident.
const RESIDENT: u64 = 200;

impl Budgets {
    /// A span, and the longest that it may be.
    pub(super) fn within(&mut self, what: &'static str, found: Duration, budget: Duration) {
        self.put(
            what,
            format!("{} ms", found.as_millis()),
            format!("{} ms", budget.as_millis()),
            found < budget,
        );
    }

    /// Megabytes of all processes.
    pub(super) fn resident(&mut self, megabytes: u64) {
        self.put(
            "resident, both processes",
            format!("{megabytes} MB"),
            format!("{RESIDENT} MB"),
            megabytes < RESIDENT,
        );
    }

    fn put(&mut self, what: &'static str, found: String, budget: String, kept: bool) {
        self.0.push(Row { what, found, budget, kept: if kept { Kept::Yes } else { Kept::No } });
    }

    /// A mistake if one was not kept.
    pub(super) fn judge(&self) -> Result<()> {
        let broken: Vec<_> = self.0.iter().filter(|row| row.kept == Kept::No).map(|row| row.what).collect();
        if broken.is_empty() { Ok(()) } else { bail!("over budget: {}", broken.join(", ")) }
    }

    /// Every figure beside its budget.
    pub(super) fn text(&self) -> String {
        let mut text = format!("\n  {:<40} {:>10} {:>10}", "budget", "found", "at most");
        for Row { what, found, budget, kept } in &self.0 {
            let mark = if *kept == Kept::Yes { "" } else { "  OVER" };
            text.push_str(&format!("\n  {what:<40} {found:>10} {budget:>10}{mark}"));
        }
        text
    }
}

#[cfg(test)]
mod tests;
