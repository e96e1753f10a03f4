//! What is refused again and again is counted, and no count is lost with a commit that fails.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use audit::Outcome;
use control::{Now, ledger};
use sim::{Ceremony, CommitFault, Hq, World};
use vocab::Mono;

const CODE: &str = "tls/handshake";

fn opened() -> (Hq, Now) {
    let world = World::default();
    let now = Now { mono: world.now(), wall: world.wall() };
    (Hq::open(1, &Ceremony::new(1, "nord", 2, now.wall), vec![], now), now)
}

fn later(now: Now, span: Duration) -> Now {
    Now { mono: now.mono + span, wall: now.wall + span }
}

/// So many were turned away, and what the log was told of it fares so.
fn turned_away(hq: &mut Hq, times: u64, fault: Option<CommitFault>, now: Now) {
    hq.fleet.turned_away("external", CODE, times, now);
    step(hq, fault, now);
}

fn step(hq: &mut Hq, fault: Option<CommitFault>, now: Now) {
    if let Some(fault) = fault {
        hq.store.fail_next(fault);
    }
    assert_eq!(hq.fleet.step(now).is_err(), fault.is_some());
}

/// What the log says of it.
fn written(hq: &Hq) -> Vec<String> {
    let records = ledger::records(&hq.store, 0, usize::MAX).unwrap().into_iter().map(|(_, record)| record);
    let of_them = |record: &audit::Record| {
        record.body().unwrap().is_some_and(|body| body.outcome == Outcome::Refused(CODE.into()))
    };
    let reason = |record: audit::Record| record.personal().unwrap().unwrap().reason.unwrap().to_string();
    records.filter(of_them).map(reason).collect()
}

#[test]
fn whoever_was_counted_before_a_commit_failed_is_counted_after_it() {
    for fault in [CommitFault::Lost, CommitFault::Kept] {
        let (mut hq, now) = opened();
        turned_away(&mut hq, 5, None, now);
        hq.fleet.turned_away("internal", "tls/other", 1, now);
        turned_away(&mut hq, 3, Some(fault), now);
        step(&mut hq, None, later(now, Duration::from_secs(61)));
        assert_eq!(written(&hq), ["external", "external: 7 more since"], "{fault:?}");
    }
}

#[test]
fn a_first_one_that_was_not_stored_is_counted_and_one_that_was_is_not_counted_twice() {
    let expected = [
        (CommitFault::Lost, vec!["external: 5 more since"]),
        (CommitFault::Kept, vec!["external", "external: 4 more since"]),
    ];
    for (fault, expected) in expected {
        let (mut hq, now) = opened();
        turned_away(&mut hq, 5, Some(fault), now);
        step(&mut hq, None, later(now, Duration::from_secs(61)));
        assert_eq!(written(&hq), expected, "{fault:?}");
    }
}

#[test]
fn a_number_that_was_not_stored_is_written_again_and_one_that_was_is_not() {
    for fault in [CommitFault::Lost, CommitFault::Kept] {
        let (mut hq, now) = opened();
        turned_away(&mut hq, 5, None, now);
        step(&mut hq, Some(fault), later(now, Duration::from_secs(61)));
        for seconds in [80, 100, 200] {
            step(&mut hq, None, later(now, Duration::from_secs(seconds)));
        }
        assert_eq!(written(&hq), ["external", "external: 4 more since"], "{fault:?}");
    }
}

#[test]
fn what_is_only_counted_is_written_when_the_process_ends_in_good_order() {
    let (mut hq, now) = opened();
    turned_away(&mut hq, 5, None, now);
    assert_eq!(written(&hq), ["external"]);
    hq.fleet.conclude(now).unwrap();
    assert_eq!(written(&hq), ["external", "external: 4 more since"]);
    hq.fleet.conclude(Now { mono: Mono(u64::MAX), ..now }).unwrap();
    assert_eq!(written(&hq).len(), 2, "and no second time");
}
