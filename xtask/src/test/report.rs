//! What every suite did, as a table, and the last line.

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use super::tally::Part;

/// One line of the table.
pub(super) struct Row {
    name: String,
    seconds: f64,
    verdict: Verdict,
}

enum Verdict {
    /// A suite that counts its tests.
    Counted { passed: u64, failed: u64, not_run: usize },
    /// A suite that only passes or fails; a failure counts as one.
    Judged { good: bool },
}

/// All suites so far.
#[derive(Default)]
pub(super) struct Report {
    rows: Vec<Row>,
    not_run: Vec<String>,
}

impl Row {
    /// A suite that only passes or fails.
    pub(super) fn judged(name: &str, took: Duration, good: bool) -> Self {
        Self { name: name.to_owned(), seconds: took.as_secs_f64(), verdict: Verdict::Judged { good } }
    }

    fn failed(&self) -> u64 {
        match self.verdict {
            Verdict::Counted { failed, .. } => failed,
            Verdict::Judged { good } => u64::from(!good),
        }
    }

    fn passed(&self) -> u64 {
        match self.verdict {
            Verdict::Counted { passed, .. } => passed,
            Verdict::Judged { .. } => 0,
        }
    }
}

impl Report {
    /// Takes one line.
    pub(super) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Takes a counted suite: its sum, then each of its parts that holds a test.
    pub(super) fn count(&mut self, name: &str, took: Duration, parts: Vec<Part>) {
        let verdict = Verdict::Counted {
            passed: parts.iter().map(|part| part.passed).sum(),
            failed: parts.iter().map(|part| part.failed).sum(),
            not_run: parts.iter().map(|part| part.not_run.len()).sum(),
        };
        self.rows.push(Row { name: name.to_owned(), seconds: took.as_secs_f64(), verdict });
        for part in parts {
            self.not_run.extend(part.not_run);
        }
    }

    /// Notes what was not run at all.
    pub(super) fn leave_out(&mut self, what: &str) {
        self.not_run.push(what.to_owned());
    }

    /// Prints what was left out and the last line; true if all is well, and where `strict`, all was run.
    pub(super) fn conclude(&self, strict: bool) -> bool {
        self.not_run.iter().for_each(|what| println!("not run: {what}"));
        let left_out = strict && !self.not_run.is_empty();
        if left_out {
            println!("under CI everything has to run: {} did not", self.not_run.len());
        }
        println!("{}", self.last_line());
        self.failed() == 0 && !left_out
    }

    /// `N passed, N failed`: tests, and one failure for each failed suite that counts none.
    fn last_line(&self) -> String {
        format!("{} passed, {} failed", self.rows.iter().map(Row::passed).sum::<u64>(), self.failed())
    }

    fn failed(&self) -> u64 {
        self.rows.iter().map(Row::failed).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:<32} {:>8} {:>8} {:>8} {:>8}", "suite", "seconds", "passed", "failed", "not run")?;
        for row in &self.rows {
            write!(f, "{:<32} {:>8.1} ", row.name, row.seconds)?;
            match row.verdict {
                Verdict::Counted { passed, failed, not_run } => writeln!(f, "{passed:>8} {failed:>8} {not_run:>8}")?,
                Verdict::Judged { good } => writeln!(f, "{:>8}", if good { "ok" } else { "FAILED" })?,
            }
        }
        Ok(())
    }
}
