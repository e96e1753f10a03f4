use std::{path::Path, sync::mpsc, time::Duration};

use ::board::{ChipKey, Operation, VaultState};
use rustix::thread::UnshareFlags;
use vocab::{
    Action, Outcome, Reading, ReceiptId, SensorName, Value, ZoneName,
    reading::{Interface, InterfaceKind},
};

use super::*;
use crate::{
    Source,
    testing::{Bridge, apart, bell, mounted, tree},
};

fn sense(name: &str, source: Source) -> Sense {
    Sense { name: SensorName::new(name).unwrap(), zone: ZoneName::new("ports").unwrap(), source }
}

fn config(folder: &Path, sysfs: &Path) -> Config {
    Config {
        folder: folder.into(),
        sysfs: sysfs.into(),
        senses: vec![sense("ports", Source::Interfaces), sense("parts", Source::Inventory)],
        systemd: Systemd::default(),
        isolation: None,
        power_off: PowerOff::Refused,
    }
}

fn open(folder: &tempfile::TempDir, sysfs: &tempfile::TempDir) -> (LinuxBoard, mpsc::Receiver<()>) {
    let (wake, bell) = bell();
    (LinuxBoard::open(&config(folder.path(), sysfs.path()), &wake).unwrap(), bell)
}

#[test]
fn a_board_has_everything_that_a_device_needs() {
    let (folder, sysfs) = (tempfile::tempdir().unwrap(), tree(&[("class/net/eth0/address", "")]));
    let (mut board, bell) = open(&folder, &sysfs);
    let now = board.clock().mono();
    assert_eq!(board.sensors().declared().len(), 2);
    assert!(board.sensors().read(now).len() >= 2);
    let device = board.root().device_key();
    let signature = board.root().sign(ChipKey::Device, b"boot").unwrap();
    assert!(device.verify(b"boot", &signature).is_ok() && board.keys().device_key() == device);
    let ticket = board.disk().submit(Operation::Append("journal/1".into(), b"entry".to_vec()));
    let done = std::iter::repeat_with(|| {
        bell.recv().unwrap();
        board.disk().completed()
    });
    assert_eq!(done.flatten().next(), Some((ticket, Ok(()))));
}

#[test]
fn a_board_is_the_same_device_after_a_restart() {
    let (folder, sysfs) = (tempfile::tempdir().unwrap(), tree(&[]));
    let (mut board, _bell) = open(&folder, &sysfs);
    let keys = (board.root().device_key(), board.root().attestation_key(), board.vault().opening_key());
    drop(board);
    let (mut board, bell) = open(&folder, &sysfs);
    let again = (board.root().device_key(), board.root().attestation_key(), board.vault().opening_key());
    assert_eq!(keys, again);
    assert_eq!(board.effectors().act(ReceiptId([1; 16]), &Action::LatchVault), None);
    assert_eq!(board.vault().state(), VaultState::Latched, "from here on");
    while board.effectors().finished().is_empty() {
        bell.recv_timeout(Duration::from_secs(60)).unwrap();
    }
    drop(board);
    let (mut board, _bell) = open(&folder, &sysfs);
    assert_eq!(board.vault().state(), VaultState::Latched);
}

#[test]
fn a_board_can_go_to_another_thread() {
    fn can_go<T: Send>() {}
    can_go::<LinuxBoard>();
}

#[test]
fn two_boards_cannot_share_a_folder() {
    let (folder, sysfs) = (tempfile::tempdir().unwrap(), tree(&[]));
    let _first = open(&folder, &sysfs);
    let second = LinuxBoard::open(&config(folder.path(), sysfs.path()), &bell().0);
    assert_eq!(second.err().unwrap().code(), "linux/in-use");
}

#[test]
fn who_holds_keys_is_asked_to_forget_them() {
    let (folder, sysfs) = (tempfile::tempdir().unwrap(), tree(&[]));
    let (mut board, _bell) = open(&folder, &sysfs);
    board.add_holder(Box::new(|| crate::Forgotten::Gone));
    assert_eq!(board.effectors().act(ReceiptId([1; 16]), &Action::DropKeys), Some(Outcome::Done));
}

/// Waits until the board was woken for readings that show these interfaces.
fn wait_for(board: &mut LinuxBoard, bell: &mpsc::Receiver<()>, wanted: &[Interface]) {
    let shows = |reading: &Reading| matches!(&reading.value, Value::Interfaces(list) if list == wanted);
    while !board.sensors().read(vocab::Mono(u64::MAX)).iter().any(shows) {
        bell.recv_timeout(Duration::from_secs(60)).unwrap();
    }
}

#[test]
fn a_real_event_of_the_kernel_arrives_as_a_reading() {
    if !apart("a real event of the kernel", UnshareFlags::NEWNET) {
        return;
    }
    let (folder, sysfs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    mounted("sysfs", sysfs.path(), c"");
    let (mut board, bell) = open(&folder, &sysfs);
    wait_for(&mut board, &bell, &[]);
    let link = Interface { kind: InterfaceKind::Network, name: "wrale-br0".into() };
    let bridge = Bridge::make("wrale-br0");
    wait_for(&mut board, &bell, std::slice::from_ref(&link));
    // Whoever looks at the whole tree is told the same as whoever heard the event.
    let folder = tempfile::tempdir().unwrap();
    let (mut fresh, bell_of_fresh) = open(&folder, &sysfs);
    wait_for(&mut fresh, &bell_of_fresh, &[link]);
    drop(bridge);
    wait_for(&mut board, &bell, &[]);
}
