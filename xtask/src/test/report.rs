//! What every suite did, as a table, and the last line.

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use super::tally::Part;

/// One suite of the table.
pub(super) struct Row {
    name: String,
    seconds: f64,
    verdict: Verdict,
}

enum Verdict {
    /// A suite that counts its tests, binary by binary.
    Counted(Vec<Part>),
    /// A suite that only passes or fails; a failure counts as one.
    Judged { good: bool },
}

/// All suites so far.
#[derive(Default)]
pub(super) struct Report {
    rows: Vec<Row>,
    left_out: Vec<String>,
}

/// How it ended.
pub(super) struct Conclusion {
    /// What to print.
    pub(super) lines: Vec<String>,
    /// Whether the whole run is good.
    pub(super) good: bool,
}

impl Row {
    /// A suite that counts its tests.
    pub(super) fn counted(name: &str, took: Duration, parts: Vec<Part>) -> Self {
        Self { name: name.to_owned(), seconds: took.as_secs_f64(), verdict: Verdict::Counted(parts) }
    }

    /// A suite that only passes or fails.
    pub(super) fn judged(name: &str, took: Duration, good: bool) -> Self {
        Self { name: name.to_owned(), seconds: took.as_secs_f64(), verdict: Verdict::Judged { good } }
    }

    fn parts(&self) -> &[Part] {
        match &self.verdict {
            Verdict::Counted(parts) => parts,
            Verdict::Judged { .. } => &[],
        }
    }

    fn passed(&self) -> u64 {
        self.parts().iter().map(|part| part.passed).sum()
    }

    fn failed(&self) -> u64 {
        match &self.verdict {
            Verdict::Counted(parts) => parts.iter().map(|part| part.failed).sum(),
            Verdict::Judged { good } => u64::from(!good),
        }
    }

    fn not_run(&self) -> impl Iterator<Item = &String> {
        self.parts().iter().flat_map(|part| &part.not_run)
    }
}

impl Report {
    /// Takes a suite.
    pub(super) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Notes what was not run at all.
    pub(super) fn leave_out(&mut self, what: &str) {
        self.left_out.push(what.to_owned());
    }

    /// What was left out, and the last line; good if all is well, and where `strict`, all was run.
    pub(super) fn conclude(&self, strict: bool) -> Conclusion {
        let not_run: Vec<&String> = self.rows.iter().flat_map(Row::not_run).chain(&self.left_out).collect();
        let mut lines: Vec<String> = not_run.iter().map(|what| format!("not run: {what}")).collect();
        let lacking = strict && !not_run.is_empty();
        if lacking {
            lines.push(format!("under CI everything has to run: {} did not", not_run.len()));
        }
        lines.push(self.last_line());
        Conclusion { lines, good: self.failed() == 0 && !lacking }
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
            let cells = match &row.verdict {
                Verdict::Counted(_) => counts(row.passed(), row.failed(), row.not_run().count()),
                Verdict::Judged { good: true } => format!("{:>8}", "ok"),
                Verdict::Judged { good: false } => format!("{:>8}", "FAILED"),
            };
            writeln!(f, "{:<32} {:>8.1} {cells}", row.name, row.seconds)?;
            for part in row.parts().iter().filter(|part| !part.is_empty()) {
                let cells = counts(part.passed, part.failed, part.not_run.len());
                writeln!(f, "  {:<30} {:>8.1} {cells}", part.name, part.seconds)?;
            }
        }
        Ok(())
    }
}

fn counts(passed: u64, failed: u64, not_run: usize) -> String {
    format!("{passed:>8} {failed:>8} {not_run:>8}")
}
