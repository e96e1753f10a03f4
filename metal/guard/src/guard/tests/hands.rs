//! Interlocks, and hands that fail.

use alloc::vec::Vec;
use core::time::Duration;

use vocab::{
    Action, Interlock, InterlockReading, InterlockRule, Outcome, Posture, ReflexRule, Severity, TamperKind,
    UnitName, ZoneName, tamper::Verification,
};
use wire::v1::{Body, DeviceState};

use crate::{
    Input,
    kit::{Rig, interlock, open, rig::Disk},
};

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn stop() -> Action {
    Action::StopUnit(UnitName::new("charger.service").unwrap())
}

/// A device whose reflex stops the charger, unless current flows.
fn charger() -> Rig {
    Rig::armed_with(|state| {
        state.reflexes = [ReflexRule {
            severity: Severity::High,
            verification: Verification::Single,
            posture: Posture::Guarded,
            actions: [stop()].into(),
        }]
        .into();
        state.interlocks = [InterlockRule {
            withholds: stop(),
            condition: Interlock::Energised,
            instead: Some(Action::LockUsb),
        }]
        .into();
    })
}

#[test]
fn a_hazardous_act_whose_interlock_is_not_clear_is_not_done_and_its_alternative_is() {
    for reading in [InterlockReading::Engaged, InterlockReading::Unknown] {
        let mut rig = charger();
        rig.say("pump", interlock(reading));
        rig.say("lid", open());
        rig.pass(millis(300));
        assert!(!rig.did(&stop()) && rig.did(&Action::LockUsb), "{reading:?}");
        let told = rig.receipts();
        assert!(told.contains(&(stop(), Outcome::Withheld(Interlock::Energised))));
        let ids: Vec<_> = rig
            .bodies()
            .into_iter()
            .filter_map(|body| if let Body::Receipt(receipt) = body { Some(receipt.id) } else { None })
            .collect();
        assert_eq!(ids[0], ids[1], "intended and withheld are one");
        assert_ne!(ids[1], ids[2], "the alternative has a receipt of its own");
    }
}

#[test]
fn an_interlock_that_nobody_reads_any_more_is_not_clear() {
    let mut rig = charger();
    rig.mute("pump");
    rig.pass(Duration::from_secs(31));
    rig.say("lid", open());
    rig.pass(millis(300));
    assert!(!rig.did(&stop()));
}

#[test]
fn what_was_withheld_is_done_when_the_interlock_clears() {
    let mut rig = charger();
    rig.say("pump", interlock(InterlockReading::Engaged));
    rig.say("lid", open());
    rig.pass(millis(300));
    rig.say("pump", interlock(InterlockReading::Clear));
    assert!(rig.did(&stop()));
}

#[test]
fn the_interlock_is_judged_when_the_act_is_done_and_not_when_it_was_intended() {
    let mut rig = charger();
    rig.disk = Disk::Stuck;
    rig.say("lid", open());
    rig.pass(millis(260));
    rig.say("pump", interlock(InterlockReading::Engaged));
    rig.disk = Disk::Prompt;
    rig.sync();
    assert!(!rig.did(&stop()));
}

#[test]
fn a_hand_that_fails_is_tried_again_and_one_that_does_not_come_back_has_timed_out() {
    let mut rig = Rig::armed();
    rig.hand = Outcome::Failed;
    rig.say("lid", open());
    rig.pass(millis(300));
    let tries = |rig: &Rig| rig.acts.iter().filter(|(_, action)| *action == Action::Isolate).count();
    assert_eq!(tries(&rig), 1);
    rig.pass(millis(1_100));
    assert_eq!(tries(&rig), 2);
    rig.hand = Outcome::Intended;
    rig.pass(Duration::from_secs(3));
    assert_eq!(tries(&rig), 3);
    rig.pass(Duration::from_secs(3));
    assert!(rig.receipts().contains(&(Action::Isolate, Outcome::TimedOut)));
    rig.hand = Outcome::Done;
    rig.pass(Duration::from_mins(1));
    assert!(rig.receipts().contains(&(Action::Isolate, Outcome::Done)));
}

