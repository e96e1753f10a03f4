//! Promises and names.

use super::check;
use crate::fake::Fake;

#[test]
fn a_file_with_its_promise_passes() {
    assert_eq!(Fake::good().says(check), [""; 0]);
}

#[test]
fn a_file_without_a_promise_is_refused() {
    for text in ["", "//!\n", "// A comment.\n", "use core::fmt;\n//! Late.\n"] {
        let said = Fake::good().with("base/vocab/src/id.rs", text).says(check);
        assert_eq!(said, ["base/vocab/src/id.rs:1: the file does not open with its promise"], "{text:?}");
    }
}

#[test]
fn a_file_called_mod_is_refused() {
    let said = Fake::good().with("base/vocab/src/id/mod.rs", "//! Ids.\n").says(check);
    assert_eq!(said, ["base/vocab/src/id/mod.rs:1: a file is called `mod.rs`"]);
}
