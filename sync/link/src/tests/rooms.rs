//! Suspended and revoked: what still passes, and what does not.

use alloc::vec::Vec;
use core::time::Duration;

use journal::Kind;
use vocab::{Generation, Mono, Nonce};

use super::World;
use crate::{
    Fault, Frame, Parting, Purpose, Refusal, Room, Up,
    device::{self, Input as ToDevice},
    downlink::Reach,
    station::{Effect, Input as ToStation},
    uplink::Lane,
};

fn live() -> World {
    let mut world = World::fair();
    world.run_for(Duration::from_secs(5));
    world
}

fn narrowed() -> World {
    let mut world = live();
    world.station(ToStation::Room(Room::Quarantine));
    world.rest();
    world
}

fn received(world: &mut World, frame: &Up) {
    world.station(ToStation::Received(world.conn, frame.to_bytes()));
}

#[test]
fn a_live_session_is_narrowed_and_its_history_still_flows() {
    let mut world = narrowed();
    assert_eq!(world.felt(|effect| *effect == device::Effect::Room(Room::Quarantine)), 1);
    world.append(Kind::Event, 40, Lane::Alarm);
    world.rest();
    assert!(world.is_complete());
    world.station(ToStation::Challenge { nonce: Nonce([1; 32]), purpose: Purpose::Evidence });
    world.rest();
    assert_eq!(world.heard(|effect| matches!(effect, Effect::Evidence { .. })), 1);
    assert!(world.partings.is_empty());
}

#[test]
fn quarantine_passes_tightening_states_and_withholds_the_others() {
    let mut world = narrowed();
    world.publish(1, Reach::OpenRoom, 100);
    world.run_for(Duration::from_hours(1));
    assert_eq!(world.adopted.generation, Generation::NONE);
    world.publish(2, Reach::EveryRoom, 100);
    world.rest();
    assert_eq!(world.adopted.proved, Generation(2));
    world.publish(3, Reach::OpenRoom, 100);
    world.run_for(Duration::from_mins(1));
    assert_eq!(world.adopted.generation, Generation(2));
    world.station(ToStation::Room(Room::Open));
    world.rest();
    assert_eq!(world.adopted.proved, Generation(3), "the release publishes what was withheld");
}

#[test]
fn a_new_session_of_a_suspended_device_begins_in_quarantine() {
    let mut world = narrowed();
    world.publish(1, Reach::OpenRoom, 100);
    world.cut(world.conn);
    world.run_for(Duration::from_mins(5));
    assert!(world.device.is_live());
    assert_eq!(world.felt(|effect| *effect == device::Effect::Room(Room::Quarantine)), 2);
    assert_eq!(world.adopted.generation, Generation::NONE);
}

#[test]
fn a_state_half_sent_stops_when_the_device_is_suspended() {
    let mut world = live();
    world.publish(1, Reach::OpenRoom, 200_000);
    assert!(world.move_one());
    assert!(world.station.held() > 200_000);
    world.station(ToStation::Room(Room::Quarantine));
    world.run_for(Duration::from_hours(1));
    assert_eq!(world.adopted.generation, Generation::NONE);
    world.station(ToStation::Room(Room::Open));
    world.run_for(Duration::from_secs(1));
    assert_eq!(world.adopted.generation, Generation(1));
    assert!(
        world.partings.is_empty(),
        "the pieces of the first attempt confuse nobody: {:?}",
        world.partings
    );
}

#[test]
fn a_device_renews_and_a_suspended_one_does_not() {
    let mut world = live();
    world.device(ToDevice::Renew);
    world.rest();
    assert_eq!(world.felt(|effect| matches!(effect, device::Effect::Certificate(_))), 1);

    let mut world = narrowed();
    world.device(ToDevice::Renew);
    world.rest();
    assert_eq!(world.heard(|effect| *effect == Effect::RenewalAsked), 0, "it knows, and does not even ask");
    let conn = world.conn;
    received(&mut world, &Up::RenewalAsked);
    received(&mut world, &Up::Renewal { nonce: Nonce([9; 32]), letter: b"renewal".to_vec() });
    assert_eq!(world.heard(|effect| *effect == Effect::Refused(conn, Refusal::Quarantined)), 2);
    for owner in [
        ToStation::Challenge { nonce: Nonce([9; 32]), purpose: Purpose::Renewal },
        ToStation::Certificate(b"chain".to_vec()),
    ] {
        let effects = world.station.handle(world.now, owner);
        assert_eq!(effects, [Effect::Fault(Fault::Withheld)]);
    }
    // Released, it renews without being asked again.
    world.station(ToStation::Room(Room::Open));
    world.rest();
    assert_eq!(world.felt(|effect| matches!(effect, device::Effect::Certificate(_))), 1);
    assert!(world.partings.is_empty());
}

