use core::time::Duration;

use vocab::{
    ClockQuality::{self, Carried, Fleet, Floor},
    DeviceId, FleetName, Mono, Nonce, Wall,
    tuning::ClockTuning,
};
use wire::v1::FleetTime;

use super::{Clock, Stepped};
use crate::{kit::seconds, refusal::Refusal};

const FLOOR: Wall = Wall(1_000_000_000);
const NONCE: Nonce = Nonce([1; 32]);

fn told(nonce: Nonce, wall: Wall) -> FleetTime {
    FleetTime { fleet: FleetName::new("acme").unwrap(), device: DeviceId([7; 16]), nonce, wall }
}

fn after(wall: Wall, seconds: i64) -> Wall {
    Wall(wall.0 + seconds * 1_000_000)
}

fn clock(before: ClockQuality, machine: Wall) -> Clock {
    Clock::new(Mono(0), FLOOR, before, machine)
}

/// A clock that the fleet set to this at the beginning.
fn set(wall: Wall) -> Clock {
    let mut clock = clock(Floor, FLOOR);
    clock.ask(Mono(0), NONCE);
    clock.set(Mono(0), &told(NONCE, wall)).unwrap();
    clock
}

#[test]
fn without_signed_time_it_counts_on_from_the_floor_whatever_the_machine_says() {
    let clock = clock(Floor, after(FLOOR, 1_000_000));
    let time = clock.at(seconds(5));
    assert_eq!((time.wall, time.quality), (after(FLOOR, 5), Floor));
}

#[test]
fn a_time_that_the_fleet_signed_in_an_earlier_boot_is_carried_by_the_machines_clock() {
    let ahead = after(FLOOR, 3_600);
    let time = clock(Fleet, ahead).at(seconds(5));
    assert_eq!((time.wall, time.quality), (after(ahead, 5), Carried));
    assert_eq!(clock(Carried, ahead).at(Mono(0)).quality, Carried);
}

#[test]
fn a_machine_that_lies_below_the_floor_carries_nothing() {
    let time = clock(Fleet, after(FLOOR, -1)).at(Mono(0));
    assert_eq!((time.wall, time.quality), (FLOOR, Floor));
}

#[test]
fn a_carried_time_does_not_raise_the_floor() {
    assert_eq!(clock(Fleet, after(FLOOR, 3_600)).floor(seconds(7)), after(FLOOR, 7));
}

#[test]
fn the_fleets_answer_sets_it() {
    let mut clock = clock(Floor, FLOOR);
    clock.ask(seconds(1), NONCE);
    clock.set(seconds(2), &told(NONCE, after(FLOOR, 900))).unwrap();
    let time = clock.at(seconds(12));
    assert_eq!((time.wall, time.quality), (after(FLOOR, 910), Fleet));
    assert_eq!(clock.floor(seconds(12)), after(FLOOR, 910));
}

#[test]
fn a_reading_taken_before_the_anchor_lies_before_it() {
    let mut clock = clock(Floor, FLOOR);
    clock.ask(seconds(1), NONCE);
    clock.set(seconds(10), &told(NONCE, after(FLOOR, 900))).unwrap();
    assert_eq!(clock.at(seconds(8)).wall, after(FLOOR, 898));
}

#[test]
fn an_answer_to_another_question_is_refused() {
    let mut clock = clock(Floor, FLOOR);
    clock.ask(Mono(0), NONCE);
    assert_eq!(clock.set(Mono(0), &told(Nonce([2; 32]), FLOOR)), Err(Refusal::TimeNonce));
    // The question stays open for the true answer.
    assert_eq!(clock.set(Mono(0), &told(NONCE, FLOOR)), Ok(()));
}

#[test]
fn an_answer_is_taken_once() {
    let mut clock = set(after(FLOOR, 900));
    assert_eq!(clock.set(seconds(1), &told(NONCE, after(FLOOR, 901))), Err(Refusal::TimeNonce));
}

