//! How sessions begin, follow each other and end.

use alloc::vec::Vec;
use core::time::Duration;

use journal::{Entry, Kind};
use vocab::{Label, Mono, Nonce};

use super::{DEVICE, World, world::Said};
use crate::{
    Adopted, Conn, Device, Down, Frame, Goodbye, Parting, Purpose, Refusal, Room, Station, Up, Violation,
    device::{self, Input as ToDevice},
    downlink::Reach,
    station::{self, Effect, Input as ToStation},
    uplink::Lane,
};

fn hello() -> Vec<u8> {
    Up::Hello { version: 1, boot: b"boot".to_vec() }.to_bytes()
}

/// A run that the device sent in a first session, and the world in a second one.
fn with_a_recorded_run() -> (World, Vec<u8>) {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    world.append(Kind::Event, 40, Lane::Alarm);
    let recorded = world.wire.up[&world.conn].front().unwrap().clone();
    assert!(matches!(Up::decode_message(&recorded), Ok(Up::Run { .. })));
    world.run_for(Duration::from_secs(1));
    world.cut(world.conn);
    world.run_for(Duration::from_secs(5));
    (world, recorded)
}

#[test]
fn a_frame_replayed_from_an_old_session_is_refused_and_stores_nothing() {
    let (mut world, recorded) = with_a_recorded_run();
    let stored = world.fleet.len();
    for replay in 1..=3 {
        world.station(ToStation::Received(world.conn, recorded.clone()));
        assert_eq!(world.partings.get("link/replayed"), Some(&replay));
        world.run_for(Duration::from_mins(2));
        assert!(world.device.is_live(), "the honest device comes back");
    }
    assert_eq!(world.fleet.len(), stored);
    assert_eq!(
        world.heard(|effect| matches!(effect, Effect::Strayed(..))),
        3,
        "ingest tells a replay from a fork"
    );
}

#[test]
fn a_frame_of_a_connection_that_is_over_is_nothing() {
    let (mut world, recorded) = with_a_recorded_run();
    let said = world.said.len();
    world.station(ToStation::Received(Conn(world.conn.0 - 1), recorded));
    world.station(ToStation::Lost(Conn(world.conn.0 - 1)));
    world.device(ToDevice::Received(Conn(0), b"old".to_vec()));
    assert_eq!(world.said.len(), said);
    assert_eq!(world.station.live(), Some(world.conn));
}

#[test]
fn a_replay_after_the_station_started_again_is_refused() {
    let (mut world, recorded) = with_a_recorded_run();
    world.station = Station::new(DEVICE, Room::Open);
    world.cut(world.conn);
    world.run_for(Duration::from_mins(2));
    let stored = world.fleet.len();
    world.station(ToStation::Received(world.conn, recorded));
    assert_eq!(world.partings.get("link/replayed"), Some(&1));
    assert_eq!(world.fleet.len(), stored);
}

#[test]
fn a_new_connection_closes_the_older_one() {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    let older = world.conn;
    world.station(ToStation::Connected(Conn(99)));
    assert_eq!(world.heard(|effect| *effect == Effect::Parted(older, Parting::Superseded)), 1);
    assert_eq!(world.heard(|effect| *effect == Effect::Close(older)), 1);
    world.station(ToStation::Received(Conn(99), hello()));
    assert_eq!(world.station.live(), Some(Conn(99)));
}

#[test]
fn a_hello_waits_until_every_earlier_offer_is_answered() {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    world.append(Kind::Event, 40, Lane::Alarm);
    while world.carry_one() {}
    assert_eq!(world.uncommitted(), 1);
    world.station(ToStation::Connected(Conn(99)));
    world.station(ToStation::Received(Conn(99), hello()));
    assert_eq!(world.station.live(), None);
    world.commit_one();
    assert_eq!(world.station.live(), Some(Conn(99)));

    // A dismissal answers as well.
    world.cut(world.conn);
    world.run_for(Duration::from_secs(5));
    world.append(Kind::Event, 40, Lane::Alarm);
    while world.carry_one() {}
    world.station(ToStation::Connected(Conn(199)));
    world.station(ToStation::Received(Conn(199), hello()));
    assert_eq!(world.station.live(), None);
    world.forget_uncommitted();
    let goodbye = goodbye();
    world.station(ToStation::Dismiss(world.conn, goodbye));
    assert_eq!(world.station.live(), Some(Conn(199)));
}

