//! Short trees and long ones. The limits of the fake tree are 20, 40 and 60 lines.

use super::check;
use crate::fake::Fake;

/// A tree of files of these lengths, in lines.
fn tree(lengths: &[usize]) -> Fake {
    let mut tree = Fake::good().with("base/vocab/src/lib.rs", &"//! Words.\n".repeat(lengths[0]));
    for (number, length) in lengths.iter().enumerate().skip(1) {
        tree = tree.with(&format!("base/vocab/src/f{number}.rs"), &"// x\n".repeat(*length));
    }
    tree
}

#[test]
fn a_tree_of_short_files_passes() {
    assert_eq!(tree(&[20, 20, 40]).says(check).len(), 0);
    assert_eq!(tree(&[10; 10]).says(check), [""; 0]);
}

#[test]
fn half_of_the_files_are_short() {
    let said = tree(&[20, 21, 21]).says(check);
    assert_eq!(
        said,
        ["base/vocab/src/f2.rs:21: half of the Rust files are longer than 21 lines, 20 are allowed"]
    );
}

#[test]
fn nine_in_ten_files_are_not_long() {
    assert_eq!(tree(&[10, 10, 10, 10, 10, 10, 10, 10, 10, 41]).says(check), [""; 0]);
    let said = tree(&[10, 10, 10, 10, 10, 10, 10, 10, 41]).says(check);
    assert_eq!(said, ["base/vocab/src/f8.rs:41: 1 of 9 Rust files are over 40 lines: base/vocab/src/f8.rs"]);
}

#[test]
fn a_very_long_file_needs_a_reason_and_a_reason_needs_its_file() {
    let lengths = [10, 10, 10, 10, 10, 10, 10, 10, 10, 61];
    let said = tree(&lengths).says(check);
    assert_eq!(said, ["base/vocab/src/f9.rs:61: 61 lines without a reason in layers.toml"]);
    let reason = "[long]\n\"base/vocab/src/f9.rs\" = \"one table\"\n";
    assert_eq!(tree(&lengths).layers("[long]\n", reason).says(check), [""; 0]);
    let said = tree(&[10]).layers("[long]\n", reason).says(check);
    assert!(said[0].ends_with("has a reason for its length and is not over 60 lines"), "{said:?}");
}
