//! The house as real processes over loopback TLS: each test starts the daemons that it needs, drives them through
//! their own doors, and ends them.
#![allow(clippy::panic, clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used, reason = "tests")]

mod apart;
mod bad_input;
mod doctor;
mod doors;
mod enrolment;
mod full_disk;
mod guest;
mod kernel_event;
mod killed;
mod machine;
mod net;
mod paper;
mod peers;
mod seeds;
mod slow;
mod units;
mod walk;
mod zones;

use std::fs;

use host::{Fleet, Process};
use tls::Credential;

/// The program that is every daemon.
const NODE: &str = env!("CARGO_BIN_EXE_e2e-node");

/// A fleet whose keys are made and whose letters are signed; nothing runs yet.
fn fleet() -> Fleet {
    Fleet::new(NODE)
}

/// A credential of the zone of services, as a verifier has it.
fn service(fleet: &Fleet, name: &str) -> Credential {
    let out = fleet.home().join(name);
    let words = ["service", name, "--out", out.to_str().unwrap()];
    let made = Process::start(NODE, "fleetd", &words, &fleet.config()).ended();
    assert!(made.status.success(), "{:#?}", made.said);
    let pass = fleetd::Pass::read(&fs::read(out).unwrap()).unwrap();
    let chain: Vec<Vec<u8>> = pass.chain.iter().map(|der| der.to_vec()).collect();
    Credential::from_pkcs8(&chain, &pass.key).unwrap()
}
