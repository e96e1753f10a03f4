//! The sentence of the house: each verb has its function where `layers.toml` says, once its crate exists.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::House;
use crate::source::Source;
use crate::source::shape;

const RULE: &str = "verbs";

/// One breach for each verb without its function.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let places = house.layers.verbs.iter().flat_map(|(verb, at)| at.iter().map(move |place| (verb, place)));
    places
        .filter(|(verb, place)| !stands(house, verb, place))
        .map(|(verb, place)| {
            let line = house.layers.line(&format!("{verb} = "));
            let wrong = format!("no function `{verb}` stands at `{place}`");
            let remedy = "write it there, or correct the table and the docs with it";
            Breach::new(RULE, ("layers.toml", line), wrong, remedy)
        })
        .collect()
}

/// True as long as the crate does not exist; then only with the function.
fn stands(house: &House, verb: &str, place: &str) -> bool {
    let (krate, inside) = place.split_once("::").unwrap_or((place, ""));
    if house.named(krate).is_none() {
        return true;
    }
    let mut sources = house.sources_of(krate);
    if inside.starts_with(char::is_uppercase) {
        return sources.any(|source| trait_says(source, inside, verb));
    }
    // `guard::fuse` may be the function itself or the module that holds it.
    let module = if inside == verb { "" } else { inside };
    sources.any(|source| source.within(module) && says(source, verb))
}

fn says(source: &Source, verb: &str) -> bool {
    source.functions().iter().any(|one| one.name == verb && !source.in_tests(one.at))
}

fn trait_says(source: &Source, name: &str, verb: &str) -> bool {
    let traits = shape::items(&source.code, "trait");
    let functions = source.functions();
    traits
        .iter()
        .filter(|one| one.subject == name && !source.in_tests(one.body.start))
        .any(|one| functions.iter().any(|function| function.name == verb && one.body.contains(&function.at)))
}
