use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use rustix::thread::UnshareFlags;
use vocab::{
    Mono, SensorName, Value,
    reading::{Interface, InterfaceKind},
};

use super::*;
use crate::{
    links::Changes,
    sysfs::Sysfs,
    testing::{Bridge, apart, bell, put, tree},
    uevent::{Uevents, tests::event},
};

/// Far longer than the kernel takes, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn listen(root: &tempfile::TempDir) -> (Arc<Desk>, Receiver<()>, Vigil) {
    let (wake, bell) = bell();
    let desk = Arc::new(Desk::new(wake));
    let ports = SensorName::new("ports").unwrap();
    let interfaces = Interfaces::new(
        &Sysfs::new(root.path()),
        &ports,
        Uevents::listen().unwrap(),
        Changes::links().unwrap(),
    );
    let (ready, started) = mpsc::channel();
    let listener = start(interfaces, &desk, Hurry::default(), ready).unwrap();
    started.recv_timeout(PATIENCE).unwrap();
    (desk, bell, listener)
}

fn link(name: &str) -> Interface {
    Interface { kind: InterfaceKind::Network, name: name.into() }
}

fn lists(desk: &Desk) -> Vec<Vec<Interface>> {
    let said = desk.take(Mono(u64::MAX)).into_iter().map(|reading| reading.value);
    said.filter_map(|value| if let Value::Interfaces(list) = value { Some(list) } else { None }).collect()
}

#[test]
fn what_is_plugged_in_at_the_start_is_said_at_once() {
    let (desk, bell, _listener) = listen(&tree(&[("class/net/eth0/address", "")]));
    assert!(bell.try_recv().is_ok());
    assert_eq!(lists(&desk), [[link("eth0")]]);
}

#[test]
fn an_event_of_the_kernel_wakes_the_device() {
    if !apart("an event of the kernel at a listener", UnshareFlags::NEWNET) {
        return;
    }
    // No look at this tree will ever show a bridge: whoever knows of it was told by the event.
    let root = tree(&[("class/net/eth0/address", "")]);
    let (desk, bell, _listener) = listen(&root);
    lists(&desk);
    let _bridge = Bridge::make("wrale-br1");
    let told = |list: &Vec<Interface>| list[..] == [link("eth0"), link("wrale-br1")];
    while !lists(&desk).iter().any(told) {
        bell.recv_timeout(PATIENCE).unwrap();
    }
}

#[test]
fn a_cable_wakes_the_device() {
    if !apart("a cable at a listener", UnshareFlags::NEWNET) {
        return;
    }
    let root = tree(&[("class/net/eth0/carrier", "1"), ("class/net/eth0/device/vendor", "")]);
    let (desk, bell, _listener) = listen(&root);
    assert_eq!(lists(&desk), [[link("eth0"), link("eth0 cable")]]);
    // The cable is a file of ours, and that some link has changed is the kernel's own word.
    put(root.path(), "class/net/eth0/carrier", "0");
    let _bridge = Bridge::make("wrale-br2");
    let told =
        |list: &Vec<Interface>| list[..] == [link("eth0")] || list[..] == [link("eth0"), link("wrale-br2")];
    while !lists(&desk).iter().any(told) {
        bell.recv_timeout(PATIENCE).unwrap();
    }
}

#[test]
fn a_dropped_listener_stops() {
    let (desk, bell, listener) = listen(&tree(&[]));
    drop((desk, listener));
    // The bell's other end goes when the thread does.
    let end = std::iter::repeat_with(|| bell.recv_timeout(PATIENCE)).find(Result::is_err);
    assert_eq!(end, Some(Err(RecvTimeoutError::Disconnected)));
}

#[test]
fn events_of_some_subsystems_are_about_parts() {
    let about = |subsystem| is_about_parts(&event("add", "/devices/a", &[("SUBSYSTEM", subsystem)]));
    assert!(["block", "memory", "net", "pci"].into_iter().all(about));
    assert!(!["usb", "queues", "tty"].into_iter().any(about));
}
