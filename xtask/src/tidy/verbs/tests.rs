//! Verbs that stand, verbs that are missing, and verbs whose crate has not come yet.

use super::check;
use crate::fake::Fake;

const GUARD: &str =
    "//! Guards.\n#![no_std]\npub trait Sensors {\n    fn read(&mut self) -> u8;\n}\npub fn append() {}\n";

fn guard(lib: &str) -> Fake {
    Fake::good().krate("metal/guard", "", lib)
}

#[test]
fn a_verb_waits_for_its_crate() {
    assert_eq!(Fake::good().says(check), [""; 0]);
}

#[test]
fn a_crate_without_its_verb_is_refused() {
    let said = guard(GUARD).says(check);
    assert_eq!(said.len(), 1);
    assert!(
        said[0].starts_with("layers.toml:")
            && said[0].ends_with("no function `adopt` stands at `guard::adopt`")
    );
}

#[test]
fn a_verb_may_stand_in_the_crate_or_in_the_module_of_its_name() {
    assert_eq!(guard(&format!("{GUARD}pub fn adopt() {{}}\n")).says(check), [""; 0]);
    assert_eq!(
        guard(GUARD).with("metal/guard/src/adopt.rs", "impl Guard { pub fn adopt() {} }\n").says(check),
        [""; 0]
    );
}

#[test]
fn a_verb_in_a_test_or_a_comment_does_not_stand() {
    let lib = format!("{GUARD}// fn adopt\n#[cfg(test)]\nfn adopt() {{}}\n");
    assert_eq!(guard(&lib).says(check).len(), 1);
}

#[test]
fn a_verb_of_a_trait_is_declared_by_that_trait() {
    let lib = "//! Guards.\n#![no_std]\npub trait Eyes {\n    fn read(&self);\n}\npub fn append() {}\npub fn adopt() {}\n";
    let said = guard(lib).says(check);
    assert_eq!(said.len(), 1);
    assert!(said[0].ends_with("no function `read` stands at `guard::Sensors`"));
}

#[test]
fn a_verb_of_a_module_stands_in_that_module() {
    let agent = "//! Drives.\npub fn append() {}\n";
    let said = Fake::good().krate("metal/agent", "", agent).says(check);
    assert_eq!(said.len(), 1);
    assert!(said[0].ends_with("no function `append` stands at `agent::disk`"));
    let tree =
        Fake::good().krate("metal/agent", "", agent).with("metal/agent/src/disk.rs", "fn append() {}\n");
    assert_eq!(tree.says(check), [""; 0]);
}
