//! The table and the last line.

use std::time::Duration;

use super::{Part, Report, Row};

const SECOND: Duration = Duration::from_secs(1);

fn part(passed: u64, failed: u64, not_run: &[&str]) -> Part {
    let not_run = not_run.iter().map(|what| (*what).to_owned()).collect();
    Part { name: "vocab".to_owned(), seconds: 0.5, passed, failed, not_run }
}

fn report(good: bool, parts: Vec<Part>) -> Report {
    let mut report = Report::default();
    report.add(Row::judged("tidy", SECOND, good));
    report.add(Row::counted("tests", SECOND, parts));
    report
}

#[test]
fn the_last_line_is_the_sum_of_the_tests() {
    let report = report(true, vec![part(3, 0, &[]), part(4, 2, &[])]);
    assert_eq!(report.last_line(), "7 passed, 2 failed");
    assert!(!report.conclude(false).good);
}

#[test]
fn a_failed_suite_without_a_count_is_one_failure() {
    let report = report(false, vec![part(3, 0, &[])]);
    assert_eq!(report.last_line(), "3 passed, 1 failed");
    assert!(!report.conclude(false).good);
}

#[test]
fn what_was_not_run_fails_where_everything_has_to_run() {
    let report = report(true, vec![part(3, 0, &["motion"])]);
    assert!(report.conclude(false).good);
    assert!(!report.conclude(true).good);
    assert_eq!(report.conclude(false).lines, ["not run: motion", "3 passed, 0 failed"]);
}

#[test]
fn what_was_left_out_altogether_fails_there_too() {
    let mut report = report(true, Vec::new());
    assert!(report.conclude(true).good);
    report.leave_out("tests");
    assert!(!report.conclude(true).good);
}

#[test]
fn the_table_names_each_suite_with_its_seconds() {
    let table = report(false, vec![part(3, 1, &["motion"]), part(0, 0, &[])]).to_string();
    let row = |name: &str| {
        table.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default().to_owned()
    };
    assert_eq!(row("tidy").split_whitespace().collect::<Vec<_>>(), ["tidy", "1.0", "FAILED"]);
    assert_eq!(row("tests").split_whitespace().collect::<Vec<_>>(), ["tests", "1.0", "3", "1", "1"]);
    assert_eq!(row("vocab").split_whitespace().collect::<Vec<_>>(), ["vocab", "0.5", "3", "1", "1"]);
    assert_eq!(table.matches("vocab").count(), 1, "a binary without a test has no line");
}
