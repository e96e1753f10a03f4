//! Lists in pieces: whoever asks for one of ten thousand looks at each of them once, and no question looks at more than
//! it may.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{cell::Cell, time::Duration};

use control::{
    record::Record,
    view::{self, HealthState, IncidentState, IncidentView, LOOKS, Most, Piece, Sight},
};
use sim::House;
use vocab::{DeviceId, IncidentId, Severity, SiteName};

const BOXES: usize = 30;

/// Boxes that have joined and never spoke.
fn town() -> House {
    let mut house = House::new(7);
    house.open_fleet(vec![]);
    for number in 0..BOXES {
        house.join(&format!("dev-{number}"), if number % 3 == 0 { "harbour" } else { "desert" });
    }
    house
}

fn wanted(state: HealthState) -> impl Fn(&Sight<'_>) -> bool {
    move |one| one.health() == state
}

/// All pieces of a list, each from where the one before ended.
fn all<T, K: Copy>(mut piece: impl FnMut(Option<K>) -> Piece<T, K>) -> Vec<Vec<T>> {
    let (mut pieces, mut from) = (vec![], None);
    loop {
        let Piece { found, next } = piece(from);
        pieces.push(found);
        assert!(pieces.len() <= 4 * BOXES, "it ends");
        if next.is_none() {
            return pieces;
        }
        from = next;
    }
}

#[test]
fn whoever_takes_a_list_one_by_one_looks_at_each_device_once() {
    let house = town();
    let looked = Cell::new(0);
    let look = |_: DeviceId, _: &SiteName| {
        looked.set(looked.get() + 1);
        true
    };
    let one = |from| {
        view::devices(house.fleet(), from, Most::found(1), house.now(), look, wanted(HealthState::Unknown))
    };
    let found: Vec<_> = all(one).into_iter().flatten().map(|one| one.id).collect();
    let ids: Vec<_> = house.fleet().records().map(Record::device).collect();
    assert_eq!((found, looked.get()), (ids, BOXES));
}

#[test]
fn a_question_that_finds_nothing_looks_at_no_more_than_it_may() {
    let house = town();
    let looked = Cell::new(0);
    let look = |_: DeviceId, _: &SiteName| {
        looked.set(looked.get() + 1);
        true
    };
    let most = Most { found: 1, looks: 8 };
    let mut before = 0;
    let piece = |from: Option<DeviceId>| {
        let piece = view::devices(house.fleet(), from, most, house.now(), look, wanted(HealthState::Alarm));
        assert!(looked.get() - before <= 8, "{} after {before}", looked.get());
        before = looked.get();
        piece
    };
    assert_eq!(all(piece).len(), BOXES.div_ceil(8));
    assert_eq!(looked.get(), BOXES);
    const { assert!(LOOKS <= 256, "about two milliseconds") };
}

#[test]
fn what_may_not_be_seen_is_not_found_and_costs_a_look() {
    let house = town();
    let most = Most { found: 100, looks: 10 };
    let list = |seen: fn(DeviceId, &SiteName) -> bool| {
        all(|from| view::devices(house.fleet(), from, most, house.now(), seen, |_| true))
    };
    let (nowhere, harbour) = (list(|_, _| false), list(|_, site| site.as_str() == "harbour"));
    assert_eq!((nowhere.len(), nowhere.iter().flatten().count()), (3, 0));
    assert_eq!(harbour.iter().flatten().count(), BOXES / 3);
}

#[test]
fn what_is_put_into_words_costs_as_much_as_four_looks() {
    let house = town();
    let most = Most { found: 100, looks: 40 };
    let lists = all(|from| view::devices(house.fleet(), from, most, house.now(), |_, _| true, |_| true));
    assert_eq!(lists.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 10]);
    let sights =
        all(|from| view::sights(house.fleet(), from, most, house.now(), |one| (one.id(), one.health())));
    assert_eq!(sights.concat().len(), BOXES);
    assert_eq!(sights.len(), 1);
}

/// Three boxes whose lids were opened, each at a site of its own.
fn opened() -> House {
    let mut house = House::new(7);
    house.open_fleet(vec![]);
    for site in ["harbour", "desert", "alps"] {
        let number = house.join(&format!("box-{site}"), site);
        house.commission(number);
        house.boxes[number].open_lid();
        let severe = |house: &House| {
            house.fleet().incidents().filter(|one| one.severity() >= Severity::High).count() > number
        };
        assert!(house.run_until(Duration::from_mins(5), severe), "the fleet knows");
    }
    house
}

#[test]
fn incidents_come_newest_first_and_each_is_read_once() {
    let house = opened();
    let known: Vec<IncidentId> = house.fleet().incidents().map(incident::Incident::id).rev_vec();
    let (read, shown) = (Cell::new(0), Cell::new(0));
    let one = |from| {
        let wanted = |_: &incident::Incident| {
            read.set(read.get() + 1);
            true
        };
        let seen = |_: &IncidentView| {
            shown.set(shown.get() + 1);
            true
        };
        view::incidents(house.fleet(), from, Most::found(1), wanted, seen).unwrap()
    };
    let found: Vec<_> = all(one).into_iter().flatten().map(|one| one.id).collect();
    assert_eq!((&found, read.get(), shown.get()), (&known, known.len(), known.len()));

    // What is filtered out is no longer shown, and a question that finds nothing ends all the same.
    let most = Most { found: 1, looks: 1 };
    let closed = |one: &incident::Incident| {
        read.set(read.get() + 1);
        one.state() == IncidentState::Closed
    };
    let pieces = all(|from| view::incidents(house.fleet(), from, most, closed, |_| true).unwrap());
    assert_eq!((pieces.len(), pieces.concat().len()), (known.len(), 0), "one costs more than a look");
    let unseen = all(|from| view::incidents(house.fleet(), from, Most::ALL, |_| true, |_| false).unwrap());
    assert_eq!(unseen, [vec![]]);
}

#[test]
fn open_incidents_are_found_by_their_device_and_in_pieces() {
    let house = opened();
    let known: Vec<IncidentId> = house.fleet().incidents().map(incident::Incident::id).rev_vec();
    let pieces = all(|from| view::open(house.fleet(), from, Most::found(1), |_| true));
    assert_eq!(pieces.concat().iter().map(|one| one.id).collect::<Vec<_>>(), known);
    for number in 0..house.boxes.len() {
        let device = house.boxes[number].device;
        let theirs: Vec<_> = house.fleet().incidents().filter(|one| one.involved(device).is_some()).collect();
        let view = view::device(house.fleet(), device, house.now()).unwrap();
        assert_eq!(view.incidents, theirs.iter().map(|one| one.id()).collect::<Vec<_>>());
        assert!(!view.incidents.is_empty());
    }
}

#[test]
fn a_device_names_the_incidents_that_whoever_looks_may_open() {
    let house = opened();
    let asked = Cell::new(0);
    let mut all = view::devices(house.fleet(), None, Most::ALL, house.now(), |_, _| true, |_| true).found;
    view::narrow(&mut all, house.fleet(), |_, sites| {
        asked.set(asked.get() + 1);
        sites.iter().any(|site| site.as_str() == "alps")
    });
    for one in &all {
        assert_eq!(one.incidents.is_empty(), one.site.as_str() != "alps", "{}", one.label);
    }
    assert_eq!(asked.get(), house.fleet().incidents().count(), "each incident is judged once");
}

/// Newest first.
trait Newest: Iterator + Sized {
    fn rev_vec(self) -> Vec<Self::Item> {
        let mut all: Vec<_> = self.collect();
        all.reverse();
        all
    }
}

impl<I: Iterator> Newest for I {}
