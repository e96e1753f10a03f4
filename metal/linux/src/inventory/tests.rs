use ComponentKind::{Board, Disk, Memory, Network, Pci};

use super::*;
use crate::testing::{link, put, tree};

fn part(kind: ComponentKind, identity: &str) -> Component {
    Component { kind, identity: identity.into() }
}

fn kiosk() -> tempfile::TempDir {
    let root = tree(&[
        ("class/dmi/id/board_vendor", "ASUSTeK\n"),
        ("class/dmi/id/board_name", "PN41\n"),
        ("class/dmi/id/board_serial", "MT7021\n"),
        ("devices/pci/nvme0n1/device/model", "WD SN530   \n"),
        ("devices/pci/nvme0n1/device/serial", "21AB  \n"),
        ("devices/pci/nvme0n1/size", "500118192"),
        ("devices/virtual/loop0/size", "0"),
        ("devices/usb1/1-1/sda/device/model", "Stick"),
        ("devices/usb1/1-1/sda/serial", "X"),
        ("class/net/eth0/device/vendor", "0x8086"),
        ("class/net/eth0/address", "aa:aa:aa:aa:aa:aa"),
        ("class/net/eth0/addr_assign_type", "3"),
        ("class/net/br0/address", "bb:bb:bb:bb:bb:bb"),
        ("bus/pci/devices/0000:00:1f.6/vendor", "0x8086\n"),
        ("bus/pci/devices/0000:00:1f.6/device", "0x100e\n"),
        ("bus/pci/devices/0000:00:1f.6/subsystem_vendor", "0x1af4\n"),
        ("bus/pci/devices/0000:00:1f.6/subsystem_device", "0x1100\n"),
    ]);
    link(root.path(), "block/nvme0n1", "../devices/pci/nvme0n1");
    link(root.path(), "block/loop0", "../devices/virtual/loop0");
    link(root.path(), "block/sda", "../devices/usb1/1-1/sda");
    let raw = memory::tests::socket(16_384, &["Samsung", "03A1", "M471"]);
    std::fs::create_dir_all(root.path().join("firmware/dmi/entries/17-0")).unwrap();
    std::fs::write(root.path().join("firmware/dmi/entries/17-0/raw"), raw).unwrap();
    root
}

fn parts() -> Vec<Component> {
    vec![
        part(Board, "ASUSTeK PN41 MT7021"),
        part(Disk, "WD SN530 21AB"),
        part(Memory, "Samsung M471 03A1"),
        part(Network, "00:11:22:33:44:55"),
        part(Pci, "8086:100e 1af4:1100"),
    ]
}

fn inventory(root: &tempfile::TempDir) -> Inventory {
    let addresses = || Ok(Addresses::from([("eth0".into(), "00:11:22:33:44:55".into())]));
    Inventory::new(&Sysfs::new(root.path()), addresses)
}

fn of(root: &tempfile::TempDir, kind: ComponentKind) -> Vec<String> {
    let Value::Components(parts) = inventory(root).look() else { panic!("a list") };
    parts.into_iter().filter(|part| part.kind == kind).map(|part| part.identity).collect()
}

#[test]
fn parts_are_named_by_what_they_are_and_sorted() {
    assert_eq!(inventory(&kiosk()).look(), Value::Components(parts()));
}

#[test]
fn a_part_under_another_bus_number_is_the_same_part() {
    let root = kiosk();
    let move_to =
        |from: &str, to: &str| std::fs::rename(root.path().join(from), root.path().join(to)).unwrap();
    move_to("bus/pci/devices/0000:00:1f.6", "bus/pci/devices/0000:03:00.0");
    move_to("block/nvme0n1", "block/nvme1n1");
    assert_eq!(inventory(&root).look(), Value::Components(parts()));
}

#[test]
fn two_parts_alike_count_as_two() {
    let root = kiosk();
    for what in ["vendor", "device", "subsystem_vendor", "subsystem_device"] {
        let [from, to] =
            ["0000:00:1f.6", "0000:04:00.0"].map(|at| root.path().join(format!("{PCI}/{at}/{what}")));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
    }
    assert_eq!(of(&root, Pci), ["8086:100e 1af4:1100", "8086:100e 1af4:1100"]);
}

