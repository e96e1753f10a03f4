//! `cargo xtask bench [row…]`: the budgets, in a release build; it alone fails on a number.

use std::process::Command;

use anyhow::{Context, Result};

use crate::house::House;

/// Runs these rows, or all of them; true if every budget holds.
pub(crate) fn run(house: &House, rows: &[&str]) -> Result<bool> {
    let bench = house.named("bench").context("the bench is not built yet: there is no crate `bench`")?;
    // The device daemon is weighed as it is installed, and so it is built as it is installed.
    if let Some(daemon) = house.named("metald")
        && !cargo(house, &["build", "--profile", "device", "--package", &daemon.package])?
    {
        return Ok(false);
    }
    let run = ["run", "--release", "--package", &bench.package, "--"];
    cargo(house, &[&run, rows].concat())
}

fn cargo(house: &House, words: &[&str]) -> Result<bool> {
    let mut command = Command::new(crate::cargo());
    let status = command.args(words).current_dir(&house.root).status().context("cargo does not start")?;
    Ok(status.success())
}
