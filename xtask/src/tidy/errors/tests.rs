//! Codes listed, unlisted, and listed in vain.

use super::check;
use crate::fake::Fake;
use crate::golden::errors;

const SAYS: &str = "//! Words.\n#![no_std]\n/// Why not.\npub enum Refusal {\n    /// Came too late.\n    Late,\n}\nimpl Refusal {\n    pub fn code(&self) -> &'static str {\n        match self {\n            Self::Late => \"vocab/late\",\n        }\n    }\n}\n";

fn tree(lib: &str) -> Fake {
    Fake::good().with("base/vocab/src/lib.rs", lib)
}

/// The same tree with its page renewed.
fn blessed(lib: &str) -> Fake {
    let tree = tree(lib);
    let page = errors::page(&tree.house());
    tree.with(errors::PAGE, &page)
}

#[test]
fn a_page_that_lists_what_is_said_passes() {
    assert_eq!(Fake::good().says(check), [""; 0]);
    assert_eq!(blessed(SAYS).says(check), [""; 0]);
}

#[test]
fn a_code_that_is_not_listed_is_refused_where_it_is_said() {
    let said = tree(SAYS).says(check);
    assert_eq!(
        said,
        ["base/vocab/src/lib.rs:11: the error code `vocab/late` is not listed in docs/errors.md"]
    );
}

#[test]
fn a_code_that_nothing_says_is_refused_where_it_is_listed() {
    let page = errors::page(&tree(SAYS).house());
    let said = Fake::good().with(errors::PAGE, &page).says(check);
    assert_eq!(said.len(), 1);
    assert!(said[0].ends_with("the error code `vocab/late` is listed and nothing says it"));
}

#[test]
fn a_code_of_no_room_is_refused() {
    let said = blessed(&SAYS.replace("vocab/late", "gossip/late")).says(check);
    assert_eq!(
        said,
        ["base/vocab/src/lib.rs:11: the error code `gossip/late` begins with no crate and no room"]
    );
}

#[test]
fn a_page_with_another_meaning_is_stale() {
    let tree = blessed(SAYS).with("base/vocab/src/lib.rs", &SAYS.replace("too late", "too early"));
    assert_eq!(tree.says(check), ["docs/errors.md:1: the page differs from what the code says"]);
}
