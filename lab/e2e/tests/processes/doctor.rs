//! Both doctors: of a device and of a fleet, each as the program that people start, beside real daemons.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Output},
};

use api::word::SenseState;
use host::Fleet;

use crate::{NODE, machine::Machine};

/// A machine with a hardware monitor, one of whose inputs it reads, and a network that is not to be cut.
fn gate() -> Machine {
    let mut machine = Machine::new("gate-7");
    machine.monitor();
    machine.more = "senses:
  - { name: board, zone: board, read: hwmon, chip: nct6798, input: temp1 }
environment: { network: { segmentation: false } }
"
    .into();
    machine
}

/// What a doctor says, and the number with which it ends.
fn told(words: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } =
        Command::new(NODE).args(words).env_remove("WRALE_CONFIG").output().unwrap();
    let text = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
    (status.code().unwrap(), text)
}

fn of_device(machine: &Machine) -> (i32, String) {
    told(&["metald", "doctor", "--config", machine.config().to_str().unwrap()])
}

#[track_caller]
fn says(text: &str, mark: char, words: &str) {
    assert!(
        text.lines().any(|line| line.starts_with(mark) && line.contains(words)),
        "{mark} {words}\n{text}"
    );
}

/// Every line but the last is ok.
#[track_caller]
fn all_is_well((code, text): &(i32, String)) {
    let (_, lines) = text.trim_end().rsplit_once('\n').map(|(lines, last)| (last, lines)).unwrap();
    assert!(*code == 0 && lines.lines().all(|line| line.starts_with('+')), "{code}\n{text}");
}

#[test]
fn a_device_is_looked_at_before_it_joins_and_while_its_daemon_works() {
    let machine = gate();
    let mut fleet = crate::fleet();
    let _fleetd = fleet.start();
    let ada = fleet.ada();
    machine.prepare(&fleet, &ada.token());
    let new = of_device(&machine);
    all_is_well(&new);
    says(&new.1, '+', "25 °C");
    says(&new.1, '+', "a join token to ask for one");
    assert!(!machine.folder().exists(), "nothing is made");

    // What is mistyped is named with what there is.
    let sound = fs::read_to_string(machine.config()).unwrap();
    fs::write(machine.config(), sound.replace("nct6798", "nct6789")).unwrap();
    let (code, text) = of_device(&machine);
    assert_eq!(code, 1, "{text}");
    says(&text, '!', "what there is: nct6798 intrusion0, nct6798 temp1");
    fs::write(machine.config(), sound).unwrap();
    fs::set_permissions(machine.at("token"), fs::Permissions::from_mode(0o644)).unwrap();
    let (code, text) = of_device(&machine);
    assert_eq!(code, 1, "{text}");
    says(&text, '!', "can be read by others (mode 644)");

    let metald = machine.join(&fleet, &ada);
    let at_work = of_device(&machine);
    all_is_well(&at_work);
    says(&at_work.1, '+', "is at work");
    says(&at_work.1, '+', "its certificate holds until");
    metald.stop();
    let alone = of_device(&machine);
    all_is_well(&alone);
    says(&alone.1, '+', "none is at work");
}

#[test]
fn a_fleet_is_looked_at_from_a_terminal_until_it_cannot_be_reached() {
    let machine = gate();
    let mut fleet = crate::fleet();
    let fleetd = fleet.start();
    let (ada, key) = (fleet.ada(), fleet.key_file());
    let of_fleet = |fleet: &Fleet| {
        let url = format!("http://{}", fleet.ports().external);
        told(&["wrale", "--fleet", &url, "--as", key.to_str().unwrap(), "doctor"])
    };
    let metald = machine.join(&fleet, &ada);
    metald.teach();
    let state = |of| move |device: &api::Device| device.sensors.iter().any(|sensor| sensor.state == of);
    ada.sees_device("gate-7", "a sensor that never tripped", state(SenseState::Unproved));
    let (code, text) = of_fleet(&fleet);
    assert_eq!(code, 0, "{text}");
    for words in ["`nord` answers", "signed in", "hold until", "say the same", "entries"] {
        says(&text, '+', words);
    }
    says(&text, '?', "gate-7/board: never tripped");

    // The part is gone.
    fs::remove_dir_all(machine.sysfs.join("class/hwmon/hwmon0")).unwrap();
    ada.sees_device("gate-7", "a sensor that cannot look", state(SenseState::Faulted));
    let (code, text) = of_fleet(&fleet);
    assert_eq!(code, 1, "{text}");
    says(&text, '!', "gate-7/board: faulted or silent");

    fleetd.stop();
    let (code, text) = of_fleet(&fleet);
    assert_eq!(code, 4, "{text}");
    says(&text, '!', "nobody answers at the address");
}
