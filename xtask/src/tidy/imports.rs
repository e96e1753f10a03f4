//! Each crate imports only the crates of this workspace that `layers.toml` grants it.
//!
//! A grant may name single items (`admit::Attested`); then what ships says no other of that crate. Its tests may:
//! they must be able to earn the proof that they pass on.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::{Crate, Dependency, House, Kind};
use crate::layers::Reach;
use crate::source::Source;
use crate::source::shape;

const RULE: &str = "imports";

/// One breach for each import beyond the grant.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let known = house.crates.iter().filter(|one| house.layers.crates.contains_key(&one.name));
    known.flat_map(|one| one.dependencies.iter().flat_map(move |found| judge(house, one, found))).collect()
}

fn judge(house: &House, one: &Crate, found: &Dependency) -> Vec<Breach> {
    let for_tests = found.kind == Kind::Dev && house.layers.in_tests.contains(&found.name);
    if found.folder.is_none() || for_tests {
        return Vec::new();
    }
    match house.layers.reach(&one.name, &found.name) {
        Reach::Whole => Vec::new(),
        Reach::Items(items) => beyond(house, one, &found.name, &items),
        Reach::None => {
            let why = &house.layers.crates[&one.name].why;
            let wrong = format!("`{}` may not import `{}` ({why})", one.name, found.name);
            let remedy = "turn the dependency round, or move the code to the room that may";
            vec![Breach::new(RULE, (&one.manifest(), found.line), wrong, remedy)]
        }
    }
}

/// Paths into `target` that are none of the granted items.
fn beyond(house: &House, one: &Crate, target: &str, items: &[String]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for source in house.sources_of(&one.name) {
        for at in source.shipped(target).filter(|at| is_path_root(source, *at)) {
            let said = paths(&source.code[at + target.len()..]);
            if said.is_empty() || said.iter().any(|path| !granted(path, items)) {
                let wrong = format!("`{}` may take only {} of `{target}`", one.name, list(items));
                let place = (source.path.as_str(), source.line(at));
                breaches.push(Breach::new(
                    RULE,
                    place,
                    wrong,
                    "name that item by its full path, and no other",
                ));
            }
        }
    }
    breaches
}

/// True if the word begins a path or an import of the crate, and is not a local name of the same letters.
fn is_path_root(source: &Source, at: usize) -> bool {
    let before = source.code[..at].trim_end();
    let after = source.code[at..].trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').trim_start();
    let inside = before.ends_with("::") && !before.ends_with(" ::");
    let imported = ["use", "crate"].iter().any(|word| before.ends_with(word));
    !inside && (after.starts_with("::") || imported)
}

/// The paths after a crate's name: one, or one for each member of a `use` list.
fn paths(rest: &str) -> Vec<String> {
    let Some(rest) = rest.trim_start().strip_prefix("::") else { return Vec::new() };
    let rest = rest.trim_start();
    if !rest.starts_with('{') {
        return vec![path(rest)];
    }
    let inside = shape::closing(rest, 0).map_or("", |end| &rest[1..end]);
    inside.split(',').map(|member| path(member.trim())).filter(|path| !path.is_empty()).collect()
}

fn path(text: &str) -> String {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    text[..end].trim_end_matches(':').to_owned()
}

/// `verify` grants `verify` and `verify::inclusion`; `Attested` grants no sibling.
fn granted(path: &str, items: &[String]) -> bool {
    items.iter().any(|item| {
        path == item || path.strip_prefix(item.as_str()).is_some_and(|rest| rest.starts_with("::"))
    })
}

fn list(items: &[String]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
    quoted.join(", ")
}
