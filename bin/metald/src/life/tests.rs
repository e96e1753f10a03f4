use std::{
    fs::File,
    io::{PipeReader, Read, pipe},
    os::{fd::OwnedFd, unix::net::UnixDatagram},
};

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// A watchdog that waits a minute, and what it is told.
pub(crate) fn watched() -> (PipeReader, Life) {
    let (told, file) = pipe().unwrap();
    let watchdog = Watchdog::awake(File::from(OwnedFd::from(file)), MINUTE);
    (told, Life::new(Some(watchdog), None))
}

pub(crate) fn told(mut reader: PipeReader) -> Vec<u8> {
    let mut told = vec![];
    reader.read_to_end(&mut told).unwrap();
    told
}

#[test]
fn a_loop_that_comes_round_often_feeds_three_times_in_the_time_that_it_has() {
    let (reader, mut life) = watched();
    assert_eq!(life.every(), Some(MINUTE / 3));
    let begun = Instant::now();
    for second in 0..60 {
        life.turned(begun + Duration::from_secs(second));
    }
    life.leave();
    assert_eq!(told(reader), b"\0\0\0V");
}

#[test]
fn a_loop_that_does_not_come_round_feeds_nobody_and_is_not_forgiven() {
    let (reader, mut life) = watched();
    life.turned(Instant::now());
    // It hangs, and goes with the process.
    drop(life);
    assert_eq!(told(reader), b"\0");
}

#[test]
fn where_nobody_waits_the_loop_waits_as_long_as_it_likes() {
    let mut life = Life::new(None, None);
    life.turned(Instant::now());
    assert_eq!(life.every(), None, "no manager hears, whatever it asked for");
    life.leave();
}

#[test]
fn a_manager_that_did_not_hear_is_told_again_and_one_that_did_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("notify");
    let mut life = Life::new(None, Some(Service::at(socket.as_os_str()).unwrap()));
    life.turned(Instant::now());
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_nonblocking(true).unwrap();
    let heard = || {
        let mut bytes = [0; 64];
        manager.recv(&mut bytes).ok().map(|length| bytes[..length].to_vec())
    };
    life.turned(Instant::now());
    assert_eq!(heard().as_deref(), Some(b"READY=1".as_slice()));
    life.turned(Instant::now());
    assert_eq!(heard(), None);
}
