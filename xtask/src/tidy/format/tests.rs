//! Formatted and unformatted trees, judged by the real `cargo fmt`.

use super::check;
use crate::fake::Fake;

#[test]
fn a_formatted_tree_passes() {
    assert!(check(&Fake::good().house()).unwrap().is_empty());
}

#[test]
fn an_unformatted_place_is_named() {
    let tree = Fake::good().with(
        "base/vocab/src/lib.rs",
        "//! Words.\n#![no_std]\n\nfn  f( ) { }\n\nfn f() {}\n\nfn  g( ) { }\n",
    );
    let breaches = check(&tree.house()).unwrap();
    assert_eq!(breaches.len(), 1);
    assert_eq!(breaches[0].file, "base/vocab/src/lib.rs");
    assert!(breaches[0].line > 0 && breaches[0].remedy.contains("cargo fmt --all"));
}

#[test]
fn a_tree_that_cannot_be_parsed_is_not_called_formatted() {
    let tree = Fake::good().with("base/vocab/src/lib.rs", "//! Words.\nfn {\n");
    let breaches = check(&tree.house()).unwrap();
    assert_eq!(breaches.len(), 1);
    assert!(breaches[0].wrong.contains("cargo fmt failed"));
}