#[test]
fn an_act_that_is_on_its_way_is_not_intended_twice() {
    let mut rig = Rig::armed();
    rig.disk = Disk::Stuck;
    rig.say("lid", open());
    rig.say("rear", open());
    rig.pass(millis(260));
    assert_eq!(rig.guard().latches().len(), 2);
    let intended = |action: &Action| {
        rig.receipts().into_iter().filter(|told| *told == (action.clone(), Outcome::Intended)).count()
    };
    assert_eq!([intended(&Action::DropKeys), intended(&Action::Isolate)], [1, 1]);
}

fn isolated(state: &mut DeviceState) {
    state.posture = Posture::Isolated;
}

fn let_go(state: &mut DeviceState) {
    state.posture = Posture::Normal;
}

#[test]
fn what_somebody_else_undid_is_told_and_done_again() {
    let mut rig = Rig::armed_with(isolated);
    rig.acts.clear();
    rig.give(Input::Undone(Action::Isolate));
    assert!(rig.did(&Action::Isolate) && !rig.did(&Action::Rejoin));
    let event = rig.events().pop().unwrap();
    assert_eq!((event.kind, event.severity), (TamperKind::RecordDamaged, Severity::Medium));
    assert_eq!(event.location, ZoneName::new("device").unwrap());
    // It was undone by the one who may, or was never in force: nothing happened.
    let told = rig.events().len();
    rig.adopt(let_go);
    for action in [Action::Isolate, stop()] {
        rig.acts.clear();
        rig.give(Input::Undone(action));
        assert_eq!((rig.acts.len(), rig.events().len()), (0, told));
    }
}

#[test]
fn what_is_being_undone_may_be_gone_before_its_hand_comes_back() {
    let mut rig = Rig::armed_with(isolated);
    let told = rig.events().len();
    rig.hand = Outcome::Intended;
    rig.adopt(let_go);
    assert!(rig.did(&Action::Rejoin));
    rig.give(Input::Undone(Action::Isolate));
    assert_eq!(rig.events().len(), told);
}

#[test]
fn what_timed_out_may_be_done_all_the_same_and_is_undone_when_nothing_demands_it() {
    let mut rig = Rig::armed();
    rig.hand = Outcome::TimedOut;
    rig.adopt(isolated);
    rig.acts.clear();
    rig.hand = Outcome::Done;
    rig.adopt(let_go);
    assert!(rig.did(&Action::Rejoin) && !rig.did(&Action::Isolate));
    rig.acts.clear();
    rig.settle();
    assert_eq!(rig.acts, [], "once is enough");
}

#[test]
fn what_failed_may_stand_in_part_and_is_undone_when_nothing_demands_it() {
    let mut rig = Rig::armed();
    rig.hand = Outcome::Failed;
    rig.adopt(isolated);
    rig.acts.clear();
    rig.hand = Outcome::Done;
    rig.adopt(let_go);
    assert!(rig.did(&Action::Rejoin) && !rig.did(&Action::Isolate));
}

#[test]
fn what_may_have_been_undone_is_done_anew_when_it_is_demanded_again() {
    for lost in [Outcome::Failed, Outcome::TimedOut] {
        let mut rig = Rig::armed_with(isolated);
        rig.hand = lost;
        rig.adopt(let_go);
        rig.acts.clear();
        rig.hand = Outcome::Done;
        rig.adopt(isolated);
        assert!(rig.did(&Action::Isolate) && !rig.did(&Action::Rejoin));
    }
}

#[test]
fn what_cannot_be_undone_is_tried_again_later_and_later() {
    let mut rig = Rig::armed_with(isolated);
    rig.acts.clear();
    rig.hand = Outcome::Failed;
    rig.adopt(let_go);
    rig.pass(Duration::from_mins(30));
    let tries = rig.acts.iter().filter(|(_, action)| *action == Action::Rejoin).count();
    assert!((9..=16).contains(&tries), "{tries}");
}
