//! A proof that is minted by `assertion()` is minted in one place, and `layers.toml` names the place.
//!
//! Tests may call it: what they prove is not the product's word.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::House;
use crate::layers::Assertion;
use crate::source::Source;
use crate::source::mask::in_word;
use crate::source::shape;

const RULE: &str = "assertions";

/// A place in shipped code that names `Type::assertion`.
struct Call<'a> {
    proof: String,
    source: &'a Source,
    at: usize,
}

/// One breach for each unlisted definition, each foreign call, and each listed caller that does not call.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let calls: Vec<Call<'_>> = house.sources.iter().flat_map(calls).collect();
    let mut breaches: Vec<Breach> = house.sources.iter().flat_map(|source| unlisted(house, source)).collect();
    breaches.extend(calls.iter().filter_map(|call| foreign(house, call)));
    breaches.extend(house.layers.assertions.iter().filter_map(|one| not_once(house, one, &calls)));
    breaches
}

/// Definitions of `assertion` for a type that `layers.toml` does not name.
fn unlisted(house: &House, source: &Source) -> Vec<Breach> {
    let impls = shape::impls(&source.code);
    let defined =
        source.functions().into_iter().filter(|one| one.name == "assertion" && !source.in_tests(one.at));
    defined
        .filter_map(|one| {
            let subject = impls.iter().find(|block| block.body.contains(&one.at)).map(|block| &block.subject);
            let home = source.home.as_deref().unwrap_or_default();
            let listed =
                |entry: &Assertion| subject.is_some_and(|name| entry.proof == format!("{home}::{name}"));
            if house.layers.assertions.iter().any(listed) {
                return None;
            }
            let wrong = "this assertion() is unknown to layers.toml";
            let remedy = "name its type and its one caller there, or make the constructor private";
            Some(Breach::new(RULE, (&source.path, source.line(one.at)), wrong, remedy))
        })
        .collect()
}

/// A call of a type that is not listed, or from elsewhere than its one caller.
fn foreign(house: &House, call: &Call<'_>) -> Option<Breach> {
    let place = (call.source.path.as_str(), call.source.line(call.at));
    let Some(entry) = house.layers.assertions.iter().find(|one| name(&one.proof) == call.proof) else {
        let wrong = format!("`{}::assertion` is called and layers.toml knows no such proof", call.proof);
        return Some(Breach::new(RULE, place, wrong, "call it by the type's own name, from its one caller"));
    };
    if stands_in(call.source, &entry.caller) {
        return None;
    }
    let wrong = format!("`{}::assertion` is called outside `{}`", call.proof, entry.caller);
    Some(Breach::new(RULE, place, wrong, "take the proof as an argument from the room that earned it"))
}

/// Once the caller's crate exists, it calls exactly once.
fn not_once(house: &House, entry: &Assertion, calls: &[Call<'_>]) -> Option<Breach> {
    house.named(entry.caller.split("::").next()?)?;
    let rightful =
        |call: &&Call<'_>| call.proof == name(&entry.proof) && stands_in(call.source, &entry.caller);
    let count = calls.iter().filter(rightful).count();
    if count == 1 {
        return None;
    }
    let wrong = format!("`{}` calls `{}::assertion` {count} times", entry.caller, name(&entry.proof));
    let line = house.layers.line(&format!("\"{}\"", entry.proof));
    Some(Breach::new(
        RULE,
        ("layers.toml", line),
        wrong,
        "let one function of that file earn the proof, once",
    ))
}

fn calls(source: &Source) -> Vec<Call<'_>> {
    let named = source.shipped("assertion").filter(|at| source.code[..*at].ends_with("::"));
    named.map(|at| Call { proof: owner(&source.code[..at - 2]).to_owned(), source, at }).collect()
}

/// The last name of a path: `Durable` for `journal::Durable` and `Durable::<Entry>`.
fn owner(path: &str) -> &str {
    let bare = if path.ends_with('>') { path.rfind('<').map_or(path, |at| &path[..at]) } else { path };
    let bare = bare.trim_end_matches(':');
    let start = bare.bytes().rposition(|byte| !in_word(byte)).map_or(0, |at| at + 1);
    &bare[start..]
}

fn name(proof: &str) -> &str {
    proof.rsplit("::").next().unwrap_or(proof)
}

fn stands_in(source: &Source, caller: &str) -> bool {
    let (krate, module) = caller.split_once("::").unwrap_or((caller, ""));
    source.home.as_deref() == Some(krate) && source.within(module)
}
