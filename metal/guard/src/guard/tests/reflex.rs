use alloc::vec::Vec;
use core::time::Duration;

use vocab::{
    Action, Arming, Outcome, Posture, Severity, TamperKind, TamperState,
    tamper::{Authority, Verification},
    unit::{MicroG, MilliVolts},
};
use wire::v1::{
    Body,
    body::{Change, GapReason, Half},
};

use crate::{
    Input, Room,
    kit::{
        Rig, SECOND, closed, open,
        rig::{Disk, Written},
        seconds, tilted,
    },
};

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// The lid is opened and stays open.
fn opened() -> Rig {
    let mut rig = Rig::armed();
    rig.say("lid", open());
    rig.pass(millis(300));
    rig
}

#[test]
fn an_opened_lid_is_recorded_latched_and_answered() {
    let rig = opened();
    let events = rig.events();
    let event = events.last().unwrap();
    assert_eq!(
        (event.kind, event.severity, event.location.as_str()),
        (TamperKind::LidOpened, Severity::High, "lid")
    );
    assert_eq!((event.authority, event.verification), (Authority::Unauthorised, Verification::Single));
    assert!(event.confidence.0 > 900 && !event.readings.is_empty());
    assert_eq!(rig.posture(), Posture::Sealed);
    let done: Vec<Action> = rig.acts.iter().map(|(_, action)| action.clone()).collect();
    assert_eq!(done, [Action::DropKeys, Action::LatchVault, Action::Isolate, Action::LockUsb]);
    assert_eq!(rig.guard().latches()[0].state, TamperState::Tampered);
}

#[test]
fn a_glitch_of_twenty_milliseconds_is_silent() {
    let mut rig = Rig::armed();
    rig.say("lid", open());
    rig.pass(millis(20));
    rig.say("lid", closed());
    rig.pass(Duration::from_secs(5));
    assert_eq!((rig.events().len(), rig.posture(), rig.acts.len()), (0, Posture::Normal, 0));
}

#[test]
fn a_lid_closed_again_stays_latched() {
    let mut rig = opened();
    rig.say("lid", closed());
    rig.pass(Duration::from_mins(5));
    assert_eq!((rig.posture(), rig.guard().latches().len()), (Posture::Sealed, 1));
}

#[test]
fn what_is_intended_is_appended_before_it_is_done_and_what_became_of_it_after() {
    let rig = opened();
    let kinds: Vec<&str> = rig
        .bodies()
        .iter()
        .rev()
        .take_while(|body| !matches!(body, Body::Event(_)))
        .map(|body| match body {
            Body::Change(Change::Latched { .. }) => "latched",
            Body::Change(Change::Posture(_)) => "posture",
            Body::Receipt(receipt) if receipt.outcome == Outcome::Intended => "intended",
            Body::Receipt(_) => "outcome",
            Body::Trace(_) => "trace",
            other => panic!("{other:?}"),
        })
        .collect();
    let mut order: Vec<&str> = kinds.into_iter().rev().collect();
    order.dedup();
    assert_eq!(order, ["latched", "posture", "intended", "trace", "outcome"]);
    for action in [Action::DropKeys, Action::LatchVault, Action::Isolate, Action::LockUsb] {
        let of_it: Vec<_> = rig.receipts().into_iter().filter(|(done, _)| *done == action).collect();
        assert_eq!(of_it, [(action.clone(), Outcome::Intended), (action, Outcome::Done)]);
    }
}

#[test]
fn a_stuck_disk_holds_the_reflex_for_fifty_milliseconds_and_no_longer() {
    let mut rig = Rig::armed();
    rig.disk = Disk::Stuck;
    rig.say("lid", open());
    rig.pass(millis(250));
    assert!(rig.acts.is_empty(), "it waits for the disk");
    assert_eq!(rig.guard().deadline(), Some(crate::Guard::time(rig.guard(), rig.now()).mono + millis(50)));
    rig.pass(millis(49));
    assert!(rig.acts.is_empty());
    rig.pass(millis(1));
    assert!(rig.did(&Action::LatchVault) && rig.did(&Action::Isolate));
    let stuck = rig
        .bodies()
        .into_iter()
        .filter(|body| matches!(body, Body::Gap(gap) if gap.reason == GapReason::DiskStuck));
    assert_eq!(stuck.count(), 1, "that is said once");
}

#[test]
fn a_prompt_disk_lets_the_reflex_go_at_once() {
    let mut rig = Rig::armed();
    rig.say("lid", open());
    rig.pass(millis(250));
    assert!(rig.did(&Action::LatchVault));
}

