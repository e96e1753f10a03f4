//! `cargo xtask bench [row…]`: the budgets, in a release build; it alone fails on a number.

use std::process::Command;

use anyhow::{Context, Result};

use crate::house::House;

/// Runs these rows, or all of them; true if every budget holds.
pub(crate) fn run(house: &House, rows: &[&str]) -> Result<bool> {
    let bench = house.named("bench").context("the bench is not built yet: there is no crate `bench`")?;
    let mut command = Command::new(crate::cargo());
    command.args(["run", "--release", "--package", &bench.package, "--"]).args(rows);
    let status = command.current_dir(&house.root).status().context("cargo does not start")?;
    Ok(status.success())
}
