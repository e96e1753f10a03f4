//! Third parties in and out of place.

use super::check;
use crate::fake::{Fake, VOCAB};

fn says(folder: &str, tables: &str) -> Vec<String> {
    Fake::good().krate(folder, tables, VOCAB).says(check)
}

#[test]
fn a_pure_crate_keeps_to_the_pure_list() {
    assert_eq!(says("metal/guard", "[dependencies]\nminicbor = \"2\"\n"), [""; 0]);
    let refused = says("metal/guard", "[dependencies]\nminicbor = \"2\"\nserde = \"1\"\n");
    let expected =
        "metal/guard/Cargo.toml:10: the pure crate `guard` depends on `serde`, which is not on the pure list";
    assert_eq!(refused, [expected]);
}

#[test]
fn the_tests_of_a_pure_crate_keep_to_a_list_of_their_own() {
    assert_eq!(says("metal/guard", "[dev-dependencies]\nserde_json = \"1\"\nproptest = \"1\"\n"), [""; 0]);
    assert_eq!(says("metal/guard", "[dev-dependencies]\nserde = \"1\"\n").len(), 1);
    assert_eq!(says("metal/guard", "[dependencies]\nserde_json = \"1\"\n").len(), 1);
}

#[test]
fn a_test_tool_is_not_shipped_outside_the_laboratory() {
    assert_eq!(says("lab/stories", "[dependencies]\nproptest = \"1\"\n"), [""; 0]);
    let refused = says("metal/agent", "[dependencies]\nproptest = \"1\"\n");
    assert_eq!(refused, ["metal/agent/Cargo.toml:9: `proptest` is a test tool and `agent` would ship it"]);
}

#[test]
fn a_reserved_crate_is_named_by_its_owners_alone() {
    assert_eq!(says("fleet/store", "[dependencies]\ntokio = \"1\"\n"), [""; 0]);
    assert_eq!(says("lab/stories", "[dependencies]\ntokio = \"1\"\n"), [""; 0]);
    let refused = says("metal/agent", "[dependencies]\ntokio = { version = \"1\" }\n");
    assert_eq!(
        refused,
        ["metal/agent/Cargo.toml:9: `agent` may not depend on `tokio` (the rest is synchronous)"]
    );
    assert_eq!(says("metal/agent", "[dev-dependencies]\ntokio = \"1\"\n").len(), 1);
}

#[test]
fn a_crate_reserved_in_the_product_may_be_free_in_tests() {
    assert_eq!(says("metal/agent", "[dev-dependencies]\nanyhow = \"1\"\n"), [""; 0]);
    assert_eq!(says("metal/agent", "[dependencies]\nanyhow = \"1\"\n").len(), 1);
}
