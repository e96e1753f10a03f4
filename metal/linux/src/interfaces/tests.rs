use InterfaceKind::{Network, Serial, Usb, UsbInput, UsbStorage};

use super::*;
use crate::{
    testing::{link, put, tree},
    uevent::{parse, tests as recorded, tests::event},
    usb::tests::plug,
};

fn interface(kind: InterfaceKind, name: &str) -> Interface {
    Interface { kind, name: name.into() }
}

fn machine() -> tempfile::TempDir {
    let root = tree(&[
        ("class/net/bonding_masters", "\n"),
        ("class/net/lo/address", "00:00:00:00:00:00"),
        ("class/tty/ttyS0/dev", "4:64"),
        ("class/tty/ttyUSB0/dev", "188:0"),
        ("devices/pci/net/eth0/address", "02:fc:00:00:00:01"),
    ]);
    link(root.path(), "class/net/eth0", "../../devices/pci/net/eth0");
    plug(root.path(), "usb1", ("1d6b", "0002"), "0000:00:14.0", &["09"]);
    plug(root.path(), "1-1", ("0403", "6001"), "", &["ff"]);
    root
}

fn ports(root: &tempfile::TempDir) -> Ports {
    let mut ports = Ports::new(&Sysfs::new(root.path()));
    ports.scan();
    ports
}

fn at_home() -> Vec<Interface> {
    vec![interface(Network, "eth0"), interface(Serial, "ttyUSB0"), interface(Usb, "0403:6001")]
}

fn usb(action: &str, path: &str, kind: &str, more: &[(&str, &str)]) -> Event {
    let path = format!("/devices/pci0000:00/0000:00:14.0/usb1/{path}");
    event(action, &path, &[&[("SUBSYSTEM", "usb"), ("DEVTYPE", kind)], more].concat())
}

#[test]
fn what_is_plugged_is_listed_and_what_is_built_in_is_not() {
    assert_eq!(ports(&machine()).value(), Value::Interfaces(at_home()));
}

#[test]
fn a_link_comes_changes_its_name_and_goes() {
    let mut ports = ports(&machine());
    let with = |name: &str| {
        let mut list = at_home();
        list.push(interface(Network, name));
        list.sort();
        Value::Interfaces(list)
    };
    assert_eq!(ports.hear(&parse(recorded::ADD).unwrap()), News::Some);
    assert_eq!(ports.value(), with("br7"));
    assert_eq!(ports.hear(&parse(recorded::ADD).unwrap()), News::None);
    assert_eq!(ports.hear(&parse(recorded::MOVE).unwrap()), News::Some);
    assert_eq!(ports.value(), with("br8"));
    let gone = event("remove", "/devices/virtual/net/br8", &[("SUBSYSTEM", "net"), ("INTERFACE", "br8")]);
    assert_eq!(ports.hear(&gone), News::Some);
    assert_eq!(ports.value(), Value::Interfaces(at_home()));
}

#[test]
fn a_cable_is_plugged_and_pulled_where_there_is_hardware_for_one() {
    let root = machine();
    put(root.path(), "devices/pci/net/eth0/carrier", "1\n");
    let cable = |inside: bool| {
        let mut list = at_home();
        list.extend(inside.then(|| interface(Network, "eth0 cable")));
        list.sort();
        Value::Interfaces(list)
    };
    assert_eq!(
        ports(&root).value(),
        cable(false),
        "a link without hardware carries nothing that could be pulled"
    );
    put(root.path(), "devices/pci/net/eth0/device/vendor", "0x8086\n");
    let mut ports = ports(&root);
    assert_eq!(ports.value(), cable(true));
    assert_eq!(ports.hear_links(), News::None);
    for (carrier, inside) in [("0\n", false), ("1\n", true)] {
        put(root.path(), "devices/pci/net/eth0/carrier", carrier);
        assert_eq!((ports.hear_links(), ports.value()), (News::Some, cable(inside)));
    }
    // A card that comes with its cable in, and one that is down: the kernel refuses to say.
    assert_eq!(
        ports.hear(&event("remove", "/devices/pci/net/eth0", &[("SUBSYSTEM", "net"), ("INTERFACE", "eth0")])),
        News::Some
    );
    assert_eq!(
        ports.hear(&event("add", "/devices/pci/net/eth0", &[("SUBSYSTEM", "net"), ("INTERFACE", "eth0")])),
        News::Some
    );
    assert_eq!(ports.value(), cable(true));
    std::fs::remove_file(root.path().join("devices/pci/net/eth0/carrier")).unwrap();
    assert_eq!((ports.hear_links(), ports.value()), (News::Some, cable(false)));
}

