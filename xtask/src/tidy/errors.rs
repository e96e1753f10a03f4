//! `docs/errors.md` lists exactly the error codes that the code says.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::golden::errors::{self, PAGE};
use crate::house::House;

const RULE: &str = "errors";
const BLESS: &str = "run `cargo xtask golden --bless` and read the diff";

/// A breach for each code that is unlisted, listed without being said, or of no room; else for a stale page.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let said = errors::codes(house);
    let page = house.text(PAGE).unwrap_or_default();
    let listed = errors::listed(&page);
    let mut breaches = Vec::new();
    for code in &said {
        let place = (code.file.as_str(), code.line);
        if !listed.iter().any(|(_, name)| *name == code.name) {
            let wrong = format!("the error code `{}` is not listed in {PAGE}", code.name);
            breaches.push(Breach::new(RULE, place, wrong, BLESS));
        }
        let room = code.name.split('/').next().unwrap_or_default();
        let known = house.layers.crates.iter().any(|(name, layer)| name == room || layer.room == room);
        if !known {
            let wrong = format!("the error code `{}` begins with no crate and no room", code.name);
            breaches.push(Breach::new(RULE, place, wrong, "begin it with the room that refuses"));
        }
    }
    for (line, name) in &listed {
        if !said.iter().any(|code| code.name == *name) {
            let wrong = format!("the error code `{name}` is listed and nothing says it");
            breaches.push(Breach::new(RULE, (PAGE, *line), wrong, BLESS));
        }
    }
    if breaches.is_empty() && page != errors::page(house) {
        breaches.push(Breach::new(RULE, (PAGE, 1), "the page differs from what the code says", BLESS));
    }
    breaches
}
