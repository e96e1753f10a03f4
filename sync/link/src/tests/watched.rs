//! Somebody watches: readings each second, for a little while, and of nobody else.

use alloc::{vec, vec::Vec};
use core::time::Duration;

use vocab::{Mono, Reading, SensorName, Value, unit::Lux};

use super::World;
use crate::{
    Down, Frame, Readings, Room, Up,
    device::Input as ToDevice,
    frame::WATCHED,
    station::{Effect, Input as ToStation},
    watch::WATCH,
};

fn live() -> World {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(5));
    world
}

fn heard(world: &World) -> usize {
    world.heard(|effect| matches!(effect, Effect::Readings(_)))
}

fn said(count: usize) -> Readings {
    let name = |at| SensorName::new(&alloc::format!("light-{at}")).unwrap();
    let one = |at| Reading { sensor: name(at), at: Mono(7), value: Value::Light(Lux(3)) };
    Readings { now: Mono(9), readings: (0..count).map(one).collect() }
}

#[test]
fn a_watched_device_speaks_each_second_and_stops_when_nobody_asks_again() {
    let mut world = live();
    world.run_for(Duration::from_mins(1));
    assert_eq!(heard(&world), 0, "nobody watches");
    world.station(ToStation::Watch);
    world.run_for(Duration::from_mins(2));
    assert_eq!(heard(&world), usize::try_from(WATCH.as_secs()).unwrap());
}

#[test]
fn whoever_asks_again_in_time_hears_on_and_no_faster() {
    let mut world = live();
    for _ in 0..20 {
        world.station(ToStation::Watch);
        world.run_for(Duration::from_secs(2));
    }
    let heard = heard(&world);
    assert!((39..=41).contains(&heard), "{heard} in 40 s");
}

#[test]
fn a_suspended_device_is_not_watched_and_what_was_under_way_is_not_taken() {
    let mut world = live();
    world.station(ToStation::Watch);
    world.run_for(Duration::from_secs(3));
    let before = heard(&world);
    assert!(before > 0);
    world.station(ToStation::Room(Room::Quarantine));
    world.station(ToStation::Received(world.conn, Up::Readings(said(1)).to_bytes()));
    world.station(ToStation::Watch);
    world.run_for(Duration::from_secs(30));
    assert_eq!(heard(&world), before);
    assert!(world.partings.is_empty(), "{:?}", world.partings);
}

#[test]
fn what_nobody_asked_for_is_not_taken_and_ends_no_session() {
    let mut world = live();
    world.station(ToStation::Received(world.conn, Up::Readings(said(1)).to_bytes()));
    world.station(ToStation::Watch);
    let many = said(WATCHED + 1);
    world.station(ToStation::Received(world.conn, Up::Readings(many.clone()).to_bytes()));
    world.device(ToDevice::Readings(many));
    assert_eq!(heard(&world), 0);
    assert!(world.partings.is_empty(), "{:?}", world.partings);
}

#[test]
fn a_device_says_no_more_than_a_frame_takes() {
    let mut world = live();
    world.station(ToStation::Watch);
    world.rest();
    world.device(ToDevice::Readings(said(WATCHED + 9)));
    world.rest();
    let longest = world.said.iter().filter_map(|said| match said {
        super::world::Said::Station(Effect::Readings(readings)) => Some(readings.readings.len()),
        _ => None,
    });
    assert_eq!(longest.collect::<Vec<_>>(), vec![1, WATCHED]);
}

#[test]
fn a_new_session_is_not_watched() {
    let mut world = live();
    world.station(ToStation::Watch);
    world.cut(world.conn);
    world.run_for(Duration::from_mins(1));
    let before = heard(&world);
    world.run_for(Duration::from_mins(1));
    assert_eq!(heard(&world), before);
    assert_eq!(Down::decode_message(&Down::Watch.to_bytes()), Ok(Down::Watch));
}
