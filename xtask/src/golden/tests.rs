//! Contracts that agree, that differ, and that are renewed.

use std::fs;

use super::{Mode, blessable, compare, dependencies, run};
use crate::fake::Fake;

const CODE: &str =
    "//! Words.\n#![no_std]\nimpl X {\n    fn code(&self) -> &str {\n        \"vocab/late\"\n    }\n}\n";

#[test]
fn a_stale_page_is_a_breach_until_it_is_renewed() {
    let tree = Fake::good().with("base/vocab/src/lib.rs", CODE);
    let house = tree.house();
    assert_eq!(compare(&house).unwrap().len(), 1);
    assert!(!run(&house, Mode::Compare).unwrap());
    assert!(run(&house, Mode::Bless).unwrap());
    assert!(compare(&house).unwrap().is_empty());
    assert!(fs::read_to_string(tree.root().join("docs/errors.md")).unwrap().contains("`vocab/late`"));
}

#[test]
fn a_crate_whose_tests_can_renew_their_files_is_found() {
    let asks = "//! Tests.\nfn f() { env::var_os(\"WRALE_BLESS\") }\n";
    let names = "//! Says \"WRALE_BLESS\" in a comment.\nfn f() {}\n";
    assert!(blessable(&Fake::good().with("base/vocab/src/tests.rs", names).house()).is_empty());
    assert!(blessable(&Fake::good().with("base/vocab/src/shipped.rs", asks).house()).is_empty());
    assert_eq!(blessable(&Fake::good().with("base/vocab/src/tests.rs", asks).house()), ["wrale-vocab"]);
}

#[test]
fn a_dependency_list_is_sorted_and_names_each_package_once() {
    let tree =
        "wrale-metald v0.1.0 (/x/bin/metald)\nserde v1.0.2 (proc-macro)\nanyhow v1.0.104\nserde v1.0.2 (*)\n";
    assert_eq!(dependencies::lines(tree), "anyhow 1.0.104\nserde 1.0.2\nwrale-metald 0.1.0\n");
}
