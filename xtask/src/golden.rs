//! Contracts are files: compares them with what the code says, or renews them.
//!
//! Two kinds: pages that this program writes itself (error codes, dependency lists), and files that a crate's own
//! tests compare (wire vectors, say), which those tests write anew where `WRALE_BLESS` is set.

mod dependencies;
pub(crate) mod errors;
#[cfg(test)]
mod tests;

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::breach::Breach;
use crate::house::House;

const RULE: &str = "golden";
const BLESS: &str = "WRALE_BLESS";

/// What to do with a contract that differs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write it anew.
    Bless,
    /// Report it.
    Compare,
}

/// `cargo xtask golden`: pages first, then the crates' own contracts; true if all agree in the end.
pub(crate) fn run(house: &House, mode: Mode) -> Result<bool> {
    if mode == Mode::Bless {
        bless(house)?;
        crates_tests(house, mode)?;
    }
    let breaches = compare(house)?;
    for breach in &breaches {
        println!("{breach}");
    }
    let agreed = crates_tests(house, Mode::Compare)?;
    if breaches.is_empty() && agreed {
        println!("golden: every contract file agrees with the code");
    }
    Ok(breaches.is_empty() && agreed)
}

/// A breach for each page that this program writes and that differs from what it would write now.
pub(crate) fn compare(house: &House) -> Result<Vec<Breach>> {
    let pages = pages(house)?;
    let stale =
        pages.iter().filter(|(path, text)| house.text(path).as_ref() != Some(text)).map(|(path, _)| {
            let remedy = "run `cargo xtask golden --bless` and read the diff";
            Breach::new(RULE, (path, 1), "the contract differs from what the code says", remedy)
        });
    Ok(stale.collect())
}

fn bless(house: &House) -> Result<()> {
    for (path, text) in pages(house)? {
        if house.text(&path).as_ref() == Some(&text) {
            continue;
        }
        let file = house.root.join(&path);
        let folder = file.parent().context("a page without a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        fs::write(&file, text).with_context(|| format!("{path} cannot be written"))?;
        println!("renewed {path}");
    }
    Ok(())
}

/// Path and text of each page that this program writes.
fn pages(house: &House) -> Result<Vec<(String, String)>> {
    let mut pages = vec![(errors::PAGE.to_owned(), errors::page(house))];
    pages.extend(dependencies::pages(house)?);
    Ok(pages)
}

/// Runs the tests of the crates that hold contracts of their own; true if they pass.
fn crates_tests(house: &House, mode: Mode) -> Result<bool> {
    let packages = blessable(house);
    if packages.is_empty() {
        return Ok(true);
    }
    let mut cargo = Command::new(crate::cargo());
    cargo.arg("test").current_dir(&house.root);
    for package in &packages {
        cargo.args(["--package", package]);
    }
    match mode {
        Mode::Bless => cargo.env(BLESS, "1"),
        Mode::Compare => cargo.env_remove(BLESS),
    };
    let status = cargo.status().context("cargo cannot be started")?;
    if mode == Mode::Bless && !status.success() {
        bail!(
            "the contracts of {} could not be renewed: a test failed while it wrote them",
            packages.join(", ")
        );
    }
    Ok(status.success())
}

/// Packages whose tests name the variable.
fn blessable(house: &House) -> Vec<String> {
    let names = |crate_name: &str| {
        house.sources_of(crate_name).any(|source| {
            let whole = 0..source.text.len();
            source.literals(&whole).iter().any(|(at, text)| *text == BLESS && source.in_tests(*at))
        })
    };
    house.crates.iter().filter(|one| names(&one.name)).map(|one| one.package.clone()).collect()
}
