use super::*;
use crate::testing::{link, put, tree};

fn two_buses() -> tempfile::TempDir {
    tree(&[
        ("bus/usb/devices/usb1/authorized_default", "1\n"),
        ("bus/usb/devices/usb2/authorized_default", "2\n"),
        // A device, and an interface, which have no door of their own.
        ("bus/usb/devices/1-1/authorized", "1\n"),
        ("bus/usb/devices/1-0:1.0/bInterfaceClass", "09\n"),
        (LATER, "-1\n"),
    ])
}

fn doors(root: &tempfile::TempDir) -> Vec<String> {
    let doors = ["bus/usb/devices/usb1/authorized_default", "bus/usb/devices/usb2/authorized_default", LATER];
    doors.iter().map(|door| Sysfs::new(root.path()).text(door).unwrap()).collect()
}

fn set_in(root: &tempfile::TempDir, newcomers: Newcomers) -> Outcome {
    set(&Sysfs::new(root.path()), newcomers)
}

#[test]
fn every_bus_refuses_newcomers_and_welcomes_them_again() {
    // A file keeps what is longer than what is written over it; sysfs does not.
    let root = two_buses();
    put(root.path(), LATER, "1");
    assert_eq!(set_in(&root, Newcomers::Refused), Outcome::Done);
    assert_eq!(doors(&root), ["0", "0", "0"]);
    assert_eq!(set_in(&root, Newcomers::Refused), Outcome::Done);
    assert_eq!(set_in(&root, Newcomers::Welcome), Outcome::Done);
    assert_eq!(doors(&root), ["1", "1", "1"]);
    assert_eq!(Sysfs::new(root.path()).text("bus/usb/devices/1-1/authorized").unwrap(), "1");
}

#[test]
fn a_machine_without_usb_cannot_lock_it() {
    assert_eq!(set_in(&tree(&[]), Newcomers::Refused), Outcome::Unsupported);
    let root = tree(&[("bus/usb/devices/1-1/authorized", "1")]);
    assert_eq!(set_in(&root, Newcomers::Refused), Outcome::Unsupported);
}

#[test]
fn a_door_that_does_not_take_it_is_not_done() {
    let root = two_buses();
    std::fs::remove_file(root.path().join("bus/usb/devices/usb2/authorized_default")).unwrap();
    assert_eq!(set_in(&root, Newcomers::Refused), Outcome::Failed);
    // One that takes everything and keeps nothing.
    let root = two_buses();
    std::fs::remove_file(root.path().join(LATER)).unwrap();
    link(root.path(), LATER, "/dev/null");
    assert_eq!(set_in(&root, Newcomers::Refused), Outcome::Failed);
    // One that cannot be looked at.
    let root = two_buses();
    put(root.path(), LATER, &"1".repeat(5_000));
    assert_eq!(set_in(&root, Newcomers::Refused), Outcome::Unverified);
}
