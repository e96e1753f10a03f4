use InterfaceKind::{Usb, UsbInput, UsbStorage};

use super::*;
use crate::{
    testing::{put, tree},
    uevent::tests::event,
};

/// A device with these interface classes, as sysfs shows it.
pub(crate) fn plug(root: &std::path::Path, port: &str, id: (&str, &str), serial: &str, classes: &[&str]) {
    let at = |attribute: &str| format!("{DEVICES}/{port}/{attribute}");
    put(root, &at("idVendor"), &format!("{}\n", id.0));
    put(root, &at("idProduct"), &format!("{}\n", id.1));
    if !serial.is_empty() {
        put(root, &at("serial"), &format!("{serial}\n"));
    }
    for (number, class) in classes.iter().enumerate() {
        put(root, &at(&format!("{port}:1.{number}/bInterfaceClass")), &format!("{class}\n"));
    }
}

fn interface(kind: InterfaceKind, name: &str) -> Interface {
    Interface { kind, name: name.into() }
}

#[test]
fn a_device_is_what_its_interfaces_can_do() {
    let root = tree(&[]);
    plug(root.path(), "1-1", ("046d", "c31c"), "", &["03", "03"]);
    plug(root.path(), "1-2", ("0781", "5583"), "4C5300", &["08"]);
    plug(root.path(), "1-3.4", ("1d6b", "0104"), "", &["03", "08", "ff"]);
    plug(root.path(), "1-5", ("0403", "6001"), "A5", &["ff"]);
    plug(root.path(), "1-6", ("dead", "beef"), "", &[]);
    let tree = Sysfs::new(root.path());
    for (port, interfaces) in [
        ("1-1", vec![interface(UsbInput, "046d:c31c")]),
        ("1-2", vec![interface(UsbStorage, "0781:5583 4C5300")]),
        (
            "1-3.4",
            vec![
                interface(UsbInput, "1d6b:0104"),
                interface(UsbStorage, "1d6b:0104"),
                interface(Usb, "1d6b:0104"),
            ],
        ),
        ("1-5", vec![interface(Usb, "0403:6001 A5")]),
        // Not configured or not authorized: there all the same.
        ("1-6", vec![interface(Usb, "dead:beef")]),
    ] {
        assert_eq!(device(&tree, port).unwrap(), interfaces, "{port}");
    }
}

#[test]
fn a_serial_number_can_say_what_it_likes() {
    let root = tree(&[]);
    plug(root.path(), "1-1", ("0781", "5583"), &format!("\u{1b}]0;{}", "x".repeat(500)), &["08"]);
    let found = device(&Sysfs::new(root.path()), "1-1").unwrap();
    assert!(found[0].name.len() <= 128 && found[0].name.chars().all(|c| c == ' ' || c.is_ascii_graphic()));
}

#[test]
fn an_unknown_class_is_listed_and_not_dropped() {
    let root = tree(&[]);
    plug(root.path(), "1-1", ("1234", "5678"), "", &["zz"]);
    assert_eq!(device(&Sysfs::new(root.path()), "1-1").unwrap(), [interface(Usb, "1234:5678")]);
}

#[test]
fn root_hubs_and_interfaces_are_no_devices() {
    for name in ["1-1", "2-1.4", "10-3.2.1"] {
        assert!(is_device(name) && !is_root_hub(name), "{name}");
    }
    for name in ["usb1", "usb12", "1-0:1.0", "1-1:1.0"] {
        assert!(!is_device(name), "{name}");
    }
    assert!(is_root_hub("usb1") && !is_root_hub("usb") && !is_root_hub("usbx"));
}

#[test]
fn an_event_alone_tells_the_device_and_its_class() {
    // As a 6.1 kernel sends them for a QEMU keyboard and a QEMU stick.
    let path = "/devices/pci0000:00/0000:00:02.0/usb1/1-1/1-1:1.0";
    let of = |more: &[(&str, &str)]| told(&event("add", path, &[&[("SUBSYSTEM", "usb")], more].concat()));
    let keyboard = of(&[("PRODUCT", "627/1/0"), ("INTERFACE", "3/1/1")]);
    assert_eq!(keyboard, Some(interface(UsbInput, "0627:0001")));
    let stick = of(&[("PRODUCT", "46f4/1/0"), ("INTERFACE", "8/6/80")]);
    assert_eq!(stick, Some(interface(UsbStorage, "46f4:0001")));
    assert_eq!(of(&[("PRODUCT", "46f4/1/0")]), Some(interface(Usb, "46f4:0001")));
    for product in ["", "46f4", "x/1/0", "12345/1/0", "/"] {
        assert_eq!(of(&[("PRODUCT", product)]), None, "{product}");
    }
}
