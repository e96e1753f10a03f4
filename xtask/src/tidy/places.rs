//! Each crate is known to `layers.toml`, stands in its room, and is named after its folder.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::{Crate, House};

const RULE: &str = "places";

/// One breach for each crate that is unknown, misplaced or misnamed.
pub(super) fn check(house: &House) -> Vec<Breach> {
    house.crates.iter().filter_map(|one| misplaced(house, one)).collect()
}

fn misplaced(house: &House, one: &Crate) -> Option<Breach> {
    let manifest = one.manifest();
    let place = (manifest.as_str(), 1);
    let Some(layer) = house.layers.crates.get(&one.name) else {
        let wrong = format!("the crate `{}` is unknown to layers.toml", one.name);
        return Some(Breach::new(RULE, place, wrong, "say there who it is and what it may import"));
    };
    if layer.room != one.room() {
        let wrong = format!("the crate `{}` stands in `{}`", one.name, one.room());
        return Some(Breach::new(RULE, place, wrong, format!("move it to `{}`", layer.room)));
    }
    let wanted = format!("wrale-{}", one.name);
    if one.package != wanted && one.package != one.name {
        let wrong = format!("the package is called `{}`", one.package);
        return Some(Breach::new(RULE, place, wrong, format!("call it `{wanted}`")));
    }
    None
}
