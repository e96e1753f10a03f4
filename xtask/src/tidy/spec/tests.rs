//! Honest rows and others.

use super::check;
use crate::fake::{Fake, VOCAB, spec};

/// A tree whose row S1 is this, with a test to point at.
fn row(row: &str) -> Vec<String> {
    let page = spec().replacen("| S1 | something | not yet | vocab | |", row, 1);
    tree().with("docs/spec.md", &page).says(check)
}

fn tree() -> Fake {
    Fake::good()
        .with("base/vocab/src/id.rs", "//! Ids.\npub struct Id;\n#[cfg(test)]\nmod tests;\n")
        .with("base/vocab/src/id/tests.rs", "//! Tests.\n#[test]\nfn an_id_is_an_id() {}\n")
        .krate("lab/stories", "", "//! Stories.\npub fn a_lid_opens() {}\n")
}

#[test]
fn a_page_with_every_row_and_no_claim_passes() {
    assert_eq!(Fake::good().says(check), [""; 0]);
    assert_eq!(Fake::good().without("docs/spec.md").says(check), ["docs/spec.md:1: the page is missing"]);
}

#[test]
fn a_claim_that_stands_passes() {
    let proofs = [
        "`vocab::id::tests::an_id_is_an_id`",
        "`stories::a_lid_opens`",
        "`cargo xtask test`",
        "`docs/spec.md`",
    ];
    for proof in proofs {
        for place in ["`vocab`", "`vocab::id`", "`vocab::id::Id`", "`base/vocab/src/id.rs`, `vocab`"] {
            assert_eq!(row(&format!("| S1 | x | works | {place} | {proof} |")), [""; 0], "{place} {proof}");
        }
    }
}

#[test]
fn a_name_that_does_not_exist_is_refused() {
    let proofs = [
        "`vocab::id::tests::a_dream`",
        "`vocab::other::an_id_is_an_id`",
        "`gossip::an_id_is_an_id`",
        "`base/vocab/src/dream.rs`",
        "`an_id_is_an_id`",
    ];
    for proof in proofs {
        let said = row(&format!("| S1 | x | partly | `vocab` | {proof} |"));
        assert_eq!(said, [format!("docs/spec.md:3: S1 names {proof}, which does not exist")]);
    }
    for place in ["`gossip`", "`vocab::dream`", "`base/dream`"] {
        assert_eq!(row(&format!("| S1 | x | partly | {place} | `cargo xtask test` |")).len(), 1, "{place}");
    }
}

#[test]
fn shipped_code_is_no_proof_outside_the_laboratory() {
    let page = spec().replacen(
        "| S1 | something | not yet | vocab | |",
        "| S1 | x | works | `vocab` | `vocab::f` |",
        1,
    );
    let tree = Fake::good().krate("base/vocab", "", &format!("{VOCAB}fn f() {{}}\n"));
    assert_eq!(tree.with("docs/spec.md", &page).says(check).len(), 1);
}

#[test]
fn a_state_without_its_proof_and_a_proof_without_its_state_are_refused() {
    assert_eq!(row("| S1 | x | works | vocab | by hand |").len(), 1);
    assert_eq!(row("| S1 | x | partly | `vocab` | |").len(), 1);
    assert_eq!(row("| S1 | x | not yet | vocab | `cargo xtask test` |").len(), 1);
    assert_eq!(row("| S1 | x | almost | vocab | |"), ["docs/spec.md:3: S1 has the state `almost`"]);
}

#[test]
fn each_number_has_one_row() {
    assert_eq!(row("").len(), 1);
    assert_eq!(
        row("| S2 | x | not yet | | |"),
        ["docs/spec.md:1: S1 has no row", "docs/spec.md:4: S2 has a row already"]
    );
    let page = format!("{}| S170 | x | not yet | | |\n", spec());
    assert_eq!(
        Fake::good().with("docs/spec.md", &page).says(check),
        ["docs/spec.md:212: `S170` is not owed"]
    );
}

#[test]
fn a_row_has_five_cells() {
    assert!(row("| S1 | x | not yet |")[0].starts_with("docs/spec.md:3: a row of 3 cells"));
}
