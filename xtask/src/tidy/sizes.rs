//! Files stay short: half of them, nine in ten of them, and each beyond the limit with its reason.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::House;

const RULE: &str = "sizes";

/// A breach for each long file without a reason, for each reason without need, and for the two quantiles.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let sizes = &house.layers.sizes;
    let mut lengths: Vec<(usize, &str)> =
        house.sources.iter().map(|source| (source.text.lines().count(), source.path.as_str())).collect();
    lengths.sort_unstable();
    let mut breaches = reasons(house, &lengths);
    let Some((longest, path)) = lengths.last().copied() else { return breaches };
    let median = lengths[(lengths.len() - 1) / 2].0;
    let split = "split the longest where the house would cut it";
    if median > sizes.median {
        let wrong =
            format!("half of the Rust files are longer than {median} lines, {} are allowed", sizes.median);
        breaches.push(Breach::new(RULE, (path, longest), wrong, split));
    }
    let over: Vec<&str> =
        lengths.iter().filter(|(lines, _)| *lines > sizes.most).map(|(_, path)| *path).collect();
    if over.len() * 10 > lengths.len() {
        let wrong = format!(
            "{} of {} Rust files are over {} lines: {}",
            over.len(),
            lengths.len(),
            sizes.most,
            over.join(", ")
        );
        breaches.push(Breach::new(RULE, (path, longest), wrong, split));
    }
    breaches
}

fn reasons(house: &House, lengths: &[(usize, &str)]) -> Vec<Breach> {
    let (limit, reasons) = (house.layers.sizes.reason_above, &house.layers.long);
    let unexplained = lengths.iter().filter(|(lines, path)| *lines > limit && !reasons.contains_key(*path));
    let unexplained = unexplained.map(|(lines, path)| {
        let wrong = format!("{lines} lines without a reason in layers.toml");
        Breach::new(RULE, (path, *lines), wrong, "split it, or say under [long] why it is one thing")
    });
    let needed = |path: &String| lengths.iter().any(|(lines, other)| other == path && *lines > limit);
    let idle = reasons.keys().filter(|path| !needed(path)).map(|path| {
        let wrong = format!("`{path}` has a reason for its length and is not over {limit} lines");
        Breach::new(RULE, ("layers.toml", house.layers.line(path)), wrong, "drop the line")
    });
    unexplained.chain(idle).collect()
}
