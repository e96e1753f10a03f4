//! Unknown, misplaced and misnamed crates.

use super::check;
use crate::fake::{Fake, VOCAB};

#[test]
fn a_known_crate_in_its_room_is_in_place() {
    assert_eq!(Fake::good().says(check), [""; 0]);
}

#[test]
fn a_crate_that_layers_does_not_know_is_refused() {
    let tree = Fake::good().krate("base/gossip", "", VOCAB);
    assert_eq!(tree.says(check), ["base/gossip/Cargo.toml:1: the crate `gossip` is unknown to layers.toml"]);
}

#[test]
fn a_crate_in_another_room_is_refused() {
    let tree = Fake::good().krate("base/guard", "", VOCAB);
    assert_eq!(tree.says(check), ["base/guard/Cargo.toml:1: the crate `guard` stands in `base`"]);
}

#[test]
fn a_package_named_otherwise_than_its_folder_is_refused() {
    let manifest = "[package]\nname = \"wrale-words\"\n\n[lib]\nname = \"vocab\"\n";
    let tree = Fake::good().with("base/vocab/Cargo.toml", manifest);
    assert_eq!(tree.says(check), ["base/vocab/Cargo.toml:1: the package is called `wrale-words`"]);
}
