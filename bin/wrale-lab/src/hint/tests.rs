//! Hints work when they are pasted.

use std::path::Path;

use super::{Voice, attack, mend, tour, wrale};
use crate::{attack::Attack, page::Page};

fn voice(key: &str) -> Voice {
    Voice::new(key.into(), &Page::Plain)
}

#[test]
fn every_hint_is_a_command_that_works_from_the_clone() {
    assert_eq!(attack(Attack::OpenLid, "dev-07"), "cargo run -q --bin wrale-lab -- attack open-lid dev-07");
    assert_eq!(mend(Attack::CutLink, "station"), "cargo run -q --bin wrale-lab -- mend cut-link station");
    assert_eq!(
        wrale(&voice("/home/ada/.local/state/wrale-lab/people/ada.key"), "incidents"),
        "cargo run -q --bin wrale -- --as /home/ada/.local/state/wrale-lab/people/ada.key incidents"
    );
    assert_eq!(
        wrale(&voice("/tmp/a b/it's.key"), "x"),
        r"cargo run -q --bin wrale -- --as '/tmp/a b/it'\''s.key' x"
    );
    let over_tls = Voice::new("/s/ada.key".into(), &Page::Tls("/s/tls".into()));
    assert_eq!(
        wrale(&over_tls, "incidents"),
        "cargo run -q --bin wrale -- --as /s/ada.key --ca /s/tls/root.crt \
         --server spiffe://service.lab/pages incidents"
    );
}

#[test]
fn the_tour_names_every_attack_and_no_other_form_of_command() {
    let text = tour(&voice("/s/ada.key"), &voice("/s/grace.key"), Path::new("/s/audit.txt"), "lab+1+key=");
    for attack in Attack::ALL {
        assert!(text.contains(&format!("attack {attack} ")), "{attack}");
    }
    for line in text.lines().filter(|line| line.starts_with("    ")) {
        assert!(line.trim_start().starts_with("cargo run -q --bin wrale"), "{line}");
    }
}
