use std::{thread, time::Instant};

use super::*;

const LONG: Duration = Duration::from_mins(5);

#[test]
fn a_ring_before_the_wait_ends_it_and_counts_once() {
    let bell = Bell::default();
    bell.ring();
    bell.ring();
    assert_eq!(bell.wait(LONG), Rung::GoOn);
    let begun = Instant::now();
    assert_eq!(bell.wait(Duration::from_millis(20)), Rung::GoOn);
    assert!(begun.elapsed() >= Duration::from_millis(20), "the second wait is a wait");
}

#[test]
fn another_thread_ends_the_wait() {
    let bell = Bell::default();
    let wake = bell.wake();
    let ringer = thread::spawn(move || wake());
    assert_eq!(bell.wait(LONG), Rung::GoOn);
    ringer.join().unwrap();
}

#[test]
fn what_is_stopped_stays_stopped() {
    let bell = Bell::default();
    bell.stop();
    bell.ring();
    for _ in 0..3 {
        assert_eq!(bell.wait(LONG), Rung::Stop);
    }
    assert!(bell.is_stopped());
}

#[test]
fn a_lesson_ends_the_wait_and_counts_once() {
    let bell = Bell::default();
    bell.teach();
    assert_eq!(bell.wait(LONG), Rung::GoOn);
    assert!(bell.is_taught());
    assert!(!bell.is_taught());
}
