use vocab::{Generation, Severity, TamperKind, TamperState};
use wire::v1::Body;

use crate::{
    correlate::News,
    finding::{Finding, Fork, Split},
    silence::Silence,
    testing::{
        NOW,
        house::{House, id},
        later,
    },
};

#[test]
fn an_opened_box_is_told_in_one_sentence() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.opened(1);
    house.takes(&mut machine);
    let sentence = "Somebody opened dev-07 at south, cabinet 4 (lid) and nobody was due there; 95 % sure; the box sealed \
                    itself, locked USB and dropped its keys by itself; its identity is suspended.";
    assert_eq!(house.incident().sentence(), sentence);
}

#[test]
fn a_storm_a_silence_and_a_revocation_are_part_of_it() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    for number in 1..=3 {
        let event = machine.event(number, TamperKind::Struck, "case", Severity::Medium);
        machine.say(&Body::Event(event));
    }
    house.takes(&mut machine);
    house.hears(News::Silence(&Silence::Device { device: id(7), since: later(5) }));
    house.incidents[0].revoked(id(7), NOW);
    let sentence = "Somebody struck dev-07 at south, cabinet 4 (case, 3 times) and nobody was due there; 95 % sure; it has \
                    said nothing since 2026-10-06T14:31:47Z; its identity is revoked.";
    assert_eq!(house.incident().sentence(), sentence);
}

#[test]
fn the_worst_event_of_a_box_is_told() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    let knock = machine.event(1, TamperKind::Struck, "case", Severity::Low);
    let tilt = machine.event(2, TamperKind::Tilted, "case", Severity::Medium);
    machine.say(&Body::Event(knock));
    machine.say(&Body::Event(tilt));
    house.takes(&mut machine);
    assert!(
        house.incident().sentence().starts_with("Somebody tilted dev-07"),
        "{}",
        house.incident().sentence()
    );
}

#[test]
fn several_boxes_are_told_by_the_worst_and_counted() {
    let mut house = House::new();
    let mut struck = house.machine(7);
    let event = struck.event(1, TamperKind::Struck, "case", Severity::Low);
    struck.say(&Body::Event(event));
    house.takes(&mut struck);
    for number in 8..=12 {
        let mut machine = house.machine(number);
        machine.opened(number);
        house.takes(&mut machine);
    }
    let sentence = "Somebody opened dev-08 at south, cabinet 4 (lid) and nobody was due there; 95 % sure; 6 boxes are part \
                    of it: dev-07, dev-08, dev-09, dev-10 and 2 more; 5 of their identities are suspended.";
    assert_eq!(house.incident().sentence(), sentence);
}

#[test]
fn every_other_kind_has_its_sentence() {
    let told = |news: News<'_>| {
        let mut house = House::new();
        house.hears(news);
        house.incident().sentence()
    };
    let fork = Fork { device: id(7), boot: vocab::BootId([2; 16]), split: Split::JournalKey };
    let sentence = "Two machines speak as dev-07 at south, cabinet 4: one boot shows two journal keys; its identity is \
                    suspended.";
    assert_eq!(told(News::Fork(&fork)), sentence);

    let back = Finding::Rollback { obeys: Generation(2), adopted: Generation(3) };
    let sentence = "dev-07 at south, cabinet 4 came back with state 2, though it had adopted 3.";
    assert_eq!(told(News::Finding(id(7), &back)), sentence);

    let silence = Silence::Device { device: id(7), since: NOW };
    let sentence = "dev-07 at south, cabinet 4 has said nothing since 2026-10-06T14:31:42Z.";
    assert_eq!(told(News::Silence(&silence)), sentence);

    let devices = [7, 8, 9].map(|number| (id(number), later(i64::from(number)))).into();
    let silence = Silence::Site { site: vocab::SiteName::new("south").unwrap(), devices };
    let sentence = "3 boxes at south say nothing; the first of them has said nothing since 2026-10-06T14:31:49Z; 3 boxes \
                    are part of it: dev-07, dev-08, dev-09.";
    assert_eq!(told(News::Silence(&silence)), sentence);
}

#[test]
fn a_lost_tail_and_a_latch_without_its_event_have_their_sentences() {
    let mut house = House::new();
    let mut machine = house.machine(99);
    machine.mutters();
    house.takes(&mut machine);
    let lost = machine.head();
    machine.lose(1, 20);
    machine.branch(lost);
    let offer = machine.rest(2);
    house.takes_offer(&machine, offer);
    let sentence = alloc::format!("The disk of {} lost entries 2 to 2, which the fleet has.", id(99));
    assert_eq!(house.incident().sentence(), sentence);

    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.latches(1, "lid", TamperState::Suspect);
    house.takes(&mut machine);
    assert_eq!(
        house.incident().sentence(),
        "dev-07 at south, cabinet 4 is latched, and its reason cannot be read."
    );
}
