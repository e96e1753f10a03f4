//! Whoever comes to a door and gets nowhere holds up nobody.

use std::{io::Write as _, net::TcpStream};

use api::word::{Arming, Standing};
use rustix::process::{Resource, getrlimit, setrlimit};

use crate::{
    apart::{Space, apart},
    machine::{LID, Lid, Machine},
    net::loopback_up,
    peers::{administered, ask, tokens},
};

/// At each of the four doors.
const SLOW: usize = 250;

#[test]
fn a_thousand_connections_that_get_nowhere_delay_no_alarm_and_keep_nobody_out() {
    const TEST: &str = "slow::a_thousand_connections_that_get_nowhere_delay_no_alarm_and_keep_nobody_out";
    apart(TEST, &[Space::Net], || {
        loopback_up();
        let files = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, rustix::process::Rlimit { current: files.maximum, ..files }).unwrap();
        let mut fleet = administered();
        let _fleetd = fleet.start();
        let ada = fleet.ada();
        let mut machine = Machine::new("gate-7");
        machine.more = LID.into();
        let monitor = machine.monitor();
        let metald = machine.join(&fleet, &ada);
        metald.teach();
        ada.ask(|client| client.arm("gate-7", Arming::Armed));
        ada.sees_device("gate-7", "an armed device", |device| device.arming.value == Arming::Armed);

        let ports = fleet.ports();
        let (tls, http): (&[u8], &[u8]) = (b"\x16\x03\x01", b"GET / HT");
        let doors = [
            (&ports.external, http),
            (&ports.internal, tls),
            (&ports.hardware, tls),
            (&ports.enrolment, tls),
        ];
        let begun = |(door, word): (&String, &[u8])| {
            let mut stream = TcpStream::connect(door).unwrap();
            stream.write_all(word).unwrap();
            stream
        };
        let slow: Vec<TcpStream> = (0..SLOW).flat_map(|_| doors).map(begun).collect();
        monitor.lid(Lid::Open);
        ada.sees_device("gate-7", "a suspended device", |device| {
            device.standing.state == Standing::Suspended
        });
        let newcomer = Machine::new("gate-8");
        let _other = newcomer.join(&fleet, &fleet.ada());

        // At the enrolment listener more came than may stand there, and whoever came later took their places.
        let (session, _) = tokens(&fleet);
        let (_, numbers) = ask(&fleet.ports().external, "GET", api::path::METRICS, &session, None);
        let refused = |reason: &str| numbers.contains(&format!("reason=\"{reason}\""));
        assert!(refused("tls/evicted") && !refused("tls/crowded"), "{numbers}");
        drop(slow);
    });
}