#[test]
fn the_loopback_and_foreign_subsystems_are_no_news() {
    let mut ports = ports(&machine());
    for (path, subsystem) in [
        ("/devices/virtual/net/lo", "net"),
        ("/devices/virtual/net/wr1/queues/rx-0", "queues"),
        ("/devices/platform/serial8250/tty/ttyS0", "tty"),
        ("/devices/virtual/block/loop0", "block"),
    ] {
        assert_eq!(ports.hear(&event("add", path, &[("SUBSYSTEM", subsystem)])), News::None, "{path}");
    }
    let hub = event("add", "/devices/pci/usb2", &[("SUBSYSTEM", "usb"), ("DEVTYPE", "usb_device")]);
    assert_eq!(ports.hear(&hub), News::None);
    assert_eq!(ports.value(), Value::Interfaces(at_home()));
}

#[test]
fn a_keyboard_is_input_as_soon_as_its_interface_is_there() {
    let root = machine();
    let mut ports = ports(&root);
    let with = |kind| {
        let mut list = at_home();
        list.push(interface(kind, "046d:c31c"));
        list.sort();
        Value::Interfaces(list)
    };
    plug(root.path(), "1-2", ("046d", "c31c"), "", &[]);
    assert_eq!(ports.hear(&usb("add", "1-2", "usb_device", &[])), News::Some);
    assert_eq!(ports.value(), with(Usb));
    plug(root.path(), "1-2", ("046d", "c31c"), "", &["03"]);
    assert_eq!(ports.hear(&usb("add", "1-2/1-2:1.0", "usb_interface", &[])), News::Some);
    assert_eq!(ports.value(), with(UsbInput));
    // The interface goes first; the device says it once.
    std::fs::remove_dir_all(root.path().join("bus/usb/devices/1-2")).unwrap();
    assert_eq!(ports.hear(&usb("remove", "1-2/1-2:1.0", "usb_interface", &[])), News::None);
    assert_eq!(ports.hear(&usb("remove", "1-2", "usb_device", &[])), News::Some);
    assert_eq!(ports.value(), Value::Interfaces(at_home()));
}

#[test]
fn what_was_plugged_for_a_moment_only_is_seen_by_its_event() {
    let mut ports = ports(&machine());
    let product = ("PRODUCT", "46f4/1/0");
    ports.hear(&usb("add", "1-3", "usb_device", &[product]));
    assert_eq!(
        ports.hear(&usb("add", "1-3/1-3:1.0", "usb_interface", &[product, ("INTERFACE", "8/6/80")])),
        News::Some
    );
    let Value::Interfaces(list) = ports.value() else { panic!("a list") };
    assert!(list.contains(&interface(UsbStorage, "46f4:0001")));
    assert_eq!(ports.hear(&usb("remove", "1-3", "usb_device", &[product])), News::Some);
    assert_eq!(ports.value(), Value::Interfaces(at_home()));
}

