use std::time::Duration;

use super::*;
use crate::testing::Home;

fn with(lines: &str) -> Result<Doors, Mistake> {
    Doors::new(&Home::empty().config(&format!("security: {{ authentication: {{ {lines} }} }}")))
}

/// Each of the four keys, flipped alone.
#[test]
fn each_key_of_authentication_changes_what_is_asked_of_people() {
    let usual = with("").unwrap();
    let seed =
        "password_policy: { min_length: 12, complexity: high }, session_timeout: 1h, token_expiry: 24h";
    let seed = with(seed).unwrap();
    assert_eq!((seed.policy, seed.lasting), (usual.policy, usual.lasting), "as the seed has it");
    let longer = with("password_policy: { min_length: 20 }").unwrap();
    assert_eq!(longer.policy, Policy { min_length: 20, ..usual.policy });
    let easier = with("password_policy: { complexity: low }").unwrap();
    assert_eq!(easier.policy, Policy { complexity: Complexity::Low, ..usual.policy });
    let shorter = with("session_timeout: 5m").unwrap();
    assert_eq!(shorter.lasting, Lasting { idle: Duration::from_mins(5), ..usual.lasting });
    let over = with("token_expiry: 8h").unwrap();
    assert_eq!(over.lasting, Lasting { longest: Duration::from_hours(8), ..usual.lasting });
}

#[test]
fn a_minimum_that_is_none_is_refused_by_its_name() {
    for length in [0, 7, 129] {
        let refused = with(&format!("password_policy: {{ min_length: {length} }}")).err().unwrap();
        assert!(refused.to_string().starts_with("`security.authentication.password_policy.min_length`"));
    }
}

#[test]
fn the_first_administrator_s_word_stands_where_no_server_reads_it() {
    let at = "127.0.0.1:8440".parse().unwrap();
    let plain = with("").unwrap().first(at, &[0xab; 32]);
    assert_eq!(plain, format!("http://localhost:8440/join#{}", "ab".repeat(32)));
}

#[test]
fn where_pages_are_named_the_word_stands_behind_the_first() {
    let config =
        Home::empty().config("origins: [ \"https://fleet.example\", \"https://fleet.example:8443\" ]");
    let doors = Doors::new(&config).unwrap();
    let first = doors.first("127.0.0.1:8440".parse().unwrap(), &[0xab; 32]);
    assert_eq!(first, format!("https://fleet.example/join#{}", "ab".repeat(32)));
    assert_eq!(doors.origins.len(), 2);
}
