//! Pure crates are pure: `#![no_std]`, no `std` outside tests, no randomness, no key generation.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::{Crate, House};
use crate::source::Source;

const RULE: &str = "pure";

/// One breach for each impure word, and one for a missing `#![no_std]`.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let is_pure = |one: &&Crate| house.layers.crates.get(&one.name).is_some_and(|layer| layer.pure);
    house.crates.iter().filter(is_pure).flat_map(|one| judge(house, one)).collect()
}

fn judge(house: &House, one: &Crate) -> Vec<Breach> {
    let root = format!("{}/src/lib.rs", one.folder);
    let mut breaches = Vec::new();
    if !house.sources_of(&one.name).any(|source| source.path == root && source.code.contains("#![no_std]")) {
        let wrong = format!("the pure crate `{}` does not say #![no_std]", one.name);
        breaches.push(Breach::new(RULE, (&root, 1), wrong, "say it under the promise of the file"));
    }
    breaches.extend(house.sources_of(&one.name).flat_map(|source| impure(house, source)));
    breaches
}

fn impure(house: &House, source: &Source) -> Vec<Breach> {
    let std = source.shipped("std").filter(|at| names_the_crate(&source.code, *at)).map(|at| {
        let wrong = "a pure crate names `std` outside tests".to_owned();
        Breach::new(
            RULE,
            (&source.path, source.line(at)),
            wrong,
            "use `core` or `alloc`, or take it as an argument",
        )
    });
    let words = house.layers.impure.iter().flat_map(|word| {
        source.shipped(&word.said).map(move |at| {
            let wrong = format!("a pure crate says `{}`", word.said);
            Breach::new(RULE, (&source.path, source.line(at)), wrong, word.instead.as_str())
        })
    });
    std.chain(words).collect()
}

/// `std::…`, `use std`, `extern crate std`: not a field or a variable that is called so.
fn names_the_crate(code: &str, at: usize) -> bool {
    let before = code[..at].trim_end();
    code[at + 3..].trim_start().starts_with("::") || before.ends_with("crate") || before.ends_with("use")
}