#[test]
fn a_disk_is_told_by_the_best_that_it_says() {
    for (attribute, content, identity) in [
        ("serial", "overlayblk", "overlayblk"),
        ("device/cid", "035344534331364780", "035344534331364780"),
        ("wwid", "eui.0025385b61b0f1f3", "eui.0025385b61b0f1f3"),
        ("device/vpd_pg80", "\0\u{1}\0\u{4}ABCD", "ABCD"),
        ("size", "62333952", "62333952 sectors"),
    ] {
        let root = tree(&[("block/vda/device/uevent", ""), ("block/vda/size", "1")]);
        put(root.path(), &format!("block/vda/{attribute}"), content);
        assert_eq!(of(&root, Disk), [identity], "{attribute}");
    }
}

#[test]
fn a_card_without_a_known_address_is_told_by_its_present_one_only_if_nobody_set_it() {
    let root = kiosk();
    put(root.path(), "class/net/wlan0/device/vendor", "0x14e4\n");
    put(root.path(), "class/net/wlan0/device/device", "0x43dc\n");
    put(root.path(), "class/net/wlan0/address", "cc:cc:cc:cc:cc:cc");
    put(root.path(), "class/net/wlan0/addr_assign_type", "0\n");
    assert_eq!(of(&root, Network), ["00:11:22:33:44:55", "cc:cc:cc:cc:cc:cc"]);
    put(root.path(), "class/net/wlan0/addr_assign_type", "3\n");
    assert_eq!(of(&root, Network), ["00:11:22:33:44:55", "0x14e4 0x43dc without an address"]);
}

#[test]
fn a_board_without_dmi_is_told_by_its_device_tree() {
    let root = tree(&[
        ("firmware/devicetree/base/model", "Raspberry Pi 4 Model B Rev 1.4\0"),
        ("firmware/devicetree/base/serial-number", "100000006b2d3e1f\0"),
    ]);
    assert_eq!(of(&root, Board), ["Raspberry Pi 4 Model B Rev 1.4 100000006b2d3e1f"]);
}

#[test]
fn a_machine_that_shows_nothing_has_no_parts() {
    assert_eq!(inventory(&tree(&[])).look(), Value::Components(vec![]));
}

#[test]
fn a_folder_that_was_there_and_is_not_is_a_fault() {
    for folder in ["class/dmi", "block", "firmware/dmi", "class/net", "bus/pci"] {
        let root = kiosk();
        let mut inventory = inventory(&root);
        inventory.look();
        std::fs::remove_dir_all(root.path().join(folder)).unwrap();
        assert_eq!(inventory.look(), Value::Fault(SensorFault::Missing), "{folder}");
    }
}

#[test]
fn a_part_that_goes_while_we_look_is_gone() {
    let root = kiosk();
    std::fs::remove_file(root.path().join("bus/pci/devices/0000:00:1f.6/vendor")).unwrap();
    std::fs::remove_file(root.path().join("block/nvme0n1")).unwrap();
    link(root.path(), "block/nvme0n1", "../devices/pci/gone");
    assert_eq!((of(&root, Pci), of(&root, Disk)), (vec![], vec![]));
}

#[test]
fn whatever_cannot_be_believed_is_a_fault_of_the_whole() {
    let root = kiosk();
    put(root.path(), "devices/pci/nvme0n1/device/serial", &"9".repeat(5_000));
    assert_eq!(inventory(&root).look(), Value::Fault(SensorFault::Implausible));
    let root = kiosk();
    for number in 0..PARTS {
        put(root.path(), &format!("bus/pci/devices/{number}/vendor"), "0x1");
        put(root.path(), &format!("bus/pci/devices/{number}/device"), "0x1");
    }
    assert_eq!(inventory(&root).look(), Value::Fault(SensorFault::Implausible));
    let deaf = || Err(io::ErrorKind::TimedOut.into());
    let mut inventory = Inventory::new(&Sysfs::new(kiosk().path()), deaf);
    assert_eq!(inventory.look(), Value::Components(vec![]), "no tree, no card, no question");
    let root = kiosk();
    inventory = Inventory::new(&Sysfs::new(root.path()), deaf);
    assert_eq!(inventory.look(), Value::Fault(SensorFault::Bus));
}