#[test]
fn an_owner_that_dismisses_says_why_to_the_device() {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    world.station(ToStation::Dismiss(world.conn, goodbye()));
    world.rest();
    let told = |effect: &device::Effect| matches!(effect, device::Effect::Parted(_, Parting::Goodbye(said)) if *said == goodbye());
    assert_eq!(world.felt(told), 1);
    world.run_for(Duration::from_mins(1));
    assert!(world.device.is_live(), "it comes back all the same");
}

#[test]
fn with_the_clock_unknown_nothing_is_said_before_the_time_came() {
    let mut world = World::fair();
    world.ask_time = Some(Nonce([4; 32]));
    world.device(ToDevice::Tick);
    let first = world.wire.up[&world.conn].front().unwrap().clone();
    assert_eq!(Up::decode_message(&first), Ok(Up::TimeAsked { nonce: Nonce([4; 32]) }));
    assert_eq!(world.wire.up[&world.conn].len(), 1);
    world.run_for(Duration::from_secs(5));
    assert!(world.device.is_live() && world.is_complete());

    // Without an answer, it tries again.
    let mut device = Device::new(b"boot".to_vec(), None, Adopted::default(), 1);
    device.handle(Mono(0), ToDevice::Tick);
    device.handle(Mono(0), ToDevice::Connected { conn: Conn(1), time: Some(Nonce([4; 32])) });
    let late = Mono(0) + Duration::from_secs(20);
    assert_eq!(device.deadline(), Some(late));
    let effects = device.handle(late, ToDevice::Tick);
    assert_eq!(effects, [device::Effect::Close(Conn(1)), device::Effect::Parted(Conn(1), Parting::Silent)]);
}

#[test]
fn a_peer_that_connects_and_says_nothing_is_cut() {
    let mut station = Station::new(DEVICE, Room::Open);
    station.handle(Mono(0), ToStation::Connected(Conn(1)));
    let ask = Up::TimeAsked { nonce: Nonce([1; 32]) }.to_bytes();
    station.handle(Mono(5), ToStation::Received(Conn(1), ask));
    let deadline = Mono(0) + Duration::from_secs(20);
    assert_eq!(station.deadline(), Some(deadline));
    let effects = station.handle(deadline, ToStation::Tick);
    assert!(effects.contains(&Effect::Parted(Conn(1), Parting::Silent)));
    assert_eq!(station.deadline(), None);
}

#[test]
fn a_dead_peer_is_noticed_at_both_ends() {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    let conn = world.conn;
    world.wire.up.clear();
    world.wire.down.clear();
    world.online = false;
    world.run_for(Duration::from_secs(76));
    assert_eq!(world.felt(|effect| matches!(effect, device::Effect::Parted(_, Parting::Silent))), 1);
    world.station(ToStation::Tick);
    let mut station = Station::new(DEVICE, Room::Open);
    station.handle(Mono(0), ToStation::Connected(conn));
    station.handle(Mono(0), ToStation::Received(conn, hello()));
    station.handle(Mono(0), ToStation::Welcome { conn, accepted: None, mark: None });
    let deadline = Mono(0) + Duration::from_secs(100);
    assert_eq!(station.deadline(), Some(deadline));
    assert!(station.handle(deadline, ToStation::Tick).contains(&Effect::Parted(conn, Parting::Silent)));
}

#[test]
fn an_idle_session_beats_and_stays() {
    let mut world = World::fair();
    world.run_for(Duration::from_hours(1));
    assert!(world.partings.is_empty());
    let beats = world.heard(|effect| matches!(effect, Effect::Beat(..)));
    assert!((119..=121).contains(&beats), "{beats}");
}

#[test]
fn a_peer_that_knocks_without_end_is_turned_away() {
    let mut station = Station::new(DEVICE, Room::Open);
    let knocks: Vec<_> =
        (1..=20).map(|knock| station.handle(Mono(0), ToStation::Connected(Conn(knock)))).collect();
    let flood = |effects: &&station::Effects| {
        effects.iter().any(|e| matches!(e, Effect::Parted(_, Parting::Violated(Violation::Flood))))
    };
    assert_eq!(knocks.iter().filter(flood).count(), 10);
    let later = station.handle(Mono(0) + Duration::from_secs(2), ToStation::Connected(Conn(21)));
    assert!(!flood(&&later));
}

#[test]
fn a_welcome_for_another_connection_welcomes_nobody() {
    let mut world = World::fair();
    world.device(ToDevice::Tick);
    world.station(ToStation::Connected(Conn(50)));
    world.station(ToStation::Welcome { conn: Conn(49), accepted: None, mark: None });
    world.station(ToStation::Welcome { conn: Conn(50), accepted: None, mark: None });
    assert_eq!(world.station.live(), None, "it has not said hello");
}

