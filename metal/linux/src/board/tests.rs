use std::{
    path::Path,
    sync::mpsc,
    time::{Duration, Instant},
};

use ::board::{ChipKey, Operation, VaultState};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    net::{
        AddressFamily, SendFlags, SocketFlags, SocketType, netlink::SocketAddrNetlink, recv, sendto,
        socket_with,
    },
    thread::UnshareFlags,
};
use vocab::{
    Action, Outcome, Reading, SensorName, Value, ZoneName,
    reading::{Interface, InterfaceKind},
};

use super::*;
use crate::{
    Source,
    testing::{apart, bell, mounted, tree},
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
    let (mut board, _bell) = open(&folder, &sysfs);
    let again = (board.root().device_key(), board.root().attestation_key(), board.vault().opening_key());
    assert_eq!(keys, again);
    assert_eq!(board.effectors().act(&Action::LatchVault), Outcome::Done);
    assert_eq!(board.vault().state(), VaultState::Latched);
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
    assert_eq!(board.effectors().act(&Action::DropKeys), Outcome::Done);
}

/// One question to rtnetlink: make a bridge of this name, or remove it (`rtnetlink(7)`).
fn ask_for_bridge(kind: u16, flags: u16, name: &str) {
    let attribute = |kind: u16, value: &[u8]| {
        let length = u16::try_from(4 + value.len()).unwrap();
        let mut bytes = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let name = attribute(3, format!("{name}\0").as_bytes());
    let body = [vec![0; 16], name, attribute(18, &attribute(1, b"bridge"))].concat();
    let length = u32::try_from(16 + body.len()).unwrap();
    let header = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), &flags.to_ne_bytes(), &[0; 8]].concat();
    let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, SocketFlags::CLOEXEC, None).unwrap();
    let kernel = SocketAddrNetlink::new(0, 0);
    sendto(&socket, &[header, body].concat(), SendFlags::empty(), &kernel).unwrap();
    let mut answer = [0; 1024];
    recv(&socket, &mut answer[..], rustix::net::RecvFlags::empty()).unwrap();
    let errno = i32::from_ne_bytes(answer[16..20].try_into().unwrap());
    assert_eq!(errno, 0, "the kernel made no bridge");
}

const NEW: (u16, u16) = (16, 0x605);
const DELETE: (u16, u16) = (17, 0x5);

/// Waits on the board's own descriptor, and reads what the kernel's events made of the interfaces.
fn wait_for(board: &mut LinuxBoard, wanted: impl Fn(&[Interface]) -> bool) -> Vec<Reading> {
    let events = board.events().unwrap().unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        // A moment long before the next look of its own accord: what is seen, an event has told.
        let readings = board.sensors().read(vocab::Mono(2));
        let shows = |reading: &Reading| matches!(&reading.value, Value::Interfaces(list) if wanted(list));
        if readings.iter().any(shows) {
            return readings;
        }
        let left = Timespec::try_from(end.saturating_duration_since(Instant::now())).unwrap();
        let ready = poll(&mut [PollFd::new(&events, PollFlags::IN)], Some(&left)).unwrap();
        assert_eq!(ready, 1, "the kernel told of nothing");
    }
}

#[test]
fn a_real_event_of_the_kernel_arrives_as_a_reading() {
    if !apart("a real event of the kernel", UnshareFlags::NEWNET) {
        return;
    }
    let (folder, sysfs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    mounted("sysfs", sysfs.path(), c"");
    let (mut board, _bell) = open(&folder, &sysfs);
    let home = board.sensors().read(vocab::Mono(1));
    assert!(home.iter().any(|reading| matches!(&reading.value, Value::Interfaces(list) if list.is_empty())));

    let bridge = Interface { kind: InterfaceKind::Network, name: "wrale-br0".into() };
    ask_for_bridge(NEW.0, NEW.1, "wrale-br0");
    wait_for(&mut board, |list| list == std::slice::from_ref(&bridge));
    // A look at the whole tree says the same as the event.
    let look = board.sensors().read(vocab::Mono(u64::MAX / 2));
    let seen =
        |reading: &Reading| matches!(&reading.value, Value::Interfaces(list) if *list == [bridge.clone()]);
    assert!(look.iter().any(seen));

    ask_for_bridge(DELETE.0, DELETE.1, "wrale-br0");
    wait_for(&mut board, <[Interface]>::is_empty);
}