#[test]
fn a_renewal_under_way_when_the_suspension_comes_is_not_taken_later() {
    let mut world = live();
    world.station(ToStation::Challenge { nonce: Nonce([9; 32]), purpose: Purpose::Renewal });
    world.station(ToStation::Room(Room::Quarantine));
    world.station(ToStation::Room(Room::Open));
    let renewals = |world: &World| world.heard(|effect| matches!(effect, Effect::Renewal { .. }));
    let conn = world.conn;
    received(&mut world, &Up::Renewal { nonce: Nonce([9; 32]), letter: b"renewal".to_vec() });
    assert_eq!(renewals(&world), 0);
    assert_eq!(world.heard(|effect| *effect == Effect::Refused(conn, Refusal::NonceUnknown)), 1);
}

#[test]
fn a_revoked_device_is_cut_at_once_and_not_let_in_again() {
    let mut world = live();
    let conn = world.conn;
    world.station(ToStation::Revoke);
    assert_eq!(world.heard(|effect| *effect == Effect::Parted(conn, Parting::Revoked)), 1);
    assert_eq!(world.heard(|effect| *effect == Effect::Close(conn)), 1);
    world.append(Kind::Event, 40, Lane::Alarm);
    let stored = world.fleet.len();
    world.station(ToStation::Room(Room::Open));
    world.run_for(Duration::from_mins(10));
    assert_eq!((world.fleet.len(), world.station.live()), (stored, None));
    assert!(world.partings["link/revoked"] > 3);
    assert_eq!(world.heard(|effect| matches!(effect, Effect::Greeted(..))), 1);
}

#[test]
fn an_answer_is_taken_once_and_in_time_and_for_its_own_purpose() {
    let mut world = live();
    let conn = world.conn;
    let evidence = |nonce: u8| Up::Evidence { nonce: Nonce([nonce; 32]), letter: b"evidence".to_vec() };
    let ask = |world: &mut World, nonce: u8, purpose| {
        // Straight to the station, so that the honest device does not answer first.
        world.station.handle(world.now, ToStation::Challenge { nonce: Nonce([nonce; 32]), purpose });
    };
    ask(&mut world, 1, Purpose::Evidence);
    received(&mut world, &evidence(1));
    received(&mut world, &evidence(1));
    ask(&mut world, 2, Purpose::Renewal);
    received(&mut world, &evidence(2));
    received(&mut world, &Up::Renewal { nonce: Nonce([2; 32]), letter: b"renewal".to_vec() });
    ask(&mut world, 3, Purpose::Evidence);
    world.now = world.now + Duration::from_secs(61);
    received(&mut world, &evidence(3));
    let refused: Vec<Refusal> = world
        .said
        .iter()
        .filter_map(|said| match said {
            super::world::Said::Station(Effect::Refused(at, refusal)) if *at == conn => Some(*refusal),
            _ => None,
        })
        .collect();
    assert_eq!(
        refused,
        [Refusal::NonceUnknown, Refusal::NoncePurpose, Refusal::NonceUnknown, Refusal::NonceExpired]
    );
    assert_eq!(world.heard(|effect| matches!(effect, Effect::Evidence { .. })), 1);
    assert!(world.partings.is_empty(), "a late answer costs no session");
}

#[test]
fn evidence_says_when_it_was_asked_for() {
    let mut world = live();
    let asked = world.now;
    world.station.handle(asked, ToStation::Challenge { nonce: Nonce([1; 32]), purpose: Purpose::Evidence });
    world.now = Mono(asked.0 + 5);
    received(&mut world, &Up::Evidence { nonce: Nonce([1; 32]), letter: b"evidence".to_vec() });
    let at = |effect: &Effect| matches!(effect, Effect::Evidence { issued, .. } if *issued == asked);
    assert_eq!(world.heard(at), 1);
}

#[test]
fn a_device_answers_no_question_of_an_earlier_session() {
    let mut world = live();
    let effects =
        world.device.handle(world.now, ToDevice::Evidence { nonce: Nonce([8; 32]), letter: b"x".to_vec() });
    assert!(effects.is_empty());
}
