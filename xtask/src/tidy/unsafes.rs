//! `unsafe` stands only where `layers.toml` allows it, and each one says why it is sound and why it is needed.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::House;
use crate::source::Source;

const RULE: &str = "unsafe";
const REASONS: [&str; 2] = ["// SAFETY:", "// JUSTIFICATION:"];

/// One breach for each `unsafe` that is out of place or unexplained.
pub(super) fn check(house: &House) -> Vec<Breach> {
    house.sources.iter().flat_map(|source| judge(house, source)).collect()
}

fn judge(house: &House, source: &Source) -> Vec<Breach> {
    let home = source.home.as_deref().unwrap_or_default();
    let allowed = house.layers.covers(&house.layers.unsafe_in, home);
    let said = source.words("unsafe").filter_map(|at| {
        let line = source.line(at);
        if !allowed {
            let remedy = format!("do it in safe code, or in {}", house.layers.unsafe_in.join(", "));
            return Some(Breach::new(
                RULE,
                (&source.path, line),
                "`unsafe` has no place in this crate",
                remedy,
            ));
        }
        let comment = comment_above(&source.text, line);
        let missing = REASONS.iter().find(|reason| !comment.contains(**reason))?;
        let wrong = format!("this `unsafe` has no `{missing}` above it");
        Some(Breach::new(
            RULE,
            (&source.path, line),
            wrong,
            "say why it is sound and why safe code would not do",
        ))
    });
    said.collect()
}

/// The comment lines right above a line; attributes may stand between.
fn comment_above(text: &str, line: usize) -> String {
    let lines: Vec<&str> = text.lines().take(line - 1).collect();
    let above = lines.iter().rev().map(|line| line.trim());
    let block = above.take_while(|line| line.starts_with("//") || line.starts_with("#["));
    block.collect::<Vec<_>>().join("\n")
}
