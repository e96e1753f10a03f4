//! Pure and impure crates.

use super::check;
use crate::fake::Fake;

fn guard_says(said: &str) -> Vec<String> {
    let lib = format!("//! Guards.\n#![no_std]\n{said}\n");
    Fake::good().krate("metal/guard", "", &lib).says(check)
}

#[test]
fn a_pure_crate_says_no_std() {
    assert_eq!(guard_says(""), [""; 0]);
    let refused = Fake::good().krate("metal/guard", "", "//! Guards.\n// #![no_std]\n").says(check);
    assert_eq!(refused, ["metal/guard/src/lib.rs:1: the pure crate `guard` does not say #![no_std]"]);
}

#[test]
fn std_is_for_tests_alone() {
    let good = [
        "#[cfg(test)]\nextern crate std;",
        "// std::time",
        "struct X { std: u8 }",
        "fn f() { \"std::fs\"; }",
    ];
    for said in good {
        assert_eq!(guard_says(said), [""; 0], "{said}");
    }
    for said in ["extern crate std;", "use std::fs;", "fn f() { ::std::process::abort() }"] {
        let expected = "metal/guard/src/lib.rs:3: a pure crate names `std` outside tests";
        assert_eq!(guard_says(said), [expected], "{said}");
    }
}

#[test]
fn randomness_and_key_generation_come_from_outside() {
    assert_eq!(guard_says("use aws_lc_rs::rand;"), ["metal/guard/src/lib.rs:3: a pure crate says `rand`"]);
    let refused = guard_says("fn f() { Key::generate_pkcs8() }");
    assert_eq!(refused, ["metal/guard/src/lib.rs:3: a pure crate says `generate*`"]);
    assert_eq!(guard_says("fn next(generation: u64) {}\n#[cfg(test)]\nfn f() { Key::generate() }"), [""; 0]);
}

#[test]
fn a_file_below_a_test_module_is_a_test() {
    let tree = Fake::good()
        .krate("metal/guard", "", "//! Guards.\n#![no_std]\n#[cfg(test)]\nmod vectors;\n")
        .with("metal/guard/src/vectors.rs", "use std::fs;\n")
        .with("metal/guard/src/vectors/read.rs", "use std::fs;\n");
    assert_eq!(tree.says(check), [""; 0]);
}

#[test]
fn hands_may_use_what_they_need() {
    assert_eq!(Fake::good().krate("metal/linux", "", "//! A board.\nuse std::fs;\n").says(check), [""; 0]);
}
