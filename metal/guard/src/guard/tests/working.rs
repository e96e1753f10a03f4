use alloc::vec::Vec;
use core::time::Duration;

use vocab::{Arming, Millis, Posture, Severity, TamperKind, TamperState, WorkOrderId, tamper::Authority};
use wire::v1::{
    Body,
    body::{Change, Closing, Work},
};

use crate::{
    Input, Kept, Refusal,
    kit::{
        Rig, closed,
        fleet::{person, release},
        open,
        rig::Written,
    },
    refusal::work,
};

const HOUR: Millis = Millis(3_600_000);

/// The technician with this number presents an order for these zones.
fn present(rig: &mut Rig, id: u8, holder: usize, zones: &[&str]) {
    rig.give(Input::WorkAsked);
    let order = rig.fleet.work(id, holder, zones, HOUR);
    let presence = rig.fleet.presence(&order, holder, *rig.challenges.last().unwrap());
    let order = rig.fleet.sign_work(&order);
    rig.give(Input::WorkPresented { order, presence });
}

fn works(rig: &Rig) -> Vec<Work> {
    rig.bodies()
        .into_iter()
        .filter_map(|body| if let Body::Work(work) = body { Some(work) } else { None })
        .collect()
}

#[test]
fn a_work_order_mutes_the_zones_that_it_names_and_no_other() {
    let mut rig = Rig::armed();
    present(&mut rig, 1, 0, &["lid"]);
    assert_eq!((rig.guard().arming(), rig.refusals.len()), (Arming::Service, 0));
    rig.say("lid", open());
    rig.pass(Duration::from_secs(1));
    let event = rig.events().pop().unwrap();
    assert_eq!((event.kind, event.authority), (TamperKind::LidOpened, Authority::Authorised));
    assert_eq!((rig.posture(), rig.guard().latches().len()), (Posture::Normal, 0));
    rig.say("rear", open());
    rig.pass(Duration::from_secs(1));
    assert_eq!((rig.posture(), rig.guard().latches()[0].zone.as_str()), (Posture::Sealed, "rear"));
}

#[test]
fn a_lawful_opening_is_evidence_for_nothing() {
    let mut rig = Rig::armed();
    present(&mut rig, 1, 0, &["lid"]);
    rig.say("lid", open());
    rig.pass(Duration::from_secs(1));
    rig.say("parts", crate::kit::parts(&["nic-1"]));
    rig.pass(Duration::from_secs(5));
    assert_eq!(rig.events().pop().unwrap().severity, Severity::High, "one group alone");
}

#[test]
fn closed_in_order_everything_trips_again() {
    let mut rig = Rig::armed();
    present(&mut rig, 1, 0, &["lid"]);
    rig.say("lid", open());
    rig.pass(Duration::from_secs(1));
    rig.give(Input::WorkDone);
    assert_eq!(rig.refusals, [Refusal::Work(work::Refusal::StillOpen(crate::kit::zone("lid")))]);
    rig.say("lid", closed());
    rig.pass(Duration::from_secs(5));
    rig.give(Input::WorkDone);
    assert_eq!(works(&rig).last(), Some(&Work::Closed(WorkOrderId([1; 16]), Closing::InOrder)));
    assert_eq!(rig.guard().arming(), Arming::Armed);
    rig.say("lid", open());
    rig.pass(Duration::from_secs(1));
    assert_eq!(rig.posture(), Posture::Sealed);
    rig.give(Input::WorkDone);
    assert_eq!(rig.refusals.last(), Some(&Refusal::Work(work::Refusal::None)));
}

#[test]
fn what_is_left_open_at_the_end_of_the_window_is_an_event() {
    let mut rig = Rig::armed();
    present(&mut rig, 1, 0, &["lid"]);
    rig.say("lid", open());
    rig.pass(Duration::from_hours(1) - Duration::from_secs(1));
    assert_eq!(rig.posture(), Posture::Normal);
    rig.pass(Duration::from_secs(2));
    assert_eq!(works(&rig).last(), Some(&Work::Closed(WorkOrderId([1; 16]), Closing::LeftOpen)));
    let event = rig.events().pop().unwrap();
    assert_eq!((event.authority, event.severity), (Authority::Unauthorised, Severity::High));
    assert_eq!(rig.posture(), Posture::Sealed);
}

#[test]
fn a_window_that_ends_with_everything_shut_has_expired() {
    let mut rig = Rig::armed();
    present(&mut rig, 1, 0, &["lid"]);
    rig.pass(Duration::from_hours(1) + Duration::from_secs(1));
    assert_eq!(works(&rig).last(), Some(&Work::Closed(WorkOrderId([1; 16]), Closing::Expired)));
    assert_eq!((rig.posture(), rig.guard().arming()), (Posture::Normal, Arming::Armed));
}

#[test]
fn an_order_is_used_once_over_power_cuts_too() {
    let mut rig = Rig::armed();
    present(&mut rig, 1, 0, &["lid"]);
    rig.give(Input::WorkDone);
    present(&mut rig, 1, 0, &["lid"]);
    rig.cut();
    rig.boot();
    rig.settle();
    present(&mut rig, 1, 0, &["lid"]);
    assert_eq!(rig.refusals, [const { Refusal::Work(work::Refusal::Used) }; 2]);
    let refused = Work::Refused(WorkOrderId([1; 16]), "guard/work-used".into());
    assert_eq!(works(&rig).iter().filter(|work| **work == refused).count(), 2, "once in each boot");
}

