//! `docs/dependencies/<bin>.txt`: everything that a binary is built from, one package and version a line.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::house::{Crate, House};

/// Path and text of the list of each binary.
pub(super) fn pages(house: &House) -> Result<Vec<(String, String)>> {
    let binaries = house.crates.iter().filter(|one| one.room() == "bin");
    binaries.map(|one| Ok((format!("docs/dependencies/{}.txt", one.name), list(house, one)?))).collect()
}

fn list(house: &House, one: &Crate) -> Result<String> {
    let mut tree = Command::new(crate::cargo());
    tree.args([
        "tree",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--package",
        &one.package,
    ]);
    let output = tree.current_dir(&house.root).output().context("cargo tree cannot be started")?;
    if !output.status.success() {
        bail!("cargo tree failed for {}: {}", one.package, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(lines(&String::from_utf8_lossy(&output.stdout)))
}

/// `anyhow v1.0.104 (*)` becomes `anyhow 1.0.104`; sorted, each once, without the paths of our own crates.
pub(super) fn lines(tree: &str) -> String {
    let named = tree.lines().filter_map(|line| {
        let (name, rest) = line.split_once(" v")?;
        Some(format!("{name} {}\n", rest.split(' ').next()?))
    });
    named.collect::<BTreeSet<String>>().into_iter().collect()
}
