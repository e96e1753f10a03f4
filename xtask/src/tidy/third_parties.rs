//! Third-party crates stay where they belong: off the pure crates, out of the product, in their one room.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::{Crate, Dependency, House, Kind};

const RULE: &str = "third-parties";

/// One breach for each third-party dependency that its crate may not have.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let pairs = house.crates.iter().flat_map(|one| one.dependencies.iter().map(move |found| (one, found)));
    pairs
        .filter(|(_, found)| found.folder.is_none())
        .filter_map(|(one, found)| judge(house, one, found))
        .collect()
}

fn judge(house: &House, one: &Crate, found: &Dependency) -> Option<Breach> {
    let layers = &house.layers;
    let manifest = one.manifest();
    let place = (manifest.as_str(), found.line);
    let layer = layers.crates.get(&one.name)?;
    let oracle = layers.oracles.contains(&found.name);
    if oracle && found.kind == Kind::Dev {
        return None;
    }
    if oracle && layer.room != "lab" {
        let wrong = format!("`{}` is a test tool and `{}` would ship it", found.name, one.name);
        return Some(Breach::new(RULE, place, wrong, "move it to [dev-dependencies]"));
    }
    if let Some(reserved) = layers.reserved.get(&found.name)
        && !layers.covers(&reserved.only, &one.name)
        && !(reserved.in_tests && found.kind == Kind::Dev)
    {
        let wrong = format!("`{}` may not depend on `{}` ({})", one.name, found.name, reserved.why);
        let remedy = format!("leave it to {}", reserved.only.join(", "));
        return Some(Breach::new(RULE, place, wrong, remedy));
    }
    let for_tests = found.kind == Kind::Dev && layers.pure_tests.contains(&found.name);
    if layer.pure && !for_tests && !layers.pure.contains(&found.name) {
        let wrong = format!(
            "the pure crate `{}` depends on `{}`, which is not on the pure list",
            one.name, found.name
        );
        return Some(Breach::new(RULE, place, wrong, "do without it, or argue for it in layers.toml"));
    }
    None
}
