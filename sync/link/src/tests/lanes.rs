//! What is urgent leaves at once, and what is long does not stand in its way.

use alloc::vec::Vec;
use core::time::Duration;

use journal::Kind;
use vocab::Nonce;

use super::World;
use crate::{Purpose, Up, frame::Frame, station, station::Input as ToStation, uplink::Lane};

fn offers(world: &World) -> usize {
    world.heard(|effect| matches!(effect, station::Effect::Offered(..)))
}

fn settled() -> World {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(5));
    assert_eq!(offers(&world), 1, "the boot entry");
    world
}

#[test]
fn an_alarm_leaves_at_once_with_all_that_waits_before_it() {
    let mut world = settled();
    world.append(Kind::Receipt, 40, Lane::Bulk);
    world.rest();
    assert_eq!(offers(&world), 1, "bulk waits for company");
    let alarm = world.append(Kind::Event, 40, Lane::Alarm);
    world.rest();
    assert_eq!(offers(&world), 2);
    assert_eq!(world.fleet.last().unwrap().position(), alarm);
}

#[test]
fn bulk_waits_a_second_or_for_sixty_four() {
    let mut world = settled();
    world.append(Kind::Receipt, 40, Lane::Bulk);
    world.run_for(Duration::from_millis(999));
    assert_eq!(offers(&world), 1);
    world.run_for(Duration::from_millis(1));
    assert_eq!(offers(&world), 2);
    for _ in 0..63 {
        world.append(Kind::Receipt, 40, Lane::Bulk);
    }
    world.rest();
    assert_eq!(offers(&world), 2);
    world.append(Kind::Receipt, 40, Lane::Bulk);
    world.rest();
    assert_eq!((offers(&world), world.fleet.len()), (3, 66));
}

#[test]
fn an_alarm_overtakes_long_evidence() {
    let mut world = settled();
    world.station(ToStation::Challenge { nonce: Nonce([3; 32]), purpose: Purpose::Evidence });
    // The challenge arrives; the first piece of the evidence is on its way, the others wait for it.
    assert!(world.move_one());
    let under_way = |world: &World| world.wire.up[&world.conn].len();
    assert_eq!(under_way(&world), 1);
    let alarm = world.append(Kind::Event, 40, Lane::Alarm);
    assert_eq!(under_way(&world), 2, "one piece and the alarm");
    let queue: Vec<Up> =
        world.wire.up[&world.conn].iter().map(|bytes| Up::decode_message(bytes).unwrap()).collect();
    assert!(matches!(&queue[..], [Up::Part(_), Up::Run { .. }]));
    world.rest();
    assert_eq!(world.fleet.last().unwrap().position(), alarm);
    let whole = |effect: &station::Effect| matches!(effect, station::Effect::Evidence { letter, .. } if letter.len() == 150_000);
    assert_eq!(world.heard(whole), 1);
}

#[test]
fn an_alarm_cuts_the_wait_for_the_next_attempt_short() {
    let mut world = settled();
    world.online = false;
    world.cut(world.conn);
    world.run_for(Duration::from_mins(10));
    while world.device.deadline().unwrap() < world.now + Duration::from_secs(10) {
        world.run_for(Duration::from_secs(5));
    }
    world.online = true;
    world.append(Kind::Event, 40, Lane::Alarm);
    world.run_for(Duration::from_secs(1));
    assert!(world.is_complete());
}

#[test]
fn a_storm_of_alarms_is_gathered_and_is_no_flood() {
    let mut world = settled();
    for _ in 0..2_000 {
        world.append(Kind::Event, 40, Lane::Alarm);
        world.rest();
        world.run_for(Duration::from_micros(500));
    }
    world.run_for(Duration::from_secs(1));
    assert!(world.is_complete());
    assert!(world.partings.is_empty(), "{:?}", world.partings);
    assert!(offers(&world) < 120, "{} runs in two seconds", offers(&world));
}

#[test]
fn alarms_have_room_in_the_window_that_bulk_cannot_take() {
    let mut world = settled();
    // Nothing is committed: the wire carries, the fleet's disk is stuck.
    for _ in 0..2_000 {
        world.append(Kind::Receipt, 40, Lane::Bulk);
        while world.carry_one() {}
    }
    assert_eq!(world.uncommitted(), 4);
    for _ in 0..20 {
        world.append(Kind::Event, 40, Lane::Alarm);
        while world.carry_one() {}
    }
    assert_eq!(world.uncommitted(), 8);
    world.run_for(Duration::from_mins(2));
    assert!(world.is_complete() && world.partings.is_empty());
}