#[test]
fn a_serial_line_on_usb_comes_and_goes() {
    let mut ports = ports(&machine());
    let path = "/devices/pci/usb1/1-4/1-4:1.0/tty/ttyACM0";
    assert_eq!(ports.hear(&event("add", path, &[("SUBSYSTEM", "tty")])), News::Some);
    let Value::Interfaces(list) = ports.value() else { panic!("a list") };
    assert!(list.contains(&interface(Serial, "ttyACM0")));
    assert_eq!(ports.hear(&event("remove", path, &[("SUBSYSTEM", "tty")])), News::Some);
    assert_eq!(ports.value(), Value::Interfaces(at_home()));
}

#[test]
fn a_look_mends_what_events_left_out() {
    let root = machine();
    let mut ports = ports(&root);
    put(root.path(), "class/net/wg0/address", "");
    std::fs::remove_dir_all(root.path().join("bus/usb/devices/1-1")).unwrap();
    ports.scan();
    let list = [interface(Network, "eth0"), interface(Network, "wg0"), interface(Serial, "ttyUSB0")];
    assert_eq!(ports.value(), Value::Interfaces(list.into()));
}

#[test]
fn a_tree_that_cannot_be_looked_at_is_a_fault() {
    let missing = Value::Fault(SensorFault::Missing);
    assert_eq!(ports(&tree(&[])).value(), missing);
    let root = machine();
    let mut lost = ports(&root);
    // A bus that was there is not simply empty.
    std::fs::remove_dir_all(root.path().join("bus/usb")).unwrap();
    lost.scan();
    assert_eq!(lost.value(), missing);
    assert_eq!(lost.hear(&parse(recorded::ADD).unwrap()), News::None);
    // A machine without USB is no fault, and one that gets it later sees it.
    let root = tree(&[("class/net/eth0/address", "")]);
    let mut ports = ports(&root);
    assert_eq!(ports.value(), Value::Interfaces(vec![interface(Network, "eth0")]));
    plug(root.path(), "1-1", ("0403", "6001"), "", &["ff"]);
    ports.scan();
    assert_eq!(
        ports.value(),
        Value::Interfaces(vec![interface(Network, "eth0"), interface(Usb, "0403:6001")])
    );
}

#[test]
fn a_device_whose_descriptors_are_nonsense_is_a_fault() {
    let root = machine();
    put(root.path(), "bus/usb/devices/1-1/idVendor", &"x".repeat(10_000));
    assert_eq!(ports(&root).value(), Value::Fault(SensorFault::Implausible));
}

#[test]
fn more_interfaces_than_a_device_can_have_are_a_fault() {
    let root = machine();
    for number in 0..INTERFACES - at_home().len() {
        put(root.path(), &format!("class/net/veth{number}/address"), "");
    }
    let mut ports = ports(&root);
    let Value::Interfaces(list) = ports.value() else { panic!("a list") };
    assert_eq!(list.len(), INTERFACES);
    put(root.path(), "class/net/one-more/address", "");
    ports.scan();
    assert_eq!(ports.value(), Value::Fault(SensorFault::Implausible));
}

#[test]
fn all_is_looked_at_again_even_if_nothing_happens() {
    let root = tree(&[("class/net/eth0/address", "")]);
    let ports = SensorName::new("ports").unwrap();
    let mut senses = Interfaces::new(
        &Sysfs::new(root.path()),
        &ports,
        Uevents::listen().unwrap(),
        Changes::links().unwrap(),
    );
    let start = Mono(1_000_000_000_000);
    assert!(!senses.read(start, |_| ()).is_empty());
    let due = senses.due();
    assert_eq!(due, start + PERIOD);
    put(root.path(), "class/net/eth1/address", "");
    let Some(Value::Interfaces(list)) = senses.read(due, |_| ()).pop().map(|last| last.value) else {
        panic!("a list")
    };
    assert_eq!(list.len(), 2);
    // While it cannot look it tries more often.
    std::fs::remove_dir_all(root.path().join("class")).unwrap();
    let blind = senses.read(due + PERIOD, |_| ()).pop().map(|last| last.value);
    assert_eq!(blind, Some(Value::Fault(SensorFault::Missing)));
    assert_eq!(senses.due(), due + PERIOD + RETRY);
}
