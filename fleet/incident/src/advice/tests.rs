use vocab::{Severity, TamperKind};
use wire::v1::Body;

use super::*;
use crate::{
    correlate::News,
    finding::{Fork, Split},
    silence::Silence,
    testing::{
        NOW,
        house::{House, id},
        later,
    },
};

#[test]
fn an_opened_lid_asks_for_somebody_to_look() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.opened(1);
    house.takes(&mut machine);
    assert_eq!(house.incident().cause(), "Somebody opened the case without a work order.");
    let action = house.incident().first_action();
    assert!(action.starts_with("Send somebody to dev-07 at south and leave it"), "{action}");
    house.incidents[0].revoked(id(7), NOW);
    assert_eq!(house.incident().state(), State::Verified);
    assert_eq!(house.incident().first_action(), "Close it and say what it was: nothing else is owed.");
}

/// The fleet answers a latch with a state of its own, long before anybody asks for the release.
#[test]
fn nobody_is_told_to_wait_for_a_proof_while_people_must_decide() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.opened(1);
    house.takes(&mut machine);
    let expected = |releases: &[vocab::EventId]| crate::involved::Expected {
        generation: vocab::Generation(2),
        state: crypto::digest::Digest([2; 32]),
        releases: releases.to_vec(),
    };
    house.incidents[0].planned(id(7), expected(&[]), NOW);
    assert_eq!(house.incident().state(), State::Recovering);
    let action = house.incident().first_action();
    assert!(action.ends_with("once the cause is gone, two people reset it."), "{action}");
    let event = house.incident().boxes()[0].latches[0].event;
    house.incidents[0].planned(id(7), expected(&[event]), NOW);
    assert!(house.incident().first_action().starts_with("Wait for the proof"), "now it comes by itself");
}

#[test]
fn the_worst_event_is_the_cause() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let knock = machine.event(1, TamperKind::Struck, "case", Severity::Low);
    let cold = machine.event(2, TamperKind::ColdBootCooling, "board", Severity::Medium);
    machine.say(&Body::Event(knock));
    machine.say(&Body::Event(cold));
    house.takes(&mut machine);
    assert!(
        house.incident().cause().starts_with("Somebody cools the memory"),
        "{}",
        house.incident().cause()
    );
}

#[test]
fn a_silent_box_is_asked_for_and_a_forked_one_is_revoked() {
    let mut house = House::new();
    house.hears(News::Silence(&Silence::Device { device: id(7), since: later(5) }));
    let silent = house.incident();
    assert!(silent.cause().starts_with("Its link or its power is gone"), "{}", silent.cause());
    assert!(
        silent.first_action().starts_with("Ask somebody at the site whether dev-07"),
        "{}",
        silent.first_action()
    );

    let mut house = House::new();
    let fork = Fork { device: id(7), boot: vocab::BootId([2; 16]), split: Split::JournalKey };
    house.hears(News::Fork(&fork));
    let forked = house.incident();
    assert!(forked.cause().contains("copied into a second machine"), "{}", forked.cause());
    assert!(forked.first_action().starts_with("Revoke the identity of dev-07"), "{}", forked.first_action());
}

#[test]
fn several_boxes_share_a_cause() {
    let mut house = House::new();
    for number in [7, 8] {
        let mut machine = house.machine(number);
        machine.opened(1);
        house.takes(&mut machine);
    }
    assert!(house.incident().cause().starts_with("The same befell 2 boxes"), "{}", house.incident().cause());
}
