//! Each Rust file opens with its promise, and none is called `mod.rs`.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::House;
use crate::source::{Role, Source};

const RULE: &str = "files";

/// One breach for each file without a promise, and for each `mod.rs`.
pub(super) fn check(house: &House) -> Vec<Breach> {
    house.sources.iter().flat_map(|source| [promise(source), name(source)]).flatten().collect()
}

fn promise(source: &Source) -> Option<Breach> {
    // A test file's promises are the names of its tests.
    if source.role == Role::Test {
        return None;
    }
    let first = source.text.lines().next().unwrap_or_default();
    if first.strip_prefix("//!").is_some_and(|said| !said.trim().is_empty()) {
        return None;
    }
    let remedy = "open it with `//!` and a sentence that says what the file is for";
    Some(Breach::new(RULE, (&source.path, 1), "the file does not open with its promise", remedy))
}

fn name(source: &Source) -> Option<Breach> {
    let folder = source.path.strip_suffix("/mod.rs")?;
    Some(Breach::new(RULE, (&source.path, 1), "a file is called `mod.rs`", format!("call it `{folder}.rs`")))
}
