//! People suspend an identity: as fast as an alarm does, and back by no other way.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use access::Action;
use admit::standing::{Reason, State};
use audit::Outcome;
use control::{Asked, ledger::records, view};
use link::frame::Room;
use sim::{House, hand::label};
use vocab::PersonId;

const LONG: Duration = Duration::from_mins(10);

/// A box on duty that has proved itself.
fn on_duty() -> House {
    let mut house = House::new(5);
    house.open_fleet(vec![]);
    let number = house.join("dev-07", "harbour");
    house.commission(number);
    house.run(Duration::from_mins(1));
    assert_eq!((state(&house), room(&house)), (State::Active, Some(Room::Open)));
    house
}

fn state(house: &House) -> State {
    house.fleet().record(house.boxes[0].device).unwrap().identity.standing().state()
}

fn room(house: &House) -> Option<Room> {
    house.fleet().room(house.boxes[0].device)
}

fn suspend(house: &mut House, person: usize, reason: &str) -> Result<(), Asked> {
    let (permit, now, device) =
        (house.permit(person, Action::Suspend, 0), house.now(), house.boxes[0].device);
    house.hq.as_mut().unwrap().fleet.suspend(&permit, device, label(reason), now)
}

fn resume(house: &mut House, person: usize, reason: &str) -> Result<(), Asked> {
    let (permit, now, device) =
        (house.permit(person, Action::Suspend, 0), house.now(), house.boxes[0].device);
    house.hq.as_mut().unwrap().fleet.resume(&permit, device, label(reason), now)
}

/// What the log says of decisions of people about where an identity stands: the kind, how it ended, and why.
fn said(house: &House, by: PersonId) -> Vec<(String, Outcome, String)> {
    let all = records(house.fleet().store(), 0, usize::MAX).unwrap().into_iter().map(|(_, record)| record);
    let said = all.filter(|one| {
        let theirs = one.personal().unwrap().is_some_and(|personal| personal.actor == Some(by));
        matches!(one.kind(), "suspend" | "resume") && theirs
    });
    let line = |one: audit::Record| {
        let reason = one.personal().unwrap().unwrap().reason.unwrap().to_string();
        (one.kind().to_owned(), one.body().unwrap().unwrap().outcome, reason)
    };
    said.map(line).collect()
}

fn key(house: &House) -> Vec<u8> {
    let identity = &house.fleet().record(house.boxes[0].device).unwrap().identity;
    identity.device_keys().next().unwrap().as_bytes().to_vec()
}

#[test]
fn a_box_that_a_person_suspends_is_in_the_quarantine_room_at_once_and_returns_by_proof_and_a_new_key() {
    let mut house = on_duty();
    let (before, ada) = (key(&house), house.ceremony.person(0));
    suspend(&mut house, 0, "a stranger was seen there").unwrap();
    house.run(Duration::from_millis(100));
    assert_eq!((state(&house), room(&house)), (State::Suspended, Some(Room::Quarantine)));
    let device = view::device(house.fleet(), house.boxes[0].device, house.now()).unwrap();
    assert_eq!(device.standing.because, ["Ada: a stranger was seen there"]);
    assert_ne!(device.health.state, view::HealthState::Good);

    // It goes on proving that it is what it is, and that takes nothing back: people know something that it does not.
    house.run(LONG);
    assert_eq!(state(&house), State::Suspended);
    let proved = house.fleet().record(house.boxes[0].device).unwrap().attested.clone().unwrap().asked;
    resume(&mut house, 1, "it was the cleaner").unwrap();
    let over = house.now().wall;
    house.run(Duration::from_millis(1));
    assert_eq!(state(&house), State::Suspended, "no word of people opens a door");
    assert!(house.run_until(LONG, |house| state(house) == State::Active), "{:?}", state(&house));
    assert!(house.run_until(LONG, |house| room(house) == Some(Room::Open)), "with its new key");
    let record = house.fleet().record(house.boxes[0].device).unwrap();
    assert!(proved < over && record.attested.as_ref().unwrap().asked >= over);
    assert_ne!(key(&house), before);
    assert_eq!(record.identity.standing().by_hand(), None);
    let done = |kind: &str, reason: &str| [(kind.to_owned(), Outcome::Done, reason.to_owned())];
    assert_eq!(said(&house, ada), done("suspend", "a stranger was seen there"));
    assert_eq!(said(&house, house.ceremony.person(1)), done("resume", "it was the cleaner"));
}