#[test]
fn a_full_disk_still_takes_alarms_and_counts_what_it_leaves_out() {
    let mut rig = Rig::armed();
    rig.give(Input::Disk(Room::Full));
    let before = rig.alarms;
    rig.say("lid", open());
    rig.pass(millis(300));
    assert!(rig.alarms > before && rig.did(&Action::LatchVault));
    assert!(!rig.bodies().iter().any(|body| matches!(body, Body::Trace(_))), "the trace is left out");
    rig.give(Input::Disk(Room::Ample));
    let gaps: Vec<u64> = rig
        .bodies()
        .into_iter()
        .filter_map(|body| match body {
            Body::Gap(gap) if gap.reason == GapReason::DiskFull => Some(gap.records),
            _ => None,
        })
        .collect();
    assert_eq!(gaps.len(), 2);
    assert!(gaps[0] == 0 && gaps[1] >= 1, "{gaps:?}");
}

#[test]
fn the_half_minutes_around_an_event_are_recorded() {
    let mut rig = opened();
    rig.pass(Duration::from_secs(31));
    let traces: Vec<_> = rig
        .bodies()
        .into_iter()
        .filter_map(|body| match body {
            Body::Trace(trace) => Some((trace.half, trace.event, trace.readings.len() > 50)),
            _ => None,
        })
        .collect();
    let event = rig.events()[0].id;
    assert_eq!(traces, [(Half::Before, event, true), (Half::After, event, true)]);
}

#[test]
fn a_storm_of_one_lid_is_one_event_and_few_lines() {
    let mut rig = opened();
    for _ in 0..40 {
        rig.say("lid", closed());
        rig.pass(millis(2_100));
        rig.say("lid", open());
        rig.pass(millis(300));
    }
    assert_eq!(rig.events().len(), 1);
    let repeats: Vec<u32> = rig
        .changes()
        .into_iter()
        .filter_map(|change| if let Change::Repeated { times, .. } = change { Some(times) } else { None })
        .collect();
    assert_eq!(repeats, [1, 2, 4, 8, 16, 32]);
    rig.say("lid", closed());
    rig.pass(Duration::from_mins(2));
    let mut last = rig.changes().into_iter().rev().filter_map(|change| match change {
        Change::Repeated { times, .. } => Some(times),
        _ => None,
    });
    assert_eq!(last.next(), Some(40), "and the count is told when it is over");
}

#[test]
fn a_storm_does_not_hide_another_kind() {
    let mut rig = opened();
    rig.say("rear", open());
    rig.pass(millis(300));
    assert_eq!(rig.events().iter().map(|event| event.location.as_str()).collect::<Vec<_>>(), ["lid", "rear"]);
    assert_eq!(rig.guard().latches().len(), 2);
}

#[test]
fn while_it_is_commissioned_everything_is_recorded_and_nothing_latches() {
    let mut rig = Rig::new();
    rig.say("lid", open());
    rig.pass(Duration::from_secs(3));
    let events = rig.events();
    assert_eq!((events.len(), events[0].severity), (1, Severity::Info));
    assert_eq!((rig.guard().latches().len(), rig.posture(), rig.acts.len()), (0, Posture::Normal, 0));
}

#[test]
fn whatever_stands_open_when_the_device_is_armed_is_news() {
    let mut rig = Rig::new();
    rig.say("lid", open());
    rig.pass(Duration::from_secs(90));
    rig.adopt(|_| {});
    assert_eq!((rig.guard().arming(), rig.posture()), (Arming::Armed, Posture::Sealed));
    assert_eq!(rig.events().last().map(|event| event.severity), Some(Severity::High));
}

/// Whoever installs a device touches everything; the walk test is meant to.
#[test]
fn what_was_touched_while_it_was_installed_verifies_nothing_once_it_is_armed() {
    let mut rig = Rig::new();
    rig.say("lid", open());
    rig.pass(millis(300));
    rig.say("lid", closed());
    rig.pass(Duration::from_secs(5));
    rig.say("rail", vocab::Value::Rail(MilliVolts(4_600)));
    rig.pass(millis(200));
    rig.say("rail", vocab::Value::Rail(MilliVolts(5_000)));
    rig.pass(Duration::from_secs(3));
    // The sag is a warning that waits; it is told as what it was while nobody was on guard.
    rig.adopt(|_| {});
    rig.pass(Duration::from_secs(10));
    let told: Vec<_> = rig.events().iter().map(|event| (event.kind, event.severity)).collect();
    assert_eq!(
        told,
        [(TamperKind::LidOpened, Severity::Info), (TamperKind::UnderVoltage, Severity::Info)],
        "the latches: {:?}",
        rig.guard().latches()
    );
    rig.say("parts", crate::kit::parts(&["nic-1"]));
    rig.pass(Duration::from_secs(5));
    let event = rig.events().pop().unwrap();
    assert_eq!((event.verification, event.severity), (Verification::Single, Severity::High));
}

