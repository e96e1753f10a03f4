//! A disk without any room, at either end: what must leave leaves, what is not stored is not acknowledged, and the
//! log says what to do.

use std::{
    ffi::CStr,
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use api::word::{Arming, Connection, Standing};
use audit::{Outcome, record::Party};
use host::{Fleet, Log};
use rustix::mount::{MountFlags, mount};

use crate::{
    NODE,
    apart::{Mounted, Space, apart},
    machine::{LID, Lid, Machine},
};

/// A file that takes what room there is.
struct Ballast(PathBuf);

impl Ballast {
    fn fill(folder: &Path, name: &str) -> Self {
        let path = folder.join(name);
        let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while put(&mut file, size) {}
        }
        Self(path)
    }

    fn drop_it(self) {
        fs::remove_file(&self.0).unwrap();
    }
}

fn put(file: &mut File, size: usize) -> bool {
    match file.write_all(&vec![0; size]) {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::StorageFull => false,
        Err(error) => panic!("{error}"),
    }
}

/// A small disk of this namespace.
fn small<'a>(at: &'a Path, size: &CStr) -> Mounted<'a> {
    fs::create_dir_all(at).unwrap();
    mount("tmpfs", at, "tmpfs", MountFlags::empty(), Some(size)).unwrap();
    Mounted(at)
}

#[test]
fn the_alarm_leaves_a_device_whose_disk_is_full() {
    const TEST: &str = "full_disk::the_alarm_leaves_a_device_whose_disk_is_full";
    apart(TEST, &[Space::Mount], || {
        let mut fleet = crate::fleet();
        let _fleetd = fleet.start();
        let ada = fleet.ada();
        let mut machine = Machine::new("gate-7");
        machine.more = LID.into();
        let monitor = machine.monitor();
        let folder = machine.folder();
        let _small = small(&folder, c"size=4m,mode=0700");
        let metald = machine.join(&fleet, &ada);
        metald.teach();
        ada.ask(|client| client.arm("gate-7", Arming::Armed));
        ada.sees_device("gate-7", "an armed device", |device| device.arming.value == Arming::Armed);
        // It comes up on a disk without any room, and what happens then is told all the same: there is a reserve.
        metald.kill();
        let ballast = Ballast::fill(&folder, "ballast");
        let metald = machine.spawn();
        metald.says(&["stands in the Open room"]);
        monitor.lid(Lid::Open);
        let device = ada.sees_device("gate-7", "a suspended device", |device| {
            device.standing.state == Standing::Suspended && !device.latches.is_empty()
        });
        assert_eq!(device.latches.len(), 1, "{device:#?}");
        metald.kill();

        // With the reserve gone too it says so and waits; with room again it comes back as it was, by itself.
        let reserve = Ballast::fill(&folder, "reserve-of-others");
        let metald = machine.spawn();
        let line = metald.says(&["\"ERROR\"", "the disk is full"]);
        assert!(line.contains("only alarms are recorded"), "{line}");
        ballast.drop_it();
        reserve.drop_it();
        ada.sees_device("gate-7", "a latched device that is back", |device| {
            device.connection.value == Connection::Quarantine && device.latches.len() == 1
        });
    });
}

#[test]
fn a_fleet_without_room_acknowledges_nothing_and_goes_on_when_there_is_some() {
    const TEST: &str = "full_disk::a_fleet_without_room_acknowledges_nothing_and_goes_on_when_there_is_some";
    apart(TEST, &[Space::Mount], || {
        let home = tempfile::TempDir::new().unwrap();
        let _small = small(home.path(), c"size=24m,mode=0700");
        let mut fleet = Fleet::at(NODE, home.path());
        let fleetd = fleet.start();
        let ada = fleet.ada();
        let mut machine = Machine::new("gate-7");
        machine.more = LID.into();
        let monitor = machine.monitor();
        let _metald = machine.join(&fleet, &ada);
        ada.ask(|client| client.arm("gate-7", Arming::Armed));
        ada.sees_device("gate-7", "an armed device", |device| device.arming.value == Arming::Armed);
        let before = ada.log(&[]);
        let kept = ada.checkpoint();

        let ballast = Ballast::fill(home.path(), "ballast");
        // The write-ahead log may have room within its last page; what is told of as done must be in the log.
        let mut told = 0;
        let refused = loop {
            match ada.may_ask(|client| client.token(host::SITE, None, None)) {
                Ok(_) => told += 1,
                Err(problem) => break problem,
            }
            assert!(told < 10_000, "a full disk took all of it");
        };
        assert_eq!(refused.code(), "control/faulted", "{refused}");
        let line = fleetd.says(&["\"ERROR\"", "store/full"]);
        assert!(line.contains("free some room"), "{line}");
        monitor.lid(Lid::Open);
        // Nobody may be told of it before it is stored; it is asked for again and again, and refused each time.
        for _ in 0..3 {
            assert!(ada.may_ask(|client| client.token(host::SITE, None, None)).is_err());
        }
        ballast.drop_it();

        let device = ada.sees_device("gate-7", "the alarm that waited", |device| {
            device.standing.state == Standing::Suspended && !device.latches.is_empty()
        });
        assert_eq!(device.latches.len(), 1, "{device:#?}");
        let after = ada.log(&[kept]);
        assert_eq!(issued(&after) - issued(&before), told, "a token is told if and only if the log has it");
        assert_eq!(ada.ask(|client| client.incidents(None, 100)).incidents.len(), 1);
    });
}

/// How many tokens were issued, by the log.
fn issued(log: &Log) -> usize {
    let bodies = log.verified.records.iter().flatten().filter(|record| record.kind() == "enrol");
    let by_people = |record: &&audit::Record| {
        let body = record.body().unwrap().unwrap();
        body.actor == Party::Person && body.outcome == Outcome::Done
    };
    bodies.filter(by_people).count()
}
