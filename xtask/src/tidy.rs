//! Holds the tree to `layers.toml` and to the house's habits: one file for each rule.
//!
//! A rule looks at the tree and answers with breaches; none of them changes anything.

mod assertions;
mod errors;
mod files;
mod format;
mod imports;
mod map;
mod places;
mod pure;
mod sizes;
mod sockets;
mod spec;
mod third_parties;
mod unsafes;
mod verbs;
mod words;

use anyhow::Result;

use crate::breach::Breach;
use crate::house::House;

type Rule = fn(&House) -> Vec<Breach>;

const RULES: [Rule; 14] = [
    assertions::check,
    errors::check,
    files::check,
    imports::check,
    map::check,
    places::check,
    pure::check,
    sizes::check,
    sockets::check,
    spec::check,
    third_parties::check,
    unsafes::check,
    verbs::check,
    words::check,
];

/// All breaches of all rules, by file and line.
pub(crate) fn check(house: &House) -> Result<Vec<Breach>> {
    let mut breaches: Vec<Breach> = RULES.iter().flat_map(|rule| rule(house)).collect();
    breaches.extend(format::check(house)?);
    breaches.sort();
    breaches.dedup();
    Ok(breaches)
}

/// Runs every rule and prints what it found; true if the tree is tidy.
pub(crate) fn run(house: &House) -> Result<bool> {
    let breaches = check(house)?;
    for breach in &breaches {
        println!("{breach}");
    }
    let (crates, files) = (house.crates.len(), house.sources.len());
    match breaches.len() {
        0 => println!("tidy: {crates} crates and {files} Rust files keep every rule"),
        count => println!("tidy: {count} breaches in {crates} crates and {files} Rust files"),
    }
    Ok(breaches.is_empty())
}
