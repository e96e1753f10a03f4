//! What is urgent leaves at once, and what is long does not stand in its way.

use alloc::vec::Vec;
use core::time::Duration;

use journal::Kind;
use vocab::{Mono, Nonce};

use super::World;
use crate::{
    Adopted, Conn, Down, Fault, Purpose, Room, Station, Up,
    device::{self, Input as ToDevice},
    downlink::{Publication, Reach},
    frame::{EVIDENCE_LIMIT, Frame, LETTER_LIMIT},
    station::{self, Input as ToStation},
    uplink::Lane,
};

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

/// A station with a live session, whose transport takes what it is given and never says that it is written.
fn stuck() -> Station {
    let mut station = Station::new(super::DEVICE, Room::Open);
    let hello = Up::Hello { version: 1, boot: b"boot".to_vec() };
    station.handle(Mono(0), ToStation::Connected(Conn(1)));
    station.handle(Mono(0), ToStation::Received(Conn(1), hello.to_bytes()));
    station.handle(Mono(0), ToStation::Welcome { conn: Conn(1), accepted: None, mark: None });
    station.handle(Mono(0), ToStation::Received(Conn(1), Up::Adopted(Adopted::default()).to_bytes()));
    station
}

fn state(generation: u64, bytes: usize) -> ToStation {
    let (generation, reach) = (vocab::Generation(generation), Reach::EveryRoom);
    ToStation::Publish(Publication { generation, reach, state: alloc::vec![7; bytes], proof: None })
}

#[test]
fn a_state_that_is_still_being_sent_is_not_repeated() {
    let mut station = stuck();
    assert_eq!(station.handle(Mono(0), state(1, 200_000)).len(), 1, "the first piece");
    let held = station.held();
    let soon = Mono(0) + Duration::from_mins(1);
    assert_eq!(station.deadline(), Some(Mono(0) + Duration::from_secs(100)), "only silence ends it");
    assert_eq!(station.handle(soon, ToStation::Tick), []);
    assert_eq!(station.held(), held);
    let rest = (0..9).map(|_| station.handle(soon, ToStation::Flushed(Conn(1))).len()).sum::<usize>();
    assert_eq!(rest, 3, "the other pieces");
    let again = soon + Duration::from_secs(5);
    assert_eq!(station.deadline(), Some(again), "then the device has its time to answer");
    assert_eq!(station.handle(again, ToStation::Tick).len(), 1);
}

#[test]
fn a_newer_state_replaces_one_that_is_half_sent() {
    let mut station = stuck();
    station.handle(Mono(0), state(1, 200_000));
    assert_eq!(station.handle(Mono(0), state(2, 100)), [], "the first piece is still being written");
    let next = station.handle(Mono(0), ToStation::Flushed(Conn(1)));
    let whole = Down::State { letter: alloc::vec![7; 100] }.to_bytes();
    assert_eq!(next, [station::Effect::Send(Conn(1), whole)]);
}

#[test]
fn newer_evidence_replaces_what_is_half_sent() {
    let mut world = settled();
    for nonce in [1, 2] {
        let ask = Down::Challenge { nonce: Nonce([nonce; 32]), purpose: Purpose::Evidence }.to_bytes();
        world.device.handle(world.now, ToDevice::Received(world.conn, ask));
    }
    let answer =
        |nonce: u8| ToDevice::Evidence { nonce: Nonce([nonce; 32]), letter: alloc::vec![nonce; 200_000] };
    assert_eq!(world.device.handle(world.now, answer(1)).len(), 1);
    assert_eq!(world.device.handle(world.now, answer(2)), []);
    let pieces = (0..9).map(|_| world.device.handle(world.now, ToDevice::Flushed(world.conn)).len());
    assert_eq!(pieces.sum::<usize>(), 4, "all of the second and nothing more of the first");
}

#[test]
fn bulk_does_not_cut_the_wait_for_the_next_attempt_short() {
    let mut world = settled();
    world.online = false;
    world.cut(world.conn);
    world.run_for(Duration::from_mins(10));
    let asleep = world.device.deadline();
    world.append(Kind::Receipt, 40, Lane::Bulk);
    assert_eq!(world.device.deadline(), asleep);
}

#[test]
fn a_letter_beyond_its_limit_is_not_sent_and_costs_no_session() {
    let mut world = settled();
    let ask = Down::Challenge { nonce: Nonce([1; 32]), purpose: Purpose::Evidence }.to_bytes();
    world.device.handle(world.now, ToDevice::Received(world.conn, ask));
    let evidence = ToDevice::Evidence { nonce: Nonce([1; 32]), letter: alloc::vec![0; EVIDENCE_LIMIT + 1] };
    let fault = |bytes| [device::Effect::Fault(Fault::LetterTooLong(bytes))];
    assert_eq!(world.device.handle(world.now, evidence), fault(EVIDENCE_LIMIT + 1));
    let beat = ToDevice::Beat(alloc::vec![0; LETTER_LIMIT + 1]);
    assert_eq!(world.device.handle(world.now, beat), fault(LETTER_LIMIT + 1));
    let time = ToStation::Time(world.conn, alloc::vec![0; LETTER_LIMIT + 1]);
    let fault = [station::Effect::Fault(Fault::LetterTooLong(LETTER_LIMIT + 1))];
    assert_eq!(world.station.handle(world.now, time), fault);
    assert!(world.device.is_live());
}

#[test]
fn a_short_state_that_is_not_written_is_not_repeated_and_other_traffic_does_not_put_it_off() {
    let mut station = stuck();
    assert_eq!(station.handle(Mono(0), state(1, 100)).len(), 1);
    let later = Mono(0) + Duration::from_secs(30);
    assert_eq!(station.handle(later, ToStation::Tick), [], "it is still with the transport");
    station.handle(later, ToStation::Flushed(Conn(1)));
    let due = later + Duration::from_secs(5);
    // Acknowledgements and the like are written all the time.
    for millis in 0..5 {
        let now = later + Duration::from_millis(900 * millis);
        station.handle(now, ToStation::Flushed(Conn(1)));
    }
    assert_eq!(station.deadline(), Some(due));
}
