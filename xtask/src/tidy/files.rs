//! Each Rust file opens with its promise, no file is called `mod.rs`, and the map stays a map.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::House;
use crate::source::Source;

const RULE: &str = "files";
const MAP: &str = "ARCHITECTURE.md";
const MAP_LINES: usize = 300;

/// One breach for each file without a promise, each `mod.rs`, and a map that is missing or too long.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let sources = house.sources.iter().flat_map(|source| [promise(source), name(source)]);
    sources.chain([map(house)]).flatten().collect()
}

fn promise(source: &Source) -> Option<Breach> {
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

fn map(house: &House) -> Option<Breach> {
    let Some(text) = house.text(MAP) else {
        return Some(Breach::new(RULE, (MAP, 1), "the map is missing", "draw it again"));
    };
    let lines = text.lines().count();
    if lines <= MAP_LINES {
        return None;
    }
    let wrong = format!("the map has {lines} lines, {MAP_LINES} are allowed");
    Some(Breach::new(RULE, (MAP, lines), wrong, "move what is not map to docs/"))
}
