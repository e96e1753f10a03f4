//! ARCHITECTURE.md is a map: short, with a row for each crate, and honest about which of them are here.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::House;

const RULE: &str = "map";
const MAP: &str = "ARCHITECTURE.md";
const LINES: usize = 300;

/// A breach for a map that is missing or too long, and for each crate without a true row.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let Some(text) = house.text(MAP) else {
        return vec![Breach::new(RULE, (MAP, 1), "the map is missing", "draw it again")];
    };
    let known = house.layers.crates.keys();
    let mut breaches: Vec<Breach> = known.filter_map(|name| judge(house, name, &text)).collect();
    let lines = text.lines().count();
    if lines > LINES {
        let wrong = format!("the map has {lines} lines, {LINES} are allowed");
        breaches.push(Breach::new(RULE, (MAP, lines), wrong, "move what is not map to docs/"));
    }
    breaches
}

/// The row of a crate begins with its name in backquotes and ends with `here` or `planned`.
fn judge(house: &House, name: &str, map: &str) -> Option<Breach> {
    let start = format!("| `{name}` |");
    let row = map.lines().enumerate().find(|(_, line)| line.starts_with(&start));
    let Some((at, row)) = row else {
        let wrong = format!("the crate `{name}` of layers.toml has no row");
        return Some(Breach::new(RULE, (MAP, 1), wrong, "say what it is for, and whether it is here"));
    };
    let said = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default().trim();
    let stands = if house.named(name).is_some() { "here" } else { "planned" };
    if said == stands {
        return None;
    }
    let wrong = format!("the map says `{said}` of `{name}`");
    Some(Breach::new(RULE, (MAP, at + 1), wrong, format!("say `{stands}`")))
}