#[test]
fn a_transport_that_comes_too_late_is_closed() {
    let mut device = Device::new(b"boot".to_vec(), None, Adopted::default(), 1);
    device.handle(Mono(0), ToDevice::Tick);
    device.handle(Mono(0) + Duration::from_secs(20), ToDevice::Tick);
    let late =
        device.handle(Mono(0) + Duration::from_secs(20), ToDevice::Connected { conn: Conn(1), time: None });
    assert_eq!(late, [device::Effect::Close(Conn(1))]);
    let next = device.deadline().unwrap();
    assert_eq!(device.handle(next, ToDevice::Tick), [device::Effect::Connect(Conn(2))]);
    let later = device.handle(next, ToDevice::Connected { conn: Conn(1), time: None });
    assert_eq!(later, [device::Effect::Close(Conn(1))], "it is not the connection of this attempt");
}

#[test]
fn the_fleet_may_know_less_than_it_acknowledged_while_its_mark_holds() {
    let mut world = World::fair();
    for _ in 0..5 {
        world.append(Kind::Event, 40, Lane::Alarm);
    }
    world.run_for(Duration::from_secs(5));
    world.fleet.truncate(2);
    let restored = world.fleet.last().map(Entry::position);
    world.cut(world.conn);
    world.run_for(Duration::from_mins(2));
    assert!(world.is_complete());
    assert_eq!(world.felt(|e| Some(e) == restored.map(device::Effect::Acknowledged).as_ref()), 1);
    assert_eq!(world.felt(|e| matches!(e, device::Effect::Branch(_))), 0);
}

fn goodbye() -> Goodbye {
    Goodbye { code: Label::new("control/seal").unwrap(), sentence: Label::new("The seal is wrong.").unwrap() }
}

#[test]
fn a_device_says_what_it_obeys_at_each_welcome_and_again_when_it_is_sent_that_very_state() {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    assert_eq!(world.heard(|effect| *effect == Effect::Adopted(Adopted::default())), 1);
    world.publish(1, Reach::EveryRoom, 100);
    world.rest();
    let handed = world.felt(|effect| matches!(effect, device::Effect::State(_)));
    let Some(device::Effect::State(letter)) = world.said.iter().find_map(|said| match said {
        Said::Device(effect @ device::Effect::State(_)) => Some(effect.clone()),
        _ => None,
    }) else {
        panic!("it was not handed up")
    };
    world.device(ToDevice::Received(world.conn, Down::State { letter }.to_bytes()));
    world.rest();
    assert_eq!(world.felt(|effect| matches!(effect, device::Effect::State(_))), handed);
    let adopted = world.adopted;
    assert!(world.heard(|effect| *effect == Effect::Adopted(adopted)) >= 2);
}

#[test]
fn a_question_of_an_earlier_session_is_closed_with_it() {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    let ask = ToStation::Challenge { nonce: Nonce([1; 32]), purpose: Purpose::Evidence };
    world.station.handle(world.now, ask);
    world.cut(world.conn);
    world.run_for(Duration::from_secs(5));
    let late = Up::Evidence { nonce: Nonce([1; 32]), letter: b"evidence".to_vec() }.to_bytes();
    world.station(ToStation::Received(world.conn, late));
    let conn = world.conn;
    assert_eq!(world.heard(|effect| *effect == Effect::Refused(conn, Refusal::NonceUnknown)), 1);
}

#[test]
fn without_a_session_a_station_waits_for_nothing() {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    world.online = false;
    world.station.handle(world.now, ToStation::Lost(world.conn));
    world.publish(1, Reach::EveryRoom, 100);
    assert_eq!(world.station.deadline(), None);
}

#[test]
fn a_certificate_that_came_is_not_asked_for_again() {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(1));
    world.device(ToDevice::Renew);
    world.run_for(Duration::from_secs(1));
    let asked = |world: &World| world.heard(|effect| *effect == Effect::RenewalAsked);
    assert_eq!(asked(&world), 1);
    world.cut(world.conn);
    world.run_for(Duration::from_secs(5));
    assert!(world.device.is_live());
    assert_eq!(asked(&world), 1);
}

#[test]
fn an_accepted_run_makes_the_next_wait_short_again() {
    let mut world = World::fair();
    world.online = false;
    world.run_for(Duration::from_mins(10));
    world.online = true;
    while !world.device.is_live() {
        world.run_for(Duration::from_secs(1));
    }
    world.run_for(Duration::from_secs(1));
    world.cut(world.conn);
    world.run_for(Duration::from_secs(1));
    assert!(world.device.is_live());
}
