//! Listeners in and out of place.

use super::check;
use crate::fake::Fake;

const LISTENS: &str = "//! Listens.\nuse std::net::TcpListener;\n";

#[test]
fn the_crate_that_may_listen_listens() {
    assert_eq!(Fake::good().krate("metal/agent", "", LISTENS).says(check), [""; 0]);
}

#[test]
fn any_other_listener_is_refused() {
    let said = Fake::good().krate("metal/linux", "", LISTENS).says(check);
    assert_eq!(said, ["metal/linux/src/lib.rs:2: `linux` says `TcpListener` (one crate listens)"]);
}

#[test]
fn a_test_may_take_a_port() {
    let lib = "//! A board.\n#[cfg(test)]\nmod tests {\n    use std::net::TcpListener;\n}\n";
    assert_eq!(Fake::good().krate("metal/linux", "", lib).says(check), [""; 0]);
}
