//! What an operator, a disk or a stranger got wrong: each ends with a code and a sentence that says whose fault it is
//! and what now, or is survived and told.

use std::{
    fs,
    ops::Range,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use api::word::{Arming, Connection, IncidentKind, Severity};
use host::{Fleet, Person, Process};
use rusqlite::Connection as Database;
use rustix::mount::{MountFlags, mount_bind, mount_remount};

use crate::{
    NODE,
    apart::{Mounted, Space, apart, not_run},
    machine::Machine,
};

/// Runs `fleetd` until it ends by itself; gives what it says with this code.
#[track_caller]
fn refused(fleet: &Fleet, code: &str) -> String {
    fleet.spawn().ended().failed_with(code)
}

#[test]
fn a_port_that_is_taken_is_named() {
    let mut first = crate::fleet();
    let _fleetd = first.start();
    let second = crate::fleet();
    let taken = first.ports().hardware.clone();
    let yaml = second.yaml();
    let at = yaml.find("  hardware: ").unwrap();
    let rest = yaml[at..].find('\n').unwrap() + at;
    fs::write(second.config(), format!("{}  hardware: {taken:?}{}", &yaml[..at], &yaml[rest..])).unwrap();
    let said = refused(&second, "tls/taken");
    assert!(said.contains(&taken), "{said}");
    // Nobody is told of listeners that are not there.
    assert!(!second.folder().join("listening.json").exists());
}

#[test]
fn people_are_not_served_without_tls_beyond_this_machine() {
    let fleet = crate::fleet();
    let yaml = fleet.yaml();
    let at = yaml.find("external: \"").unwrap();
    let rest = yaml[at..].find('\n').unwrap() + at;
    fs::write(fleet.config(), format!("{}external: \"0.0.0.0:0\"{}", &yaml[..at], &yaml[rest..])).unwrap();
    let said = refused(&fleet, "tls/not-loopback");
    assert!(said.contains("0.0.0.0"), "{said}");
}

#[test]
fn two_daemons_do_not_work_in_one_directory() {
    let mut fleet = crate::fleet();
    let _fleetd = fleet.start();
    let ada = fleet.ada();
    let said = refused(&fleet, "store/locked");
    assert!(said.contains("another process (process "), "{said}");
    let machine = Machine::new("gate-7");
    let metald = machine.join(&fleet, &ada);
    let second = machine.spawn().ended();
    let said = second.failed_with("linux/in-use");
    assert!(said.contains(&machine.folder().display().to_string()), "{said}");
    // The first ones go on, and a kill lets go of both directories at once.
    ada.token();
    metald.kill();
    machine.start(&ada);
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let mut fleet = crate::fleet();
    fleet.more = "security:\n  hardware:\n    tamper_detectoin: enabled\n".into();
    fleet.configure();
    let line = fleet.yaml().lines().position(|line| line.contains("tamper_detectoin")).unwrap() + 1;
    let said = refused(&fleet, "settings/unknown-key");
    assert!(said.contains(&format!("line {line}: `tamper_detectoin` is no key here")), "{said}");
    let mut machine = Machine::new("gate-7");
    machine.more = "zones:\n  hardware:\n    acces: isolated\n".into();
    fs::write(machine.config(), machine.yaml(&fleet)).unwrap();
    let line = machine.yaml(&fleet).lines().position(|line| line.contains("acces:")).unwrap() + 1;
    let said = machine.spawn().ended().failed_with("settings/unknown-key");
    assert!(said.contains(&format!("line {line}: `acces` is no key here")), "{said}");
}

#[test]
fn a_misused_command_is_answered_with_its_usage() {
    let fleet = crate::fleet();
    for daemon in ["fleetd", "metald"] {
        let ended = Process::start(NODE, daemon, &["--verbose"], &fleet.config()).ended();
        assert_eq!(ended.status.code(), Some(2), "{:#?}", ended.said);
        assert!(ended.said.iter().any(|line| line.starts_with("Usage:")), "{:#?}", ended.said);
    }
}

#[test]
fn a_database_of_another_version_is_left_alone() {
    for (schema, code, remedy) in
        [(99, "store/newer", "start the newer build"), (1, "store/older", "go on with that build")]
    {
        let mut fleet = crate::fleet();
        fleet.start().stop();
        let file = fleet.folder().join("fleet.db");
        let database = Database::open(&file).unwrap();
        database.pragma_update(None, "user_version", schema).unwrap();
        drop(database);
        let before = fs::read(&file).unwrap();
        let said = refused(&fleet, code);
        assert!(said.contains(&format!("schema {schema}")) && said.contains(remedy), "{said}");
        assert_eq!(fs::read(&file).unwrap(), before);
    }
}

#[test]
fn a_database_that_cannot_be_written_is_named() {
    const TEST: &str = "bad_input::a_database_that_cannot_be_written_is_named";
    apart(TEST, &[Space::Mount], || {
        let mut fleet = crate::fleet();
        fleet.start().stop();
        // Rights would not keep out whoever is root here; a disk that is mounted to be read keeps out everybody.
        let file = fleet.folder().join("fleet.db");
        let flags = MountFlags::BIND | MountFlags::RDONLY;
        let mounted = mount_bind(&file, &file).and_then(|()| mount_remount(&file, flags, c""));
        if let Err(errno) = mounted {
            return not_run(TEST, &format!("mounting a file to be read alone: {errno}"));
        }
        let _mounted = Mounted(&file);
        let said = refused(&fleet, "store/read-only");
        assert!(said.contains(&file.display().to_string()) && said.contains("give it to the user"), "{said}");
    });
}

#[test]
fn keys_and_letters_that_are_missing_wrong_or_open_are_named() {
    let fleet = crate::fleet();
    let in_folder = |name: &str| fleet.folder().join(name);
    let put_back = |name: &str, file: &Path, code: &str| {
        let aside = fleet.home().join("aside");
        fs::rename(file, &aside).unwrap();
        let said = refused(&fleet, code);
        assert!(said.contains(name), "{said}");
        fs::rename(&aside, file).unwrap();
        said
    };
    put_back("root.pub", &in_folder("root.pub"), "fleetd/root-missing");
    let said = put_back("keyset.letter", &in_folder("keyset.letter"), "fleetd/letter-missing");
    assert!(said.contains("wrale root sign"), "{said}");
    put_back("roster.letter", &in_folder("roster.letter"), "fleetd/letter-missing");
    let kek = fleet.home().join("fleet.kek");
    put_back("fleet.kek", &kek, "fleetd/kek-missing");
    fs::set_permissions(&kek, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(refused(&fleet, "fleetd/kek-open").contains("chmod 600"));
    fs::set_permissions(&kek, fs::Permissions::from_mode(0o600)).unwrap();
    // What belongs to another fleet with the same name.
    let other = crate::fleet();
    for (name, code) in [
        ("roster.letter", "fleetd/letter"),
        ("keyset.letter", "fleetd/letter"),
        ("root.pub", "fleetd/letter"),
    ] {
        let own = fs::read(in_folder(name)).unwrap();
        fs::copy(other.folder().join(name), in_folder(name)).unwrap();
        let said = refused(&fleet, code);
        assert!(said.contains("is not signed by root.pub"), "{name}: {said}");
        fs::write(in_folder(name), own).unwrap();
    }
    let own = fs::read(&kek).unwrap();
    fs::copy(other.home().join("fleet.kek"), &kek).unwrap();
    refused(&fleet, "fleetd/key-sealed");
    fs::write(&kek, own).unwrap();
    // With everything back in its place it starts.
    let fleetd = fleet.spawn();
    fleetd.says(&["is ready"]);
}

#[test]
fn a_bundle_that_is_damaged_or_anothers_is_refused() {
    let mut fleet = crate::fleet();
    let _fleetd = fleet.start();
    let ada = fleet.ada();
    let mut stranger = crate::fleet();
    let _strange = stranger.start();
    let machine = Machine::new("gate-7");
    machine.prepare(&fleet, &ada.token());
    let with = |bundle: &Path, root: &str| {
        let yaml = machine
            .yaml(&fleet)
            .replace(&fleet.bundle().display().to_string(), &bundle.display().to_string());
        fs::write(machine.config(), yaml.replace(&fleet.root(), root)).unwrap();
        machine.spawn().ended()
    };
    let said = with(&fleet.bundle(), &stranger.root()).failed_with("metald/bundle-foreign");
    assert!(said.contains("not signed by the root key"), "{said}");
    with(&stranger.bundle(), &fleet.root()).failed_with("metald/bundle-foreign");
    let damaged = machine.at("damaged.bundle");
    let whole = fs::read(fleet.bundle()).unwrap();
    fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
    let said = with(&damaged, &fleet.root()).failed_with("metald/bundle-malformed");
    assert!(said.contains("copy the one that the fleet wrote"), "{said}");
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    fs::write(&damaged, flipped).unwrap();
    let ended = with(&damaged, &fleet.root());
    assert_eq!(ended.status.code(), Some(1), "{:#?}", ended.said);
    with(&machine.at("nowhere"), &fleet.root()).failed_with("metald/file");
    with(&fleet.bundle(), "5f0c").failed_with("metald/root-key");
    // None of that used up the token.
    machine.prepare(&fleet, &ada.token());
    machine.start(&ada);
}

/// A device on duty that was stopped, and the last segment of its journal.
fn stopped(fleet: &Fleet, ada: &Person) -> (Machine, PathBuf) {
    let machine = Machine::new("gate-7");
    let metald = machine.join(fleet, ada);
    ada.ask(|client| client.arm("gate-7", Arming::Armed));
    ada.sees_device("gate-7", "an armed device", |device| device.arming.value == Arming::Armed);
    metald.stop();
    let journal = fs::read_dir(machine.folder().join("journal")).unwrap();
    let mut segments: Vec<_> = journal.map(|one| one.unwrap().path()).collect();
    segments.retain(|file| fs::metadata(file).unwrap().len() > 0);
    segments.sort();
    let last = segments.pop().unwrap();
    (machine, last)
}

#[test]
fn the_torn_end_of_a_journal_is_dropped() {
    let mut fleet = crate::fleet();
    let _fleetd = fleet.start();
    let ada = fleet.ada();
    let (machine, last) = stopped(&fleet, &ada);
    // A power cut in the middle of the last write: it was told to nobody.
    let mut bytes = fs::read(&last).unwrap();
    bytes.extend_from_slice(&[0, 0, 1, 0, 7, 7, 7]);
    fs::write(&last, &bytes).unwrap();
    let metald = machine.start(&ada);
    metald.says(&["torn by a power cut and is dropped"]);
    let device = ada
        .sees_device("gate-7", "a device that is back", |device| device.connection.value == Connection::Live);
    assert!(device.incidents.is_empty(), "{device:#?}");
}

#[test]
fn damage_in_the_middle_of_a_journal_is_told() {
    let mut fleet = crate::fleet();
    let _fleetd = fleet.start();
    let ada = fleet.ada();
    let (machine, last) = stopped(&fleet, &ada);
    // A bit that fell over in what was durable, in the last entry but one.
    let mut bytes = fs::read(&last).unwrap();
    let frames = frames(&bytes);
    let [.., damaged, _] = &frames[..] else { panic!("{frames:?}") };
    assert_ne!(damaged.start, 0, "an entry stands before it");
    bytes[damaged.end - 1] ^= 0x10;
    fs::write(&last, &bytes).unwrap();
    let metald = machine.spawn();
    let line = metald.says(&["\"ERROR\"", "the record is damaged in 1 places and 1 entries are set aside"]);
    assert!(line.contains("the fleet is told"), "{line}");
    let aside = last.with_extension("damaged");
    assert!(fs::metadata(&aside).unwrap().len() > 0, "what lay behind the damage is kept");
    // Which of them depends on what the entry said: the record, what is lost, or the state that it no longer knows of.
    let told = ada.sees_incident("the damage", |one| {
        let kinds = [IncidentKind::Rollback, IncidentKind::TailLost, IncidentKind::Tamper];
        kinds.contains(&one.incident.kind) && one.incident.sentence.contains("gate-7")
    });
    assert!(told.incident.severity >= Severity::Medium, "{told:#?}");
}

/// Where each entry of a segment stands: length and checksum, four bytes each, then so many bytes.
fn frames(segment: &[u8]) -> Vec<Range<usize>> {
    let mut frames = vec![];
    let mut at = 0;
    while let Some(length) = segment[at..].first_chunk() {
        let end = at + 8 + usize::try_from(u32::from_le_bytes(*length)).unwrap();
        frames.push(at..end);
        at = end;
    }
    frames
}