#[test]
fn an_answer_that_took_more_than_a_minute_is_refused() {
    let mut clock = clock(Floor, FLOOR);
    clock.ask(Mono(0), NONCE);
    assert_eq!(clock.clone().set(seconds(60), &told(NONCE, FLOOR)), Ok(()));
    assert_eq!(clock.set(Mono(60_000_000_001), &told(NONCE, FLOOR)), Err(Refusal::TimeLate));
    assert_eq!(clock.quality(), Floor);
}

#[test]
fn a_time_below_the_floor_is_refused_and_drift_is_smoothed() {
    let mut clock = clock(Floor, FLOOR);
    clock.ask(Mono(0), NONCE);
    let low = after(FLOOR, -301);
    let refused = clock.clone().set(Mono(0), &told(NONCE, low));
    assert_eq!(refused, Err(Refusal::TimeBelowFloor { floor: FLOOR, told: low }));
    clock.set(Mono(0), &told(NONCE, after(FLOOR, -300))).unwrap();
    assert_eq!(clock.at(Mono(0)).wall, FLOOR, "it never goes below what is known to be past");
}

#[test]
fn a_fleet_time_corrects_a_carried_time_that_was_ahead() {
    let mut clock = clock(Fleet, after(FLOOR, 365 * 24 * 3_600));
    clock.ask(Mono(0), NONCE);
    clock.set(Mono(0), &told(NONCE, after(FLOOR, 60))).unwrap();
    assert_eq!(clock.at(Mono(0)).wall, after(FLOOR, 60));
}

/// What the machine's clock said at zero, what it says ten seconds later, and what that is.
fn stepped(mut clock: Clock, first: Wall, then: Wall) -> Stepped {
    let tuning = ClockTuning::default();
    clock.hear(Mono(0), first, &tuning);
    clock.hear(seconds(10), then, &tuning)
}

#[test]
fn a_clock_that_goes_on_is_no_step() {
    let clock = set(FLOOR);
    assert_eq!(stepped(clock.clone(), FLOOR, after(FLOOR, 12)), Stepped::No, "two seconds are drift");
    assert_eq!(stepped(clock, FLOOR, after(FLOOR, 8)), Stepped::No);
}

#[test]
fn a_step_away_from_signed_time_is_a_jump_and_one_towards_it_a_correction() {
    for seconds in [-24 * 3_600, 10 * 365 * 24 * 3_600] {
        assert_eq!(stepped(set(FLOOR), FLOOR, after(FLOOR, seconds)), Stepped::Jumped);
    }
    let wrong = after(FLOOR, -7_200);
    assert_eq!(stepped(set(FLOOR), wrong, after(FLOOR, 10)), Stepped::Corrected);
    assert_eq!(stepped(set(FLOOR), FLOOR, after(FLOOR, 10 + 60)), Stepped::Corrected, "a minute is nothing");
    assert_eq!(stepped(set(FLOOR), FLOOR, after(FLOOR, 10 + 61)), Stepped::Jumped);
}

#[test]
fn without_signed_time_only_what_cannot_be_is_a_jump() {
    let unset = || clock(Floor, FLOOR);
    let day = 24 * 3_600;
    assert_eq!(
        stepped(unset(), Wall(0), after(FLOOR, day * 100)),
        Stepped::Corrected,
        "a board without a battery"
    );
    assert_eq!(stepped(unset(), after(FLOOR, day), after(FLOOR, day - 100)), Stepped::Jumped);
    assert_eq!(stepped(unset(), FLOOR, after(FLOOR, 10 + day)), Stepped::Corrected);
    assert_eq!(stepped(unset(), FLOOR, after(FLOOR, 11 + day)), Stepped::Jumped);
}

#[test]
fn the_clock_says_nothing_twice() {
    let (mut clock, tuning) = (set(FLOOR), ClockTuning::default());
    clock.hear(Mono(0), FLOOR, &tuning);
    let off = Duration::from_hours(5);
    assert_eq!(clock.hear(seconds(1), FLOOR + off, &tuning), Stepped::Jumped);
    assert_eq!(clock.hear(seconds(2), FLOOR + off + Duration::from_secs(1), &tuning), Stepped::No);
}
