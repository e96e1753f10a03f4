use std::{
    fs,
    io::{Read, pipe},
    os::fd::OwnedFd,
};

use super::*;
use crate::testing::tree;

/// A watchdog and what it was told.
fn kennel() -> (io::PipeReader, Watchdog) {
    let (told, file) = pipe().unwrap();
    (told, Watchdog::awake(File::from(OwnedFd::from(file)), Duration::from_secs(60)))
}

fn told(mut reader: io::PipeReader) -> Vec<u8> {
    let mut told = vec![];
    reader.read_to_end(&mut told).unwrap();
    told
}

#[test]
fn it_is_fed_and_left_in_peace() {
    let (reader, mut watchdog) = kennel();
    watchdog.feed().unwrap();
    watchdog.feed().unwrap();
    watchdog.leave().unwrap();
    assert_eq!(told(reader), b"\0\0V");
}

#[test]
fn whoever_goes_without_a_word_is_not_forgiven() {
    let (reader, mut watchdog) = kennel();
    watchdog.feed().unwrap();
    drop(watchdog);
    assert_eq!(told(reader), b"\0", "no letter that calls it off");
    let (reader, mut watchdog) = kennel();
    drop(reader);
    assert!(watchdog.feed().is_err());
}

#[test]
fn what_is_no_watchdog_is_refused_and_left_in_peace() {
    let root = tree(&[("watchdog", "")]);
    let refused = Watchdog::open(&root.path().join("watchdog"), 60).unwrap_err();
    assert_eq!(refused.code(), "linux/watchdog");
    assert_eq!(fs::read(root.path().join("watchdog")).unwrap(), LEAVE);
    let refused = Watchdog::open(&root.path().join("nowhere"), 60).unwrap_err();
    assert!(refused.to_string().contains("nowhere"), "{refused}");
}

/// `linux/watchdog.h`: `_IOWR('W', 6, int)` and `_IOR('W', 7, int)`.
#[test]
fn the_questions_are_the_kernels() {
    assert_eq!((SET_TIMEOUT, TIMEOUT), (0xc004_5706, 0x8004_5707));
}
