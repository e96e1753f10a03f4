//! From the kernel to a person: a network link that is really made becomes an incident, and the device is kept to the
//! quarantine room.

use std::{path::Path, process::Command};

use api::{
    IncidentDetail,
    word::{Arming, Connection, IncidentKind, Posture, Severity, Standing},
};
use rustix::mount::{MountFlags, mount};

use crate::{
    apart::{Mounted, Space, apart, not_run},
    machine::Machine,
    net::{Bridge, loopback_up},
};

/// What isolates.
const NFT: &str = "/usr/sbin/nft";

/// The link that somebody plugs in.
const PLUGGED: &str = "intruder0";

#[test]
fn a_network_link_that_is_plugged_in_becomes_an_incident_and_its_device_is_suspended() {
    const TEST: &str =
        "kernel_event::a_network_link_that_is_plugged_in_becomes_an_incident_and_its_device_is_suspended";
    apart(TEST, &[Space::Net, Space::Mount], || {
        loopback_up();
        let mut machine = Machine::new("gate-7");
        // In a network namespace of its own the packet filter is the real one.
        machine.nft = NFT;
        // The kernel's own tree, as this namespace has it, and beside it a chip whose temperature is ours to set.
        let tree = machine.at("kernel");
        std::fs::create_dir(&tree).unwrap();
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        if let Err(errno) = mount("sysfs", &tree, "sysfs", flags, None) {
            return not_run(TEST, &format!("mounting sysfs: {errno}"));
        }
        let _mounted = Mounted(&tree);
        look_at(&machine.sysfs, &tree);
        let monitor = machine.monitor();
        machine.more = "senses:
  - { name: ports, zone: rear, read: interfaces }
  - { name: board, zone: board, read: hwmon, chip: nct6798, input: temp1 }
"
        .into();
        let mut fleet = crate::fleet();
        let _fleetd = fleet.start();
        let ada = fleet.ada();
        let metald = machine.join(&fleet, &ada);
        metald.teach();
        ada.ask(|client| client.arm("gate-7", Arming::Armed));
        ada.sees_device("gate-7", "an armed device", |device| device.arming.value == Arming::Armed);

        // The board grows as hot as under a heat gun. One group of sensors by itself is worth a look and suspends nobody.
        monitor.temperature(95);
        let heat = ada.sees_incident("the heat", |one| one.incident.kind == IncidentKind::Tamper);
        assert_eq!(heat.incident.severity, Severity::Medium, "{heat:#?}");
        assert_eq!(ada.ask(|client| client.device("gate-7")).standing.state, Standing::Active);

        // A second group verifies it. This one is the kernel's own word, and nobody's file.
        let bridge = Bridge::make(PLUGGED);
        let told = |one: &IncidentDetail| one.incident.sentence.contains("plugged something into gate-7");
        let link = ada.sees_incident("the link", told);
        assert!(link.incident.severity >= Severity::High, "{link:#?}");
        let device = ada.sees_device("gate-7", "a suspended device in the quarantine room", |device| {
            device.standing.state == Standing::Suspended && device.connection.value == Connection::Quarantine
        });
        assert!(device.latches.iter().any(|latch| latch.severity >= Severity::High), "{device:#?}");
        assert!(device.posture.value >= Posture::Isolated, "{device:#?}");
        metald.says(&["Quarantine room"]);
        if Path::new(NFT).exists() {
            let isolated = |one: &IncidentDetail| {
                one.timeline.iter().any(|line| line.text.ends_with("Cut itself off from all but the fleet"))
            };
            ada.sees_incident("its isolation", isolated);
            let tables = Command::new(NFT).args(["list", "tables"]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&tables.stdout), "table inet wrale_isolation\n");
        } else {
            not_run(TEST, "no nft, so nothing was isolated");
        }

        // What happens from now on arrives all the same: the link goes, and that is another line of its history.
        let lines = |one: &IncidentDetail| one.timeline.iter().filter(|line| line.entry.is_some()).count();
        let before = lines(&ada.ask(|client| client.incident(&link.incident.id)));
        drop(bridge);
        ada.sees_incident("what happened in quarantine", |one| lines(one) > before);
        assert_eq!(ada.ask(|client| client.device("gate-7")).standing.state, Standing::Suspended);
        let log = ada.log(&[]);
        assert!(log.verified.records.iter().flatten().any(|record| record.kind() == "suspend"));
    });
}

/// A tree of the test's own in which the links are the kernel's.
fn look_at(tree: &Path, kernel: &Path) {
    let class = tree.join("class");
    std::fs::create_dir_all(&class).unwrap();
    std::os::unix::fs::symlink(kernel.join("class/net"), class.join("net")).unwrap();
}
