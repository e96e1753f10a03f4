//! `cargo xtask bench [row…]`: the budgets, in a release build; it alone fails on a number.

use std::process::Command;

use anyhow::{Context, Result};

use crate::house::House;

/// Runs these rows, or all of them; true if every budget holds. With `--quick` among them the build takes a fifth of
/// the time, because nothing is optimised over the borders of crates; figures are then worse than what is shipped, and
/// those of the rows that weigh a daemon are not taken at all.
pub(crate) fn run(house: &House, words: &[&str]) -> Result<bool> {
    let (quick, rows): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| **word == QUICK);
    let bench = house.named("bench").context("the bench is not built yet: there is no crate `bench`")?;
    if !quick.is_empty() {
        let run = ["run", "--profile", "quick", "--package", &bench.package, "--"];
        return cargo(house, &[&run, rows.as_slice()].concat());
    }
    // The device daemon is weighed as it is installed, and so it is built as it is installed.
    if let Some(daemon) = house.named("metald")
        && !cargo(house, &["build", "--profile", "device", "--package", &daemon.package])?
    {
        return Ok(false);
    }
    let run = ["run", "--release", "--package", &bench.package, "--"];
    cargo(house, &[&run, rows.as_slice()].concat())
}

/// The word by which it is built quickly.
const QUICK: &str = "--quick";

fn cargo(house: &House, words: &[&str]) -> Result<bool> {
    let mut command = Command::new(crate::cargo());
    let status = command.args(words).current_dir(&house.root).status().context("cargo does not start")?;
    Ok(status.success())
}
