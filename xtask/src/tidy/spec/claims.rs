//! Looks up what a row of `docs/spec.md` claims to exist.

use crate::house::House;
use crate::source::Source;

/// The parts of a cell in backquotes.
pub(super) fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// True for a path of the tree, a crate, or a module or item of a crate.
pub(super) fn place_stands(house: &House, claim: &str) -> bool {
    let Some((krate, inside)) = claim.split_once("::") else {
        return house.named(claim).is_some() || path_stands(house, claim);
    };
    let item = inside.rsplit("::").next().unwrap_or(inside);
    house.sources_of(krate).any(|source| source.module == inside || defines(source, item))
}

/// True for a cargo command, a path of the tree, or `crate::path::test`.
pub(super) fn proof_stands(house: &House, claim: &str) -> bool {
    if claim.starts_with("cargo ") {
        return true;
    }
    let Some((krate, inside)) = claim.split_once("::") else { return path_stands(house, claim) };
    let (module, name) = inside.rsplit_once("::").unwrap_or(("", inside));
    let in_module = |source: &&Source| {
        module.is_empty()
            || source.module.is_empty()
            || format!("{module}::").starts_with(&format!("{}::", source.module))
    };
    house.sources_of(krate).filter(in_module).any(|source| tests(source, name, house))
}

/// A test of that name; the laboratory's stories are its whole code.
fn tests(source: &Source, name: &str, house: &House) -> bool {
    let lab = source
        .home
        .as_ref()
        .is_some_and(|home| house.layers.crates.get(home).is_some_and(|one| one.room == "lab"));
    source.functions().iter().any(|one| one.name == name && (lab || source.in_tests(one.at)))
}

fn defines(source: &Source, item: &str) -> bool {
    const KEYWORDS: [&str; 7] = ["fn", "struct", "enum", "trait", "mod", "type", "const"];
    source
        .shipped(item)
        .any(|at| KEYWORDS.iter().any(|keyword| source.code[..at].trim_end().ends_with(keyword)))
}

fn path_stands(house: &House, claim: &str) -> bool {
    !claim.is_empty() && !claim.contains(' ') && house.root.join(claim).exists()
}