#[test]
fn two_groups_verify_and_raise() {
    let mut rig = opened();
    rig.say("parts", crate::kit::parts(&["nic-1"]));
    rig.pass(Duration::from_secs(5));
    let event = rig.events().pop().unwrap();
    assert_eq!(event.kind, TamperKind::ComponentRemoved);
    assert_eq!((event.verification, event.severity), (Verification::Verified, Severity::Critical));
}

#[test]
fn a_suspicion_guards_and_locks_and_seals_nothing() {
    let mut rig = Rig::armed();
    rig.say("rail", vocab::Value::Rail(MilliVolts(4_600)));
    rig.pass(Duration::from_secs(10));
    assert_eq!(rig.events()[0].kind, TamperKind::UnderVoltage);
    assert_eq!((rig.posture(), rig.guard().latches()[0].state), (Posture::Guarded, TamperState::Suspect));
    assert!(rig.did(&Action::LockUsb) && !rig.did(&Action::LatchVault));
}

#[test]
fn a_sensor_that_says_nothing_is_itself_a_finding() {
    let mut rig = Rig::armed();
    rig.mute("accel");
    rig.pass(Duration::from_secs(40));
    let event = rig.events().pop().unwrap();
    assert_eq!((event.kind, event.location.as_str()), (TamperKind::SensorSilent, "board"));
    assert_eq!(rig.posture(), Posture::Guarded);
}

#[test]
fn new_tuning_is_on_trial_for_all_but_lid_and_loop() {
    let mut rig = Rig::new();
    rig.adopt(|state| state.tuning.supply.glitch_dips += 1);
    assert!(rig.changes().iter().any(|change| matches!(change, Change::Soaking(_))));
    for step in 0..8 {
        let volts = if step % 2 == 0 { 4_000 } else { 5_000 };
        rig.say("rail", vocab::Value::Rail(MilliVolts(volts)));
        rig.pass(millis(200));
    }
    rig.pass(Duration::from_secs(1));
    assert!(rig.events().iter().any(|event| event.kind == TamperKind::PowerGlitch));
    assert_eq!(rig.posture(), Posture::Isolated, "nothing claims to be sealed");
    assert!(rig.receipts().contains(&(Action::LatchVault, Outcome::LogOnly)));
    assert!(rig.did(&Action::Isolate) && !rig.did(&Action::LatchVault) && !rig.did(&Action::DropKeys));
    rig.say("lid", open());
    rig.pass(millis(300));
    assert!(rig.did(&Action::LatchVault) && rig.did(&Action::DropKeys));
    assert_eq!(rig.posture(), Posture::Sealed);
}

#[test]
fn a_trial_ends_when_every_sense_has_tripped_or_when_its_time_is_over() {
    let soaked = |rig: &Rig| rig.changes().contains(&Change::Soaked);
    let mut rig = Rig::new();
    rig.adopt(|state| {
        state.arming = Arming::Commissioning;
        state.tuning.supply.glitch_dips += 1;
    });
    assert!(!soaked(&rig));
    rig.say("lid", open());
    rig.say("rear", open());
    rig.say("accel", vocab::Value::Acceleration(MicroG(0), MicroG(0), MicroG(0)));
    rig.pass(millis(300));
    rig.say("accel", tilted());
    rig.say("flag", vocab::Value::Intrusion(vocab::reading::Flag::Raised));
    rig.say("parts", crate::kit::parts(&["nic-1"]));
    rig.pass(Duration::from_secs(8));
    assert!(!soaked(&rig), "the rail has not tripped");
    rig.say("rail", vocab::Value::Rail(MilliVolts(4_000)));
    rig.pass(Duration::from_secs(5));
    assert!(soaked(&rig));

    let mut rig = Rig::new();
    rig.adopt(|state| state.tuning.supply.glitch_dips += 1);
    rig.pass(Duration::from_hours(24) - Duration::from_secs(30));
    assert!(!soaked(&rig));
    rig.pass(Duration::from_mins(1));
    assert!(soaked(&rig));
}

#[test]
fn a_jump_of_the_machines_clock_is_an_event() {
    let mut rig = Rig::armed();
    rig.give(Input::Clock(rig.wall()));
    rig.pass(Duration::from_secs(1));
    rig.give(Input::Clock(vocab::Wall(rig.wall().0 - 86_400_000_000)));
    assert_eq!(rig.events().last().map(|event| event.kind), Some(TamperKind::ClockJumped));
}

