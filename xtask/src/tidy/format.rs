//! The tree is formatted by `cargo fmt`.

#[cfg(test)]
mod tests;

use std::process::Command;

use anyhow::{Context, Result};

use crate::breach::Breach;
use crate::house::House;

const RULE: &str = "format";

/// One breach for each file that `cargo fmt` would change, at the first such place.
pub(super) fn check(house: &House) -> Result<Vec<Breach>> {
    let mut fmt = Command::new(crate::cargo());
    fmt.args(["fmt", "--all", "--check"]).current_dir(&house.root);
    let output = fmt.output().context("cargo fmt cannot be started: is rustfmt installed?")?;
    let root = house.root.to_string_lossy();
    let mut places: Vec<Breach> =
        String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| place(&root, line)).collect();
    places.dedup_by(|later, first| later.file == first.file);
    if output.status.success() || !places.is_empty() {
        return Ok(places);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let wrong = format!("cargo fmt failed: {}", said.lines().next().unwrap_or("it does not say why"));
    Ok(vec![Breach::new(RULE, ("Cargo.toml", 1), wrong, "run `cargo fmt --all` and read what it says")])
}

/// `Diff in /root/base/vocab/src/lib.rs:12:`
fn place(root: &str, line: &str) -> Option<Breach> {
    let mut parts = line.strip_prefix("Diff in ")?.trim_end_matches(':').rsplitn(2, ':');
    let number = parts.next()?.parse().ok()?;
    let file = parts.next()?.trim_start_matches(root).trim_start_matches('/');
    Some(Breach::new(RULE, (file, number), "not as cargo fmt writes it", "run `cargo fmt --all`"))
}
