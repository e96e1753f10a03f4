//! Unsafe code in and out of place, explained and not.

use super::check;
use crate::fake::Fake;

const EXPLAINED: &str = "//! A board.\nfn f() {\n    // SAFETY: the pointer is ours.\n    // JUSTIFICATION: the kernel wants a pointer.\n    #[allow(unsafe_code)]\n    unsafe { g() }\n}\n";

#[test]
fn explained_unsafe_code_in_its_crate_passes() {
    assert_eq!(Fake::good().krate("metal/linux", "", EXPLAINED).says(check), [""; 0]);
}

#[test]
fn unsafe_code_elsewhere_is_refused_even_with_reasons_and_in_tests() {
    let said = Fake::good().krate("metal/agent", "", EXPLAINED).says(check);
    assert_eq!(said, ["metal/agent/src/lib.rs:6: `unsafe` has no place in this crate"]);
    let said = Fake::good().with("base/vocab/src/tests.rs", "//! Tests.\nunsafe fn f() {}\n").says(check);
    assert_eq!(said.len(), 1);
}

#[test]
fn each_missing_reason_is_named() {
    for reason in ["// SAFETY:", "// JUSTIFICATION:"] {
        let said = Fake::good().krate("metal/linux", "", &EXPLAINED.replace(reason, "//")).says(check);
        assert_eq!(said, [format!("metal/linux/src/lib.rs:6: this `unsafe` has no `{reason}` above it")]);
    }
}

#[test]
fn a_reason_somewhere_above_is_no_reason() {
    let lib = EXPLAINED.replace("    #[allow(unsafe_code)]\n", "    let x = 1;\n");
    assert_eq!(Fake::good().krate("metal/linux", "", &lib).says(check).len(), 1);
}

#[test]
fn talking_of_unsafe_code_is_not_unsafe() {
    let lib = "//! No unsafe here.\n#![forbid(unsafe_code)]\nconst X: &str = \"unsafe\";\n";
    assert_eq!(Fake::good().krate("metal/agent", "", lib).says(check), [""; 0]);
}
