use alloc::collections::BTreeSet;
use core::time::Duration;

use vocab::{
    Action::{DropKeys, Isolate, LockUsb, PowerOff, Rejoin, UnlockUsb},
    Cause, EventId, Interlock, Mono, Outcome, ReceiptId,
};

use super::Acts;
use crate::kit::{SECOND, seconds};

const CAUSE: Cause = Cause::Reflex(EventId([1; 16]));

fn id(number: u8) -> ReceiptId {
    ReceiptId([number; 16])
}

fn done(acts: &mut Acts, number: u8, action: vocab::Action, outcome: &Outcome, now: Mono) {
    acts.begin(id(number), action, CAUSE, now);
    assert!(acts.end(id(number), outcome, &[], now).is_some());
}

#[test]
fn what_is_done_stays_in_force_until_it_is_undone() {
    let mut acts = Acts::default();
    done(&mut acts, 1, Isolate, &Outcome::Done, Mono(0));
    done(&mut acts, 2, LockUsb, &Outcome::Unverified, Mono(0));
    done(&mut acts, 3, DropKeys, &Outcome::Done, Mono(0));
    assert_eq!(acts.settled(), BTreeSet::from([Isolate, LockUsb]));
    done(&mut acts, 4, Rejoin, &Outcome::Done, Mono(0));
    assert_eq!(acts.settled(), BTreeSet::from([LockUsb]));
}

#[test]
fn what_is_on_its_way_counts_as_settled() {
    let mut acts = Acts::new(BTreeSet::from([LockUsb]));
    acts.begin(id(1), Isolate, CAUSE, Mono(0));
    acts.begin(id(2), UnlockUsb, CAUSE, Mono(0));
    assert_eq!(acts.settled(), BTreeSet::from([Isolate]));
    assert!(acts.is_coming(&Isolate) && !acts.is_coming(&LockUsb));
}

#[test]
fn a_receipt_that_nobody_knows_is_nothing() {
    assert!(Acts::default().end(id(1), &Outcome::Done, &[], Mono(0)).is_none());
}

#[test]
fn a_failed_act_is_tried_again_later_and_later() {
    let mut acts = Acts::default();
    done(&mut acts, 1, Isolate, &Outcome::Failed, Mono(0));
    assert!(!acts.may_try(&Isolate));
    assert_eq!((acts.deadline(), acts.again(Mono(SECOND - 1)).len()), (Some(seconds(1)), 0));
    let mut now = Mono(0);
    let mut waits = alloc::vec::Vec::new();
    for number in 2..14 {
        let next = acts.deadline().unwrap();
        waits.push(next.since(now).as_secs());
        now = next;
        assert_eq!(acts.again(now), [(Isolate, CAUSE)]);
        done(&mut acts, number, Isolate, &Outcome::TimedOut, now);
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    done(&mut acts, 99, Isolate, &Outcome::Done, now);
    assert!(acts.may_try(&Isolate) && acts.deadline().is_none());
}

#[test]
fn what_is_done_once_is_tried_five_times_more() {
    let mut acts = Acts::default();
    done(&mut acts, 0, DropKeys, &Outcome::Failed, Mono(0));
    let mut tries = 0;
    while let Some(now) = acts.deadline() {
        assert_eq!(acts.again(now).len(), 1);
        tries += 1;
        done(&mut acts, tries, DropKeys, &Outcome::Failed, now);
    }
    assert_eq!(tries, 5);
}

#[test]
fn what_the_platform_cannot_do_is_not_tried_again() {
    let mut acts = Acts::default();
    done(&mut acts, 1, Isolate, &Outcome::Unsupported, Mono(0));
    assert!(!acts.may_try(&Isolate) && acts.deadline().is_none());
}

#[test]
fn what_could_not_be_undone_is_not_taken_for_in_force() {
    for outcome in [Outcome::Failed, Outcome::TimedOut, Outcome::Unsupported] {
        let mut acts = Acts::new(BTreeSet::from([Isolate, LockUsb]));
        done(&mut acts, 1, Rejoin, &outcome, Mono(0));
        assert_eq!(acts.settled(), BTreeSet::from([LockUsb]), "{outcome:?}");
    }
}

#[test]
fn what_an_interlock_withheld_may_be_tried_when_that_is_clear() {
    let mut acts = Acts::default();
    acts.withhold(PowerOff, Interlock::Energised);
    acts.allow(Interlock::Occupied);
    assert!(!acts.may_try(&PowerOff));
    acts.allow(Interlock::Energised);
    assert!(acts.may_try(&PowerOff));
}

#[test]
fn what_nothing_demands_any_more_is_not_tried_again_nor_what_would_undo_it() {
    let mut acts = Acts::default();
    done(&mut acts, 1, Isolate, &Outcome::Failed, Mono(0));
    done(&mut acts, 2, UnlockUsb, &Outcome::Failed, Mono(0));
    acts.forget(&BTreeSet::from([Isolate, LockUsb]));
    assert_eq!(acts.again(seconds(9)), [(Isolate, CAUSE)]);
    acts.forget(&BTreeSet::new());
    assert_eq!(acts.again(seconds(99)), []);
}

#[test]
fn a_hand_that_does_not_come_back_is_overdue_after_its_limit_and_a_second() {
    let mut acts = Acts::default();
    acts.begin(id(1), Isolate, CAUSE, Mono(0));
    let by = Mono(0) + Isolate.limit() + Duration::from_secs(1);
    assert_eq!((acts.overdue(Mono(by.0 - 1)), acts.overdue(by)), ([].into(), [id(1)].into()));
    assert_eq!(acts.deadline(), Some(by));
}
