use vocab::{
    Action, Cause, ClockQuality, Confidence, Mono, OrderId, ReceiptId, Severity, TamperKind, Time,
    receipt::Outcome,
    tamper::{Authority, Verification},
    unit::Permille,
};

use super::*;
use crate::testing::{
    NOW,
    house::{event_id, id, zone},
};

const AT: Time = Time { mono: Mono(5), wall: NOW, quality: ClockQuality::Fleet };

fn event(number: u8, kind: TamperKind) -> TamperEvent {
    TamperEvent {
        id: event_id(number),
        at: AT,
        kind,
        location: zone("lid"),
        confidence: Permille(900) as Confidence,
        severity: Severity::Medium,
        verification: Verification::Single,
        authority: Authority::Unauthorised,
        readings: Vec::new(),
    }
}

fn receipt(number: u8, action: Action, outcome: Outcome) -> Receipt {
    let cause = Cause::Order(OrderId([1; 16]));
    Receipt { id: ReceiptId([number; 16]), at: AT, action, cause, outcome }
}

fn stop(number: usize) -> Action {
    Action::StopUnit(vocab::UnitName::new(&alloc::format!("unit-{number}")).unwrap())
}

#[test]
fn it_knows_the_first_and_the_last_of_its_events_and_every_latch() {
    let mut one = Involved::new(id(7), None);
    for number in 1..=3 {
        one.fold(&event(number, TamperKind::Struck), Arrival::Live);
    }
    one.fold(&event(4, TamperKind::Tilted), Arrival::Live);
    one.latch(event_id(9), &zone("rear"), TamperState::Suspect, 5);
    let held: Vec<_> = (0..=9).filter(|number| one.holds(event_id(*number))).collect();
    assert_eq!(held, [1, 3, 4, 9]);
}

#[test]
fn repeats_are_counted_on_the_event_that_they_repeat() {
    let mut one = Involved::new(id(7), None);
    one.fold(&event(1, TamperKind::Struck), Arrival::Live);
    one.fold(&event(2, TamperKind::Tilted), Arrival::Live);
    one.fold(&event(3, TamperKind::Tilted), Arrival::Live);
    one.repeated(event_id(3), 7);
    one.repeated(event_id(3), 2);
    one.repeated(event_id(8), 9);
    assert_eq!(one.events.iter().map(|fold| fold.times).collect::<Vec<_>>(), [1, 8]);
    one.repeated(event_id(1), 4);
    assert_eq!(one.events[0].times, 5);
}

#[test]
fn a_box_is_contained_when_it_drew_itself_in_did_something_or_is_suspended() {
    let open = Involved::new(id(7), None);
    assert_eq!(open.stage(), Stage::Open);
    let posture = |posture| Involved { posture: Some(posture), ..open.clone() }.stage();
    assert_eq!((posture(Posture::Normal), posture(Posture::Guarded)), (Stage::Open, Stage::Contained));
    assert_eq!(Involved { suspended: Some(NOW), ..open.clone() }.stage(), Stage::Contained);
    let did = |outcome| {
        let mut one = open.clone();
        one.does(&receipt(1, Action::LockUsb, outcome));
        one.stage()
    };
    assert_eq!(did(Outcome::Done), Stage::Contained);
    for outcome in [Outcome::Intended, Outcome::Failed, Outcome::LogOnly, Outcome::Unsupported] {
        assert_eq!(did(outcome.clone()), Stage::Open, "{outcome:?}");
    }
}

#[test]
fn an_act_is_told_as_it_ended_last() {
    let outcomes = |all: &[Outcome]| {
        let mut one = Involved::new(id(7), None);
        for (number, outcome) in (1..).zip(all) {
            one.does(&receipt(number, Action::LockUsb, outcome.clone()));
        }
        one.deeds.iter().map(|deed| deed.outcome.clone()).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&[Outcome::Intended, Outcome::Done]), [Outcome::Done]);
    assert_eq!(outcomes(&[Outcome::Done, Outcome::Intended]), [Outcome::Done]);
    assert_eq!(outcomes(&[Outcome::Done, Outcome::Intended, Outcome::Failed]), [Outcome::Failed]);
    assert_eq!(outcomes(&[Outcome::Failed, Outcome::Intended]), [Outcome::Intended]);
}

#[test]
fn what_it_did_and_what_it_reports_stay_bounded() {
    let mut one = Involved::new(id(7), None);
    for number in 0..100 {
        let id = u8::try_from(number).unwrap();
        one.does(&receipt(id, stop(number), Outcome::Done));
        one.reports(&receipt(id, stop(number), Outcome::Intended));
    }
    assert_eq!((one.deeds.len(), one.progress.begun.len()), (DEEDS_LIMIT, DEEDS_LIMIT));
    for number in 0..100 {
        one.reports(&receipt(u8::try_from(number).unwrap(), stop(number), Outcome::Failed));
    }
    assert_eq!((one.progress.begun.len(), one.progress.failed.len()), (0, DEEDS_LIMIT));
}

#[test]
fn an_act_that_fails_again_is_one_failure_and_one_that_works_is_none() {
    let mut one = Involved::new(id(7), None);
    for number in 1..=3 {
        one.reports(&receipt(number, Action::Rejoin, Outcome::Failed));
    }
    one.reports(&receipt(4, Action::UnlockUsb, Outcome::TimedOut));
    let failed: Vec<_> = one.progress.failed.iter().map(|act| act.action.clone()).collect();
    assert_eq!(failed, [Action::Rejoin, Action::UnlockUsb]);
    one.reports(&receipt(5, Action::Rejoin, Outcome::Done));
    let failed: Vec<_> = one.progress.failed.iter().map(|act| act.action.clone()).collect();
    assert_eq!(failed, [Action::UnlockUsb]);
}

#[test]
fn a_full_list_of_latches_forgets_what_was_released_first() {
    let mut one = Involved::new(id(7), None);
    for number in 0..64 {
        one.latch(event_id(number), &zone("lid"), TamperState::Tampered, u64::from(number));
    }
    let released = Released { order: None, generation: vocab::Generation(1), seq: 70 };
    assert_eq!(one.release(|latch| latch.event == event_id(5), released), [event_id(5)]);
    one.latch(event_id(100), &zone("lid"), TamperState::Tampered, 100);
    assert!(!one.holds(event_id(5)) && one.holds(event_id(0)) && one.holds(event_id(100)));
    one.latch(event_id(101), &zone("lid"), TamperState::Tampered, 101);
    assert!(!one.holds(event_id(0)), "then the oldest");
    assert_eq!(one.latches.len(), LATCHES_LIMIT);
}
