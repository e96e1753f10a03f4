//! Refused words in code, in tests and in texts.

use super::check;
use crate::fake::Fake;

#[test]
fn a_word_refused_in_code_may_be_talked_about() {
    let lib = "//! Never todo!() here.\n#![no_std]\nconst X: &str = \"todo!\";\n";
    assert_eq!(Fake::good().with("base/vocab/src/lib.rs", lib).says(check), [""; 0]);
    let lib = "//! Words.\n#![no_std]\nfn f() {\n    todo!()\n}\n";
    let said = Fake::good().with("base/vocab/src/lib.rs", lib).says(check);
    assert_eq!(said, ["base/vocab/src/lib.rs:4: `todo!` has no place here"]);
}

#[test]
fn a_word_refused_in_tests_may_ship() {
    let shipped = "//! Waits.\nfn f() { std::thread::sleep(d) }\n";
    assert_eq!(Fake::good().krate("metal/linux", "", shipped).says(check), [""; 0]);
    let tests = "//! Waits.\n#[cfg(test)]\nmod tests {\n    fn f() { std::thread::sleep(d) }\n}\n";
    let said = Fake::good().krate("metal/linux", "", tests).says(check);
    assert_eq!(said, ["metal/linux/src/lib.rs:4: `thread::sleep` has no place here"]);
}

#[test]
fn a_word_refused_in_texts_is_found_in_any_file() {
    let said = Fake::good().with("docs/operate.md", "# How\n\nHACK later\n").says(check);
    assert_eq!(said, ["docs/operate.md:3: `HACK` has no place here"]);
    let lib = "//! Words.\n#![no_std]\n// HACK\n";
    assert_eq!(Fake::good().with("base/vocab/src/lib.rs", lib).says(check).len(), 1);
}
