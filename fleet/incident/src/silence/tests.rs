use alloc::vec;

use super::*;
use crate::testing::{
    NOW,
    house::{Town, id},
    later,
};

fn listening(spans: &[(i64, i64)]) -> Listening {
    let mut listening = Listening::default();
    for (from, to) in spans {
        listening.begin(later(*from));
        listening.still(later(*to));
    }
    listening
}

fn last(number: u8, heard: i64) -> Last {
    Last { device: id(number), heard: later(heard), arming: Arming::Armed }
}

fn silent(last: &[Last], listening: &Listening) -> Vec<Silence> {
    silences(last, listening, &Town, &[])
}

#[test]
fn a_device_is_silent_after_three_missed_beats() {
    let listening = listening(&[(-1000, 90)]);
    assert_eq!(silent(&[last(7, 1)], &listening), []);
    assert_eq!(silent(&[last(7, 0)], &listening), [Silence::Device { device: id(7), since: NOW }]);
}

#[test]
fn time_in_which_the_fleet_was_not_listening_does_not_count() {
    // The fleet stopped a minute after the last beat and came back two hours later.
    let cases = [(7200 + 89, false), (7200 + 90, true)];
    for (now, found) in cases {
        let listening = listening(&[(-1000, 60), (7200, now)]);
        assert_eq!(!silent(&[last(7, 0)], &listening).is_empty(), found, "at {now}");
    }
}

#[test]
fn a_fleet_that_just_began_to_listen_gives_everybody_time_to_find_it() {
    let mut listening = Listening::default();
    assert_eq!(listening.in_vain(NOW), Duration::ZERO);
    listening.begin(later(3600));
    listening.still(later(3600 + 60));
    assert_eq!(listening.in_vain(NOW), Duration::ZERO);
    listening.still(later(3600 + 150));
    assert_eq!(listening.in_vain(NOW), Duration::from_secs(90));
    assert_eq!(listening.in_vain(later(3600 + 100)), Duration::from_secs(50), "it was heard since");
}

#[test]
fn a_fleet_that_restarts_often_finds_a_silent_device_nevertheless() {
    let spans: Vec<_> = (0..10).map(|hour| (hour * 3600, hour * 3600 + 70)).collect();
    assert_eq!(silent(&[last(7, -1)], &listening(&spans[..9])).len(), 1);
    assert_eq!(silent(&[last(7, -1)], &listening(&spans[..3])).len(), 0);
}

#[test]
fn only_devices_on_duty_are_expected_to_speak() {
    let listening = listening(&[(-1000, 1000)]);
    let found = |arming| silent(&[Last { arming, ..last(7, 0) }], &listening).len();
    let cases = [
        (Arming::Storage, 0),
        (Arming::Transport, 0),
        (Arming::Commissioning, 0),
        (Arming::Armed, 1),
        (Arming::Service, 1),
        (Arming::Retired, 0),
    ];
    for (arming, expected) in cases {
        assert_eq!(found(arming), expected, "{arming:?}");
    }
}

#[test]
fn half_of_a_site_is_the_site_and_one_device_never_is() {
    let listening = listening(&[(-1000, 100)]);
    let all = |silent: u8| -> Vec<Last> {
        (7..=12).map(|n| last(n, if n < 7 + silent { 0 } else { 90 })).collect()
    };
    let two = [id(7), id(8)].map(|device| Silence::Device { device, since: NOW });
    assert_eq!(silent(&all(2), &listening), two);
    let devices = vec![(id(7), NOW), (id(8), NOW), (id(9), NOW)];
    let south = Silence::Site { site: SiteName::new("south").unwrap(), devices };
    assert_eq!(silent(&all(3), &listening), [south]);
    assert_eq!(silent(&[last(7, 0)], &listening).len(), 1);
    assert!(matches!(silent(&[last(7, 0)], &listening)[0], Silence::Device { .. }));
    // Devices of which nobody knows where they stand are no site.
    assert_eq!(silent(&[last(98, 0), last(99, 0)], &listening).len(), 2);
}

#[test]
fn what_was_heard_and_listened_survives_the_store_and_stays_bounded() {
    let mut listening = Listening::default();
    for minute in 0..100 {
        listening.begin(later(minute * 60));
        listening.still(later(minute * 60 + 30));
    }
    assert_eq!(listening.spans.len(), SPANS);
    let bytes = crypto::cbor::encode(&listening);
    assert_eq!(crypto::cbor::decode(&bytes, &crypto::cbor::Limits::FRAME), Ok(listening));
}
