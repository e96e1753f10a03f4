//! The table that is printed: a line for each figure, and one for each row that could not run.

use std::fmt;

use crate::line::{Line, Verdict};

/// Rows in the order in which they ran.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<(&'static str, Result<Vec<Line>, String>)>);

const HEADS: [&str; 9] = ["figure", "p50", "p99", "worst", "n", "budget", "raw", "ratio", ""];

impl Table {
    /// A row ran; one without a line has shown nothing.
    pub(crate) fn add(&mut self, row: &'static str, lines: Vec<Line>) {
        let shown = if lines.is_empty() { Err("it gave no figure".into()) } else { Ok(lines) };
        self.0.push((row, shown));
    }

    /// A row could not run.
    pub(crate) fn add_failed(&mut self, row: &'static str, why: &str) {
        self.0.push((row, Err(why.into())));
    }

    /// Whether every row ran, and every budget held.
    pub(crate) fn is_held(&self) -> bool {
        let held = |lines: &Vec<Line>| lines.iter().all(|line| line.verdict() != Verdict::Missed);
        self.0.iter().all(|(_, row)| row.as_ref().is_ok_and(held))
    }

    /// The last row alone.
    pub(crate) fn last(&self) -> String {
        render(&self.0[self.0.len().saturating_sub(1)..])
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(&self.0))?;
        let missed = self.0.iter().flat_map(|(_, row)| row.iter().flatten());
        let missed = missed.filter(|line| line.verdict() == Verdict::Missed).count();
        let failed = self.0.iter().filter(|(_, row)| row.is_err()).count();
        write!(f, "{missed} budgets missed, {failed} rows could not run")
    }
}

fn render(rows: &[(&'static str, Result<Vec<Line>, String>)]) -> String {
    let ran = rows.iter().filter_map(|(name, row)| Some((name, row.as_ref().ok()?)));
    let cells = ran.flat_map(|(name, lines)| lines.iter().map(move |line| cells(name, line)));
    let cells: Vec<_> = [HEADS.map(String::from)].into_iter().chain(cells).collect();
    let widths: [usize; 9] =
        std::array::from_fn(|at| cells.iter().map(|row| row[at].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for row in cells.iter().filter(|_| cells.len() > 1) {
        let padded: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(padded.join("  ").trim_end());
        text.push('\n');
    }
    for (name, row) in rows {
        if let Err(why) = row {
            text.push_str(&format!("{name}: could not run: {why}\n"));
        }
    }
    text
}

fn cells(row: &str, line: &Line) -> [String; 9] {
    let show = |value| line.unit.show(value);
    let figure = &line.figure;
    [
        format!("{row}: {}", line.what),
        show(figure.p50),
        show(figure.p99),
        show(figure.worst),
        figure.n.to_string(),
        line.budget.show(line.unit),
        line.raw.as_ref().map(|raw| format!("{} {}", show(raw.value), raw.what)).unwrap_or_default(),
        line.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
        line.verdict().to_string(),
    ]
}

#[cfg(test)]
mod tests;
