//! Imports within the grant and beyond it.

use super::check;
use crate::fake::{Fake, VOCAB};

const ON_VOCAB: &str = "[dependencies]\nvocab = { path = \"../../base/vocab\", package = \"wrale-vocab\" }\n";
const ON_GUARD: &str =
    "[dependencies]\nguard = { path = \"../../metal/guard\", package = \"wrale-guard\" }\n";

/// A tree where `plan`, which is granted `guard::Attested` alone, says this.
fn plan_says(said: &str) -> Vec<String> {
    let lib = format!("//! Plans.\n#![no_std]\n{said}\n");
    Fake::good().krate("metal/guard", "", VOCAB).krate("fleet/plan", ON_GUARD, &lib).says(check)
}

#[test]
fn a_granted_import_passes() {
    assert_eq!(Fake::good().krate("metal/guard", ON_VOCAB, VOCAB).says(check), [""; 0]);
}

#[test]
fn an_import_beyond_the_grant_is_refused_at_its_line() {
    let tables = format!("[features]\n\n{ON_GUARD}");
    let tree = Fake::good().krate("metal/guard", "", VOCAB).krate("metal/linux", &tables, VOCAB);
    let expected = "metal/linux/Cargo.toml:11: `linux` may not import `guard` (hands do not decide)";
    assert_eq!(tree.says(check), [expected]);
}

#[test]
fn tests_are_held_to_the_grant_too() {
    let tables = ON_GUARD.replace("[dep", "[dev-dep");
    let tree = Fake::good().krate("metal/guard", "", VOCAB).krate("metal/linux", &tables, VOCAB);
    assert_eq!(tree.says(check).len(), 1);
}

#[test]
fn tests_alone_may_use_the_shared_tools() {
    let data = "[dev-dependencies]\ndata = { path = \"../../lab/data\", package = \"wrale-data\" }\n";
    let tree = Fake::good().krate("lab/data", "", VOCAB).krate("metal/guard", data, VOCAB);
    assert_eq!(tree.says(check), [""; 0]);
    let shipped = data.replace("[dev-", "[");
    assert_eq!(
        Fake::good().krate("lab/data", "", VOCAB).krate("metal/guard", &shipped, VOCAB).says(check).len(),
        1
    );
}

#[test]
fn a_granted_item_may_be_named_and_its_siblings_not() {
    let good = [
        "use guard::Attested;",
        "use guard::{Attested};",
        "fn f(x: &guard::Attested) {}",
        "fn f(guard: u8) -> u8 { guard + 1 }",
        "/// Like guard::adopt.\nstruct X;",
        "#[cfg(test)]\nmod tests {\n    use guard::adopt;\n}",
    ];
    for said in good {
        assert_eq!(plan_says(said), [""; 0], "{said}");
    }
    let bad = [
        "use guard::adopt;",
        "use guard::{Attested, adopt};",
        "fn f() { guard::adopt() }",
        "use guard::*;",
        "use guard as watch;",
        "extern crate guard;",
        "use guard::AttestedToo;",
    ];
    for said in bad {
        let expected = "fleet/plan/src/lib.rs:3: `plan` may take only `Attested` of `guard`";
        assert_eq!(plan_says(said), [expected], "{said}");
    }
}
