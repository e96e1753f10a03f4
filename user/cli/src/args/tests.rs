use clap::CommandFactory;

use super::*;

fn refused(typed: &[&str]) -> clap::Error {
    Arguments::read([&["wrale"], typed].concat()).unwrap_err()
}

#[test]
fn every_command_is_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn what_is_not_understood_is_an_error_of_usage() {
    for typed in [
        &["reset", "dev-07"][..],
        &["arm", "dev-07", "unknown"],
        &["close", "inc_a", "--outcome", "maybe", "--reason", "x"],
        &["devises"],
        &["audit", "verify", "file"],
        &["audit", "search", "--format", "cef", "--json"],
        &["--json", "audit", "search", "--format", "cef"],
        &["audit", "follow", "--format", "ocsf"],
        &["--json", "audit", "follow", "--format", "syslog"],
        &["audit", "follow", "--after", "-1"],
        &["audit", "follow", "--after", "18446744073709551615"],
    ] {
        assert_eq!(refused(typed).exit_code(), 2, "{typed:?}");
    }
    let told = refused(&["arm", "dev-07", "amred"]).to_string();
    assert!(told.contains("one of storage, transport, commissioning, armed, service, retired"), "{told}");
}

#[test]
fn the_words_that_hold_for_every_command_may_stand_anywhere() {
    for typed in [&["--as", "ada", "--json", "devices"][..], &["devices", "--json", "--as", "ada"]] {
        let parsed = Arguments::try_parse_from([&["wrale"], typed].concat()).unwrap();
        assert_eq!((parsed.fleet.who.as_deref(), parsed.json), (Some("ada"), true));
    }
}
