use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use rustix::{
    event::{EventfdFlags, eventfd},
    io::write,
    time::timerfd_gettime,
};

use super::*;
use crate::testing::bell;

/// Far longer than a thread takes, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The thread over a descriptor that says what the kernel's would.
fn stepped() -> (OwnedFd, Receiver<()>, Vigil) {
    let told = eventfd(0, EventfdFlags::NONBLOCK).unwrap();
    let (wake, bell) = bell();
    (told.try_clone().unwrap(), bell, over(told, wake).unwrap())
}

#[test]
fn each_step_of_the_clock_wakes_the_device_once() {
    let (told, bell, _steps) = stepped();
    for _ in 0..2 {
        write(&told, &1u64.to_ne_bytes()).unwrap();
        bell.recv_timeout(PATIENCE).unwrap();
    }
    assert!(bell.try_recv().is_err());
}

#[test]
fn the_kernel_takes_the_timer_and_it_never_comes() {
    let timer = timer().unwrap();
    let left = timerfd_gettime(&timer).unwrap().it_value;
    assert!(left.tv_sec > 100 * 365 * 86_400, "{left:?}");
    assert_eq!(read(&timer, &mut [0; 8]), Err(Errno::AGAIN));
}

#[test]
fn a_dropped_watch_stops() {
    let (_told, bell, steps) = stepped();
    drop(steps);
    // The bell's other end goes when the thread does.
    assert_eq!(bell.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
}