#[test]
fn within_the_entry_delay_the_zone_is_suspect_and_after_it_the_reflex_acts() {
    let mut rig = Rig::armed_with(|state| {
        state.tuning.passage.entry = vocab::Millis(20_000);
        state.tuning.passage.through = [crate::kit::zone("lid")].into();
    });
    rig.say("lid", open());
    rig.pass(Duration::from_secs(19));
    let latch = &rig.guard().latches()[0];
    assert_eq!((latch.state, rig.posture()), (TamperState::Suspect, Posture::Normal));
    assert!(rig.acts.is_empty());
    rig.pass(Duration::from_secs(2));
    assert_eq!((rig.guard().latches()[0].state, rig.posture()), (TamperState::Tampered, Posture::Sealed));
    rig.say("rear", open());
    rig.pass(millis(300));
    assert_eq!(rig.guard().latches()[1].state, TamperState::Tampered, "other zones trip at once");
}

#[test]
fn within_the_exit_delay_it_only_chimes_and_what_stays_open_is_news_after_it() {
    let mut rig = Rig::new();
    rig.say("lid", open());
    rig.pass(Duration::from_secs(2));
    rig.adopt(|state| {
        state.tuning.passage.exit = vocab::Millis(30_000);
        state.tuning.passage.through = [crate::kit::zone("lid")].into();
    });
    rig.pass(Duration::from_secs(29));
    assert_eq!(rig.posture(), Posture::Normal);
    rig.pass(Duration::from_secs(2));
    assert_eq!(rig.posture(), Posture::Sealed);
}

#[test]
fn a_device_that_has_nothing_to_say_says_what_time_it_is_each_hour() {
    let mut rig = Rig::armed();
    let said = |rig: &Rig| rig.changes().iter().filter(|change| matches!(change, Change::Clock(_))).count();
    let before = said(&rig);
    rig.pass(Duration::from_hours(5));
    assert_eq!(said(&rig) - before, 5, "{:?}", rig.changes());
}

#[test]
fn the_same_story_gives_the_same_bytes() {
    let story = || {
        let mut rig = opened();
        rig.pass(Duration::from_secs(40));
        let bodies = rig.written.iter().filter_map(|written| match written {
            Written::Append(entry) if entry.header().kind != journal::Kind::Boot => {
                Some(entry.body().to_vec())
            }
            _ => None,
        });
        bodies.collect::<Vec<_>>()
    };
    assert_eq!(story(), story());
    assert_eq!(seconds(1).0, SECOND);
}

#[test]
fn that_a_latched_event_happened_again_is_written_even_on_a_full_disk() {
    let mut rig = opened();
    let before = rig.guard().latches()[0].position;
    rig.give(Input::Disk(Room::Full));
    rig.say("lid", closed());
    rig.pass(millis(2_100));
    rig.say("lid", open());
    rig.pass(millis(300));
    assert!(rig.guard().latches()[0].position.seq > before.seq, "a release must have seen it");
}

#[test]
fn a_chime_is_recorded_and_nothing_more() {
    for exit in [0, 30_000] {
        let mut rig = Rig::new();
        rig.adopt(|state| {
            state.tuning.passage.exit = vocab::Millis(exit);
            state.tuning.passage.through = [crate::kit::zone("lid")].into();
            if exit == 0 {
                state.tuning.passage.chime = [crate::kit::zone("lid")].into();
            }
        });
        rig.say("lid", open());
        rig.pass(millis(300));
        rig.say("lid", closed());
        rig.pass(Duration::from_secs(5));
        assert_eq!(rig.events().last().map(|event| event.severity), Some(Severity::High), "{exit}");
        assert_eq!((rig.posture(), rig.guard().latches().len()), (Posture::Normal, 0), "{exit}");
    }
}

#[test]
fn a_warning_that_becomes_nothing_more_is_a_line_a_little_later() {
    let mut rig = Rig::armed();
    rig.say("lid", open());
    rig.pass(millis(100));
    rig.say("lid", closed());
    rig.pass(Duration::from_secs(4));
    assert_eq!(rig.events(), []);
    rig.pass(Duration::from_secs(2));
    let events: Vec<_> = rig.events().iter().map(|event| (event.kind, event.severity)).collect();
    assert_eq!(events, [(TamperKind::LidOpened, Severity::Low)]);
    assert_eq!((rig.posture(), rig.guard().latches().len()), (Posture::Normal, 0));
}
