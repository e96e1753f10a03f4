use proptest::prelude::*;
use rustix::net::{SendFlags, getsockname, sendto};

use super::*;
use crate::testing::not_run;

/// As a 6.18 kernel sent them when a bridge was made and given another name.
pub(crate) const ADD: &[u8] = b"add@/devices/virtual/net/br7\0ACTION=add\0DEVPATH=/devices/virtual/net/br7\0\
SUBSYSTEM=net\0DEVTYPE=bridge\0INTERFACE=br7\0IFINDEX=4\0SEQNUM=832\0";
pub(crate) const MOVE: &[u8] =
    b"move@/devices/virtual/net/br8\0ACTION=move\0DEVPATH=/devices/virtual/net/br8\0\
SUBSYSTEM=net\0DEVPATH_OLD=/devices/virtual/net/br7\0DEVTYPE=bridge\0INTERFACE=br8\0IFINDEX=4\0SEQNUM=835\0";
const QUEUE: &[u8] = b"add@/devices/virtual/net/wr1/queues/rx-0\0ACTION=add\0\
DEVPATH=/devices/virtual/net/wr1/queues/rx-0\0SUBSYSTEM=queues\0SEQNUM=819\0";

/// An event as the kernel would write it.
pub(crate) fn event(action: &str, devpath: &str, more: &[(&str, &str)]) -> Event {
    parse(&packet(action, devpath, more)).unwrap()
}

fn packet(action: &str, devpath: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let head = format!("{action}@{devpath}\0ACTION={action}\0DEVPATH={devpath}\0");
    let more: Vec<String> = more.iter().map(|(key, value)| format!("{key}={value}\0")).collect();
    (head + &more.concat()).into_bytes()
}

#[test]
fn recorded_events_are_read() {
    let added = parse(ADD).unwrap();
    assert_eq!((added.change, added.subsystem.as_str(), added.name()), (Change::Added, "net", "br7"));
    assert_eq!((added.says("INTERFACE"), added.says("DEVTYPE")), (Some("br7"), Some("bridge")));
    assert_eq!((added.parent(), added.says("ACTION"), added.says("nothing")), (Some("net"), None, None));
    let moved = parse(MOVE).unwrap();
    assert_eq!(moved.change, Change::Moved);
    assert_eq!(moved.says("DEVPATH_OLD"), Some("/devices/virtual/net/br7"));
    assert_eq!(parse(QUEUE).unwrap().subsystem, "queues");
}

#[test]
fn what_is_not_exactly_what_the_kernel_writes_is_refused() {
    let net = ("SUBSYSTEM", "net");
    assert!(parse(&packet("add", "/devices/a", &[net])).is_some());
    for (why, packet) in [
        ("nothing", vec![]),
        ("no zero at the end", ADD[..ADD.len() - 1].to_vec()),
        ("the magic of udev", [b"libudev\0\xfe\xed\xca\xfe", ADD].concat()),
        ("a head without a path", b"add\0ACTION=add\0DEVPATH=/a\0SUBSYSTEM=net\0".to_vec()),
        ("a head that says something else", b"add@/a\0ACTION=remove\0DEVPATH=/a\0SUBSYSTEM=net\0".to_vec()),
        ("a head that leads elsewhere", b"add@/a\0ACTION=add\0DEVPATH=/b\0SUBSYSTEM=net\0".to_vec()),
        ("no subsystem", packet("add", "/a", &[])),
        ("a key twice", packet("add", "/a", &[net, ("X", "1"), ("X", "2")])),
        ("a string without a key", packet("add", "/a", &[net, ("", "1")])),
        ("a string without a value", [&packet("add", "/a", &[net])[..], b"X\0"].concat()),
        ("an empty string", [&packet("add", "/a", &[net])[..], b"\0"].concat()),
        ("what is no text", [&packet("add", "/a", &[net])[..], b"X=\xff\0"].concat()),
        ("a path that climbs", packet("add", "/devices/../../etc", &[net])),
        ("a path that stands still", packet("add", "/devices/./a", &[net])),
        ("a path from nowhere", packet("add", "devices/a", &[net])),
        ("a path with a gap", packet("add", "/devices//a", &[net])),
        ("no path", packet("add", "/", &[net])),
    ] {
        assert_eq!(parse(&packet), None, "{why}");
    }
    let many: Vec<(String, &str)> = (0..=STRINGS).map(|number| (format!("K{number}"), "")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    assert_eq!(parse(&packet("add", "/a", &[&[net], &many[..]].concat())), None);
}

#[test]
fn every_cut_and_every_changed_byte_is_read_or_refused_without_harm() {
    for recorded in [ADD, MOVE, QUEUE] {
        for end in 0..recorded.len() {
            // Only a cut between two strings can leave an event, and then it says less and nothing else.
            if let Some(event) = parse(&recorded[..end]) {
                assert_eq!(recorded[end - 1], 0);
                assert_eq!(event.devpath, parse(recorded).unwrap().devpath);
            }
        }
        for at in 0..recorded.len() {
            let mut changed = recorded.to_vec();
            changed[at] ^= 0x80;
            assert_eq!(parse(&changed), None);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        if let Some(event) = parse(&bytes) {
            prop_assert!(leads_down(&event.devpath));
        }
    }

    #[test]
    fn whatever_is_read_says_what_was_written(
        action in "[a-z]{1,8}",
        path in "(/[a-z0-9:.]{3,6}){1,4}",
        more in proptest::collection::btree_map("[B-RT-Z_]{1,8}", "[ -~]{0,20}", 0..8),
    ) {
        let pairs: Vec<(&str, &str)> = more.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let event = event(&action, &path, &[&[("SUBSYSTEM", "usb")], &pairs[..]].concat());
        prop_assert_eq!(&event.devpath, &path);
        for (key, value) in &more {
            prop_assert_eq!(event.says(key), Some(value.as_str()));
        }
    }
}

#[test]
fn nobody_but_the_kernel_is_believed() {
    let mut uevents = Uevents::listen().unwrap();
    let ours = SocketAddrNetlink::try_from(getsockname(&uevents).unwrap()).unwrap();
    let kind = (AddressFamily::NETLINK, SocketType::DGRAM);
    let forger = socket_with(kind.0, kind.1, SocketFlags::CLOEXEC, Some(KOBJECT_UEVENT)).unwrap();
    match sendto(&forger, ADD, SendFlags::empty(), &SocketAddrNetlink::new(ours.pid(), 0)) {
        Ok(_) => {}
        Err(Errno::PERM) => return not_run("a forged event", "only root may forge one"),
        Err(errno) => panic!("{errno}"),
    }
    // Real events may stand before it.
    let heard = std::iter::from_fn(|| uevents.next()).find(|heard| !matches!(heard, Heard::Event(_)));
    assert_eq!(heard, Some(Heard::Foreign));
}

#[test]
fn nothing_heard_is_no_wait() {
    let mut uevents = Uevents::listen().unwrap();
    let quiet = std::iter::from_fn(|| uevents.next()).take(10_000).count();
    assert!(quiet < 10_000);
}
