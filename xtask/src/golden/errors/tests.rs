//! How the page is read from the code.

use super::{codes, listed, page};
use crate::fake::Fake;

const ENUM: &str = "//! Refusals.\n/// Why not.\npub enum Refusal {\n    /// The letter came\n    /// too late.\n    Late,\n    /// The [`Key`](super::Key) is [`unknown`] | lost.\n    #[allow(dead_code)]\n    Stranger { key: u8 },\n    Torn(u8),\n}\n";
const CODES: &str = "//! Codes.\nimpl super::Refusal {\n    pub fn code(&self) -> &'static str {\n        match self {\n            Self::Late => \"vocab/late\",\n            Self::Stranger { .. } | Self::Torn(_) => \"vocab/stranger-2\",\n        }\n    }\n    fn say(&self) -> &'static str {\n        \"vocab/nothing\"\n    }\n}\n#[cfg(test)]\nfn code() -> &'static str {\n    \"vocab/test\"\n}\nfn code(path: &str) {\n    open(\"Cargo.toml\", \"a/B\", \"/x\", \"x/\", \"a/b/c\");\n}\n";

#[test]
fn a_code_comes_with_whose_fault_it_is_and_the_docstring_of_its_variant() {
    let tree =
        Fake::good().with("base/vocab/src/refusal.rs", ENUM).with("base/vocab/src/refusal/code.rs", CODES);
    let page = page(&tree.house());
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let expected = [
        "| `vocab/late` | Refusal | The letter came too late. |",
        "| `vocab/stranger-2` | Refusal | The `Key` is `unknown` \\| lost. |",
    ];
    assert_eq!(rows, expected);
    assert_eq!(
        listed(&page).into_iter().map(|(_, name)| name).collect::<Vec<_>>(),
        ["vocab/late", "vocab/stranger-2"]
    );
}

#[test]
fn a_code_said_twice_is_found_twice_and_listed_once() {
    let tree = Fake::good().with("base/vocab/src/a.rs", CODES).with("base/vocab/src/b.rs", CODES);
    assert_eq!(codes(&tree.house()).len(), 4);
    assert_eq!(listed(&page(&tree.house())).len(), 2);
}

#[test]
fn a_tree_without_codes_has_a_page_that_says_so() {
    assert!(page(&Fake::good().house()).ends_with("No code is said yet.\n"));
}

#[test]
fn a_meaning_may_stand_in_an_enum_of_another_name_and_the_same_file_is_asked_first() {
    let lib = "//! Words.\n#![no_std]\npub enum Reason {\n    /// Ours.\n    Torn,\n}\nimpl Malformed {\n    fn code(&self) -> &str {\n        match self.reason {\n            super::Reason::Torn => \"vocab/torn\",\n        }\n    }\n}\n";
    let other = "//! Another.\npub enum Reason {\n    /// Theirs.\n    Torn,\n}\n";
    let tree = Fake::good().with("base/vocab/src/lib.rs", lib).with("base/vocab/src/a.rs", other);
    assert!(page(&tree.house()).contains("| `vocab/torn` | Malformed | Ours. |"));
}