#[test]
fn what_a_box_did_and_what_people_decided_are_taken_back_each_by_its_own_way() {
    let mut house = on_duty();
    suspend(&mut house, 0, "carried past the gate").unwrap();
    house.boxes[0].open_lid();
    let latched = |house: &House| !house.fleet().record(house.boxes[0].device).unwrap().latches.is_empty();
    assert!(house.run_until(LONG, latched));
    resume(&mut house, 0, "it was us").unwrap();
    house.run(LONG);
    assert_eq!(state(&house), State::Suspended, "its lid is open all the same");
    let because = view::device(house.fleet(), house.boxes[0].device, house.now()).unwrap().standing.because;
    assert_eq!(because.len(), 2, "{because:?}");
}

/// An answer that was on its way is worth nothing, and must not put off the question after it.
#[test]
fn whenever_people_take_it_back_the_box_is_asked_again_within_a_minute() {
    for millis in (0..3_000).step_by(20) {
        let mut house = on_duty();
        suspend(&mut house, 0, "a stranger was seen there").unwrap();
        house.run(Duration::from_millis(millis));
        resume(&mut house, 0, "it was the cleaner").unwrap();
        let back = house.run_until(Duration::from_mins(1), |house| state(house) == State::Active);
        assert!(back, "{millis} ms after: {:?}", state(&house));
    }
}

#[test]
fn each_thing_that_cannot_be_is_refused_by_name_and_written_down() {
    let mut house = on_duty();
    let (device, ada) = (house.boxes[0].device, house.ceremony.person(0));
    assert_eq!(resume(&mut house, 0, "nothing is wrong"), Err(Asked::NotSuspended(device)));
    suspend(&mut house, 1, "first").unwrap();
    assert_eq!(suspend(&mut house, 0, "second"), Err(Asked::SuspendedAlready(device)));
    house.run(Duration::from_secs(1));
    let refused = |kind: &str, code: &str, reason: &str| {
        (kind.to_owned(), Outcome::Refused(code.into()), reason.to_owned())
    };
    let told = [
        refused("resume", "control/not-suspended", "nothing is wrong"),
        refused("suspend", "control/suspended-already", "second"),
    ];
    assert_eq!(said(&house, ada), told);
    // The link is down: nothing is proved, and what was taken back is not taken back twice.
    house.boxes[0].cable.cut(sim::Underway::Lost);
    resume(&mut house, 0, "over").unwrap();
    assert_eq!(resume(&mut house, 0, "over"), Err(Asked::NotSuspended(device)));
    // Suspended anew, it takes another word of people.
    suspend(&mut house, 0, "again").unwrap();
    house.boxes[0].cable.mend();
    house.run(LONG);
    assert_eq!(state(&house), State::Suspended);

    let other = house.permit(0, Action::Arm, 0);
    let now = house.now();
    let fleet = &mut house.hq.as_mut().unwrap().fleet;
    assert_eq!(fleet.suspend(&other, device, label("by another permit"), now), Err(Asked::Permit));
    let revoke = house.permit(0, Action::Revoke, 0);
    house.hq.as_mut().unwrap().fleet.revoke(&revoke, device, Reason::Retired, now).unwrap();
    assert_eq!(suspend(&mut house, 0, "late"), Err(Asked::Revoked(device)));
}

#[test]
fn a_suspension_by_people_outlives_the_process() {
    let mut house = on_duty();
    suspend(&mut house, 0, "a stranger was seen there").unwrap();
    house.run(Duration::from_secs(1));
    house.restart_fleet();
    house.run(Duration::from_mins(2));
    assert_eq!((state(&house), room(&house)), (State::Suspended, Some(Room::Quarantine)));
    resume(&mut house, 0, "it was the cleaner").unwrap();
    house.run(Duration::from_millis(1));
    house.restart_fleet();
    assert!(house.run_until(LONG, |house| state(house) == State::Active));
}
