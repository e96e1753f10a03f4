//! Hints work when they are pasted.

use std::path::Path;

use super::{attack, mend, tour, wrale};
use crate::attack::Attack;

#[test]
fn every_hint_is_a_command_that_works_from_the_clone() {
    assert_eq!(attack(Attack::OpenLid, "dev-07"), "cargo run -q --bin wrale-lab -- attack open-lid dev-07");
    assert_eq!(mend(Attack::CutLink, "station"), "cargo run -q --bin wrale-lab -- mend cut-link station");
    assert_eq!(
        wrale(Path::new("/home/ada/.local/state/wrale-lab/people/ada.key"), "incidents"),
        "cargo run -q --bin wrale -- --as /home/ada/.local/state/wrale-lab/people/ada.key incidents"
    );
    assert_eq!(
        wrale(Path::new("/tmp/a b/it's.key"), "x"),
        r"cargo run -q --bin wrale -- --as '/tmp/a b/it'\''s.key' x"
    );
}

#[test]
fn the_tour_names_every_attack_and_no_other_form_of_command() {
    let text =
        tour(Path::new("/s/ada.key"), Path::new("/s/grace.key"), Path::new("/s/audit.txt"), "lab+1+key=");
    for attack in Attack::ALL {
        assert!(text.contains(&format!("attack {attack} ")), "{attack}");
    }
    for line in text.lines().filter(|line| line.starts_with("    ")) {
        assert!(line.trim_start().starts_with("cargo run -q --bin wrale"), "{line}");
    }
}
