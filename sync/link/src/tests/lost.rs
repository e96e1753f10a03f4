//! Whatever the wire loses, each entry arrives once, in order, and the state is adopted.

use alloc::{collections::VecDeque, vec::Vec};
use core::time::Duration;

use journal::Kind;
use vocab::Generation;

use super::{
    World,
    wire::{Fate, Weather},
};
use crate::{Down, Frame, downlink::Reach, station, uplink::Lane};

const HOUR: Duration = Duration::from_hours(1);

/// Bulk, an alarm, a long entry and a long state; nobody waits for anybody.
fn busy(mut world: World) -> World {
    world.publish(1, Reach::EveryRoom, 150_000);
    for _ in 0..70 {
        world.append(Kind::Receipt, 40, Lane::Bulk);
    }
    world.run_for(Duration::from_secs(3));
    world.append(Kind::Event, 300, Lane::Alarm);
    world.append(Kind::Trace, 50_000, Lane::Bulk);
    world.publish(2, Reach::EveryRoom, 70_000);
    world.append(Kind::Event, 300, Lane::Alarm);
    world.run_for(HOUR);
    world
}

fn assert_whole(world: &World, what: &str) {
    assert!(world.is_complete(), "{what}: {} of {}", world.fleet.len(), world.journal.entries.len());
    assert_eq!((world.adopted.generation, world.adopted.proved), (Generation(2), Generation(2)), "{what}");
}

#[test]
fn in_fair_weather_everything_arrives_and_no_session_ends() {
    let world = busy(World::fair());
    assert_whole(&world, "fair");
    assert!(world.partings.is_empty(), "{:?}", world.partings);
}

#[test]
fn in_foul_weather_every_entry_arrives_once_and_in_order() {
    let mut fired = alloc::collections::BTreeMap::new();
    for seed in 0..200 {
        let world = busy(World::new(seed, Weather::Foul { one_in: 4, times: 30 }));
        assert_whole(&world, &alloc::format!("seed {seed}"));
        for (fate, times) in &world.wire.fates {
            *fired.entry(*fate).or_insert(0) += times;
        }
    }
    assert!(
        fired.len() == 5 && fired.values().all(|&times| times >= 200),
        "a fault that never fires: {fired:?}"
    );
}

#[test]
fn a_fault_at_every_single_message_loses_nothing() {
    let messages = busy(World::fair()).wire.messages;
    assert!(messages > 20);
    for fate in [Fate::CutBefore, Fate::CutAfter, Fate::Dropped, Fate::Doubled] {
        for message in 1..=messages {
            let world = busy(World::new(7, Weather::At(message, fate)));
            assert_eq!(world.wire.fates.get(&fate), Some(&1));
            assert_whole(&world, &alloc::format!("{fate:?} of message {message}"));
        }
    }
}

#[test]
fn a_lost_acknowledgement_is_repeated_with_the_next_beat() {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    let at = world.append(Kind::Event, 40, Lane::Alarm);
    // The acknowledgement is on its way down, and nothing else is: it gets lost.
    while world.wire.down.values().all(VecDeque::is_empty) {
        assert!(world.move_one());
    }
    let lost: Vec<_> = world.wire.down.values_mut().filter_map(VecDeque::pop_front).collect();
    let accepted = Some(at);
    assert_eq!(lost, [Down::Ack { accepted, mark: None }.to_bytes()]);

    let acknowledged =
        |world: &World| world.felt(|effect| *effect == crate::device::Effect::Acknowledged(at));
    world.run_for(Duration::from_secs(29));
    assert_eq!(acknowledged(&world), 0);
    world.run_for(Duration::from_secs(2));
    assert_eq!(acknowledged(&world), 1);
    assert_eq!(world.heard(|effect| matches!(effect, station::Effect::Parted(..))), 0);
}

#[test]
fn a_week_offline_arrives_in_order_and_complete() {
    let mut world = World::fair();
    world.online = false;
    for _ in 0..3_000 {
        world.append(Kind::Receipt, 60, Lane::Bulk);
    }
    world.run_for(Duration::from_hours(24 * 7));
    assert!(world.fleet.is_empty());
    world.online = true;
    world.run_for(Duration::from_mins(5));
    assert!(world.is_complete());
    assert!(world.partings.is_empty(), "catching up is no flood: {:?}", world.partings);
}

