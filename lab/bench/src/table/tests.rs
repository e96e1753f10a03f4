use super::*;
use crate::{
    figure::Spread,
    line::{Budget, Part, Unit},
};

fn line(p50: f64, budget: Budget) -> Line {
    let figure = Spread { p50, p99: 2.0 * p50, worst: 3.0 * p50, n: 4 };
    Line::new("cost", figure, Unit::Seconds, budget)
}

fn table(lines: Vec<Line>) -> Table {
    let mut table = Table::default();
    table.add("row", lines);
    table
}

#[test]
fn a_line_shows_its_figure_its_budget_its_reference_and_its_verdict() {
    let held = line(0.001, Budget::AtMost(Part::P99, 0.002)).against("bare", 0.0005);
    let text = table(vec![held]).to_string();
    let mut lines = text.lines();
    assert_eq!(lines.next().unwrap().split_whitespace().next(), Some("figure"));
    assert_eq!(
        lines.next(),
        Some("row: cost  1.000 ms  2.000 ms  3.000 ms  4  p99 ≤ 2.000 ms  500.000 µs bare  2.00   held")
    );
    assert_eq!(lines.next(), Some("0 budgets missed, 0 rows could not run"));
}

#[test]
fn each_budget_is_judged_by_its_own_part() {
    for (budget, held) in [
        (Budget::AtLeast(1.0), true),
        (Budget::AtLeast(1.1), false),
        (Budget::AtMost(Part::P50, 1.0), true),
        (Budget::AtMost(Part::P99, 1.9), false),
        (Budget::AtMost(Part::P99, 2.0), true),
        (Budget::Beside, true),
        (Budget::OfRaw(0.5), false),
    ] {
        assert_eq!(table(vec![line(1.0, budget)]).is_held(), held, "{budget:?}");
    }
}

#[test]
fn a_share_of_the_reference_is_held_by_the_middle() {
    let against = |value| table(vec![line(1.0, Budget::OfRaw(0.5)).against("bare", value)]).is_held();
    assert!(against(2.0));
    assert!(!against(2.1));
}

#[test]
fn a_row_that_could_not_run_says_so_and_fails() {
    let mut table = table(vec![line(1.0, Budget::Beside)]);
    table.add_failed("other", "no disk");
    assert!(!table.is_held());
    assert!(table.to_string().contains("other: could not run: no disk\n"));
    assert_eq!(table.last(), "other: could not run: no disk\n");
}

#[test]
fn a_row_without_a_figure_fails() {
    assert!(!table(vec![]).is_held());
}
