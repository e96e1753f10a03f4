use super::*;
use crate::testing::{put, tree};

#[test]
fn usb_can_be_locked_where_every_door_of_it_takes_a_word() {
    let usb = |root: &tempfile::TempDir| Needs::look(root.path()).usb;
    assert_eq!(usb(&tree(&[])), None);
    let root = tree(&[("bus/usb/devices/1-1/authorized", "1")]);
    assert_eq!(usb(&root), None, "no bus of its own");
    put(root.path(), "bus/usb/devices/usb1/authorized_default", "1");
    assert_eq!(usb(&root), Some(May::Yes));
    put(root.path(), "bus/usb/devices/usb2/speed", "480");
    assert_eq!(usb(&root), Some(May::No), "the second bus has no door");
    assert_eq!(
        std::fs::read_to_string(root.path().join("bus/usb/devices/usb1/authorized_default")).unwrap(),
        "1"
    );
}
