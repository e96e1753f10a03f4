//! A budget that is not kept is seen.

use std::time::Duration;

use super::Budgets;

#[test]
fn a_figure_over_its_budget_is_marked_and_fails() {
    let mut budgets = Budgets::default();
    budgets.within("attack to incident", Duration::from_millis(340), Duration::from_secs(1));
    budgets.resident(120);
    assert!(budgets.judge().is_ok());
    budgets.resident(201);
    assert!(budgets.text().ends_with("201 MB     200 MB  OVER"), "{}", budgets.text());
    assert!(budgets.judge().unwrap_err().to_string().contains("over budget: resident"));
}