#[test]
fn a_lost_tail_comes_with_its_branch_however_long_the_device_was_alone() {
    for alone in [0, 3, 700] {
        let mut world = World::fair();
        for _ in 0..5 {
            world.append(Kind::Event, 40, Lane::Alarm);
        }
        world.run_for(Duration::from_secs(5));
        let had = world.fleet.last().unwrap().position();
        world.online = false;
        world.reboot(2, 3);
        for _ in 0..alone {
            world.append(Kind::Receipt, 40, Lane::Bulk);
        }
        world.online = true;
        world.run_for(Duration::from_mins(5));
        assert!(world.is_complete());
        let branch = world.fleet.iter().filter(|entry| entry.header().kind == Kind::Branch).count();
        assert_eq!(branch, 1);
        let branches = |effect: &station::Effect| matches!(effect, station::Effect::Offered(_, offer) if offer.branch.is_some_and(|b| b.resumes == had));
        assert!(world.heard(branches) >= 1);
        assert_eq!(world.owed, None);
        world.append(Kind::Event, 40, Lane::Alarm);
        let before = world.heard(branches);
        world.run_for(Duration::from_secs(5));
        assert_eq!(
            world.heard(branches),
            before,
            "once the fleet has the entry, nothing is claimed any more"
        );
    }
}

#[test]
fn a_session_cut_in_the_middle_of_a_branch_goes_on_after_it() {
    for seed in 0..30 {
        let mut world = World::new(seed, Weather::Fair);
        world.append(Kind::Event, 40, Lane::Alarm);
        world.run_for(Duration::from_secs(5));
        world.reboot(2, 1);
        for _ in 0..900 {
            world.append(Kind::Receipt, 40, Lane::Bulk);
        }
        world.wire.weather = Weather::Foul { one_in: 5, times: 6 };
        world.run_for(HOUR);
        assert!(world.is_complete(), "seed {seed}");
        let branches = world.fleet.iter().filter(|entry| entry.header().kind == Kind::Branch);
        assert_eq!(branches.count(), 1, "seed {seed}");
    }
}

#[test]
fn what_the_backup_covers_may_go_and_nothing_else_does() {
    let mut world = World::fair();
    for _ in 0..4 {
        world.append(Kind::Event, 40, Lane::Alarm);
    }
    world.run_for(Duration::from_secs(5));
    assert_eq!(world.journal.entries.len(), 5, "acknowledged is not covered");
    world.mark = Some(world.fleet[2].cursor());
    let last = world.append(Kind::Event, 40, Lane::Alarm);
    world.run_for(Duration::from_secs(5));
    assert_eq!(world.journal.entries.first().unwrap().header().seq, 4);
    assert_eq!(world.fleet.last().unwrap().position(), last);
}

#[test]
fn a_fleet_that_lost_more_than_its_mark_promised_is_a_fault_and_no_endless_loop() {
    let mut world = World::fair();
    for _ in 0..4 {
        world.append(Kind::Event, 40, Lane::Alarm);
    }
    world.run_for(Duration::from_secs(5));
    world.mark = Some(world.fleet[3].cursor());
    world.append(Kind::Event, 40, Lane::Alarm);
    world.run_for(Duration::from_secs(5));
    let old = world.fleet[1].position();
    world.fleet.truncate(2);
    world.mark = None;
    world.cut(world.conn);
    world.run_for(Duration::from_mins(10));
    let fault = crate::Fault::Trimmed(Some(old));
    let faults = world.felt(|effect| *effect == crate::device::Effect::Fault(fault.clone()));
    assert_eq!(faults, 1, "told once in a session that stays");
    assert!(world.device.is_live() && world.fleet.len() == 2);
}

#[test]
fn a_state_is_repeated_until_it_is_adopted_and_then_no_more() {
    let mut world = World::new(3, Weather::Foul { one_in: 2, times: 40 });
    world.publish(1, Reach::EveryRoom, 100);
    world.run_for(HOUR);
    assert_eq!(world.adopted.proved, Generation(1));
    assert_eq!(world.station.held(), 0, "the letters of an adopted state are let go");
    let states = |world: &World| world.felt(|effect| matches!(effect, crate::device::Effect::State(_)));
    let before = states(&world);
    world.run_for(HOUR);
    assert_eq!(states(&world), before);
}

#[test]
fn a_device_that_falls_back_gets_the_state_again() {
    let mut world = World::fair();
    world.publish(1, Reach::EveryRoom, 100);
    world.run_for(Duration::from_secs(30));
    assert_eq!((world.adopted.generation, world.station.held()), (Generation(1), 0));
    world.adopted = crate::Adopted::default();
    world.reboot(2, 0);
    world.run_for(Duration::from_secs(30));
    assert_eq!(world.adopted.proved, Generation(1));
    assert_eq!(world.heard(|effect| *effect == station::Effect::Wanted(Generation(1))), 1);
}
