//! A walk test, as whoever installs a device makes it: the terminal, both daemons, and hands on the sensors.

use std::{
    io::{BufRead as _, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use api::word::Arming;
use host::Fleet;

use crate::{
    NODE,
    machine::{Lid, Machine},
};

/// The terminal, while somebody walks.
struct Walk {
    program: Child,
    says: Lines<BufReader<ChildStdout>>,
}

impl Walk {
    fn begin(fleet: &Fleet, key: &Path) -> Self {
        let mut command = Command::new(NODE);
        command.args(["wrale", "--fleet", &format!("http://{}", fleet.ports().external), "--as"]);
        command.arg(key).args(["walk", "gate-7", "--minutes", "2"]);
        let mut program = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let says = BufReader::new(program.stdout.take().unwrap()).lines();
        Self { program, says }
    }

    /// The next line; it comes, or the walk ends by itself and there is none.
    fn says(&mut self) -> String {
        self.says.next().map(Result::unwrap).unwrap_or_default()
    }
}

#[test]
fn whoever_installs_a_device_walks_past_its_sensors_and_sees_each_trip() {
    let mut machine = Machine::new("gate-7");
    let monitor = machine.monitor();
    machine.more = "senses:
  - { name: lid, zone: case, read: hwmon, chip: nct6798, input: intrusion0 }
  - { name: board, zone: board, read: hwmon, chip: nct6798, input: temp1 }
"
    .into();
    let mut fleet = crate::fleet();
    let _fleetd = fleet.start();
    let (ada, key) = (fleet.ada(), fleet.key_file());
    let metald = machine.join(&fleet, &ada);
    metald.teach();
    ada.sees_device("gate-7", "its sensors", |device| device.sensors.len() == 2);

    let mut walk = Walk::begin(&fleet, &key);
    assert_eq!(walk.says(), "Trip each sensor of gate-7 once: board, lid. Ctrl-C ends it.");
    monitor.lid(Lid::Open);
    let first = walk.says();
    assert!(first.ends_with("  lid tripped (1 of 2)"), "{first}");
    monitor.lid(Lid::Closed);
    monitor.temperature(95);
    let second = walk.says();
    assert!(second.ends_with("  board tripped (2 of 2)"), "{second}");
    assert!(walk.says().starts_with("Every sensor of gate-7 tripped."));
    assert!(walk.says().ends_with(" arm gate-7 armed`"));
    assert!(walk.program.wait().unwrap().success());

    // Nothing of it was an alarm; from now on it would be.
    assert!(ada.ask(|client| client.device("gate-7")).latches.is_empty());
    ada.ask(|client| client.arm("gate-7", Arming::Armed));
    ada.sees_device("gate-7", "an armed device", |device| device.arming.value == Arming::Armed);
    let mut refused = Walk::begin(&fleet, &key);
    assert_eq!(refused.says(), "");
    assert!(!refused.program.wait().unwrap().success());
}
