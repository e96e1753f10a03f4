//! Proofs minted in their place, elsewhere, twice, or by nobody.

use super::check;
use crate::fake::Fake;

const MINT: &str = "//! Words.\n#![no_std]\npub struct Durable;\nimpl Durable {\n    pub fn assertion() -> Self {\n        Self\n    }\n}\n";
const AGENT: &str = "//! Drives.\nmod disk;\n";
const CALL: &str = "//! The disk.\nfn append() {\n    vocab::Durable::assertion();\n}\n";

fn tree(disk: &str) -> Fake {
    Fake::good()
        .krate("base/vocab", "", MINT)
        .krate("metal/agent", "", AGENT)
        .with("metal/agent/src/disk.rs", disk)
}

#[test]
fn a_proof_with_its_one_caller_passes() {
    assert_eq!(tree(CALL).says(check), [""; 0]);
    let generic = CALL.replace("Durable::", "Durable::<Entry>::");
    assert_eq!(tree(&generic).says(check), [""; 0]);
}

#[test]
fn a_proof_may_wait_for_its_callers_crate() {
    assert_eq!(Fake::good().krate("base/vocab", "", MINT).says(check), [""; 0]);
}

#[test]
fn a_caller_that_does_not_call_is_refused() {
    let said = tree("//! The disk.\n").says(check);
    assert_eq!(said.len(), 1);
    assert!(said[0].ends_with("`agent::disk` calls `Durable::assertion` 0 times"), "{said:?}");
}

#[test]
fn a_second_call_is_refused_even_in_the_right_place() {
    let said = tree(&CALL.replace("}\n", "    vocab::Durable::assertion();\n}\n")).says(check);
    assert!(said[0].ends_with("`agent::disk` calls `Durable::assertion` 2 times"), "{said:?}");
}

#[test]
fn a_call_from_elsewhere_is_refused() {
    let elsewhere = "//! Elsewhere.\nfn f() {\n    items.map(Durable::assertion)\n}\n";
    let said = tree(CALL).with("metal/agent/src/loop.rs", elsewhere).says(check);
    assert_eq!(said, ["metal/agent/src/loop.rs:3: `Durable::assertion` is called outside `agent::disk`"]);
}

#[test]
fn a_call_by_another_name_is_refused() {
    let alias = "//! Elsewhere.\nuse vocab::Durable as D;\nfn f() {\n    D::assertion();\n}\n";
    let said = tree(CALL).with("metal/agent/src/loop.rs", alias).says(check);
    let expected = "metal/agent/src/loop.rs:4: `D::assertion` is called and layers.toml knows no such proof";
    assert_eq!(said, [expected]);
}

#[test]
fn an_unlisted_mint_is_refused() {
    let said = Fake::good().krate("base/vocab", "", &MINT.replace("Durable", "Trusted")).says(check);
    assert_eq!(said, ["base/vocab/src/lib.rs:5: this assertion() is unknown to layers.toml"]);
}

#[test]
fn tests_may_mint_for_themselves() {
    let tests = "//! Tests.\nfn f() {\n    vocab::Durable::assertion();\n}\n";
    assert_eq!(tree(CALL).with("metal/agent/src/loop/tests.rs", tests).says(check), [""; 0]);
}