#[test]
fn a_window_survives_a_reboot_and_the_power_cut_does_not_stretch_it() {
    let mut rig = Rig::armed();
    present(&mut rig, 1, 0, &["lid", "board"]);
    rig.pass(Duration::from_mins(30));
    rig.cut();
    rig.world += 7_200_000_000_000;
    rig.boot();
    rig.settle();
    assert_eq!(
        rig.guard().arming(),
        Arming::Service,
        "time without power counts where the fleet vouches for it"
    );
    rig.say("parts", crate::kit::parts(&["nic-1", "nic-3"]));
    rig.pass(Duration::from_secs(5));
    assert_eq!((rig.posture(), rig.guard().latches().len()), (Posture::Normal, 0));
    rig.tell_time();
    rig.pass(Duration::from_secs(1));
    assert_eq!(rig.guard().arming(), Arming::Armed, "now it does: the window is long over");
}

#[test]
fn a_challenge_stays_until_it_is_used_and_is_another_then() {
    let mut rig = Rig::armed();
    rig.give(Input::WorkAsked);
    rig.give(Input::WorkAsked);
    assert_eq!(rig.challenges[0], rig.challenges[1]);
    present(&mut rig, 1, 0, &["lid"]);
    rig.give(Input::WorkDone);
    rig.give(Input::WorkAsked);
    assert_ne!(rig.challenges[0], *rig.challenges.last().unwrap());
}

#[test]
fn only_a_work_order_key_opens_and_only_the_holder() {
    let mut rig = Rig::armed();
    rig.give(Input::WorkAsked);
    let challenge = rig.challenges[0];
    let order = rig.fleet.work(1, 0, &["lid"], HOUR);
    let letter = rig.fleet.sign_work(&order);
    let other = rig.fleet.presence(&order, 1, challenge);
    rig.give(Input::WorkPresented { order: letter.clone(), presence: other });
    rig.give(Input::WorkPresented { order: b"nonsense".to_vec(), presence: Vec::new() });
    let mut usurper = crate::kit::Fleet::new();
    usurper.work = crypto::key::SecretKey::from_seed([99; 32]);
    let presence = rig.fleet.presence(&order, 0, challenge);
    rig.give(Input::WorkPresented { order: usurper.sign_work(&order), presence });
    assert_eq!((rig.guard().arming(), rig.refusals.len()), (Arming::Armed, 3));
    assert_eq!(works(&rig).len(), 1, "only what the fleet signed for us is a line in the record");
    assert!(matches!(&rig.refusals[2], Refusal::UnknownKey(_)));
}

#[test]
fn a_work_order_within_the_entry_delay_withdraws_what_it_covers() {
    let mut rig = Rig::armed_with(|state| {
        state.tuning.passage.entry = Millis(20_000);
        state.tuning.passage.through = [crate::kit::zone("lid")].into();
    });
    rig.say("lid", open());
    rig.pass(Duration::from_secs(10));
    assert_eq!(rig.guard().latches()[0].state, TamperState::Suspect);
    present(&mut rig, 1, 0, &["lid"]);
    assert_eq!(rig.guard().latches().len(), 0);
    let withdrawn = |change: &Change| matches!(change, Change::Released { order: None, .. });
    assert!(rig.changes().iter().any(withdrawn));
    rig.pass(Duration::from_mins(1));
    assert_eq!(rig.posture(), Posture::Normal);
}

#[test]
fn a_work_order_resets_nothing() {
    let mut rig = Rig::armed();
    rig.say("lid", open());
    rig.pass(Duration::from_secs(1));
    present(&mut rig, 1, 0, &["lid"]);
    assert_eq!((rig.guard().latches().len(), rig.posture()), (1, Posture::Sealed));
}

#[test]
fn whoever_held_the_order_cannot_reset_what_was_set_off_there() {
    let mut rig = Rig::armed();
    present(&mut rig, 1, 1, &["lid"]);
    rig.say("lid", open());
    rig.pass(Duration::from_hours(1) + Duration::from_secs(1));
    rig.say("lid", closed());
    rig.pass(Duration::from_secs(5));
    let latch = rig.guard().latches()[0].clone();
    let order = |rig: &Rig, people: &[usize]| {
        rig.fleet.order(1, release(latch.event, latch.severity), rig.position(), people)
    };
    let by_opener = order(&rig, &[0, 1]);
    rig.adopt(|state| state.orders = [by_opener].into());
    assert_eq!((rig.refusals.clone(), rig.posture()), ([Refusal::Opener(person(1))].into(), Posture::Sealed));
    let by_others = order(&rig, &[0, 2]);
    rig.adopt(|state| state.orders = [by_others].into());
    assert_eq!(rig.posture(), Posture::Normal);
}

#[test]
fn what_is_normal_is_learnt_while_commissioning_alone() {
    let mut rig = Rig::new();
    let kept: Vec<Kept> = rig
        .written
        .iter()
        .filter_map(|written| if let Written::Keep(what, _) = written { Some(*what) } else { None })
        .collect();
    assert_eq!(kept, [Kept::Baseline, Kept::Glimpse]);
    assert!(rig.changes().iter().any(|change| matches!(change, Change::Learnt(_))));
    rig.adopt(|_| {});
    rig.give(Input::Learn);
    assert_eq!(rig.refusals, [Refusal::NotCommissioning]);
}

#[test]
fn a_sensor_that_nobody_has_seen_for_long_enough_learns_nothing_and_is_named() {
    let mut rig = Rig::bare();
    rig.boot();
    rig.give(Input::Learn);
    let named = |refusal: &Refusal| matches!(refusal, Refusal::NothingToLearn(_));
    assert!(!rig.refusals.is_empty() && rig.refusals.iter().all(named), "{:?}", rig.refusals);
    rig.refusals.clear();
    rig.settle();
    rig.give(Input::Learn);
    assert_eq!(rig.refusals, []);
}
