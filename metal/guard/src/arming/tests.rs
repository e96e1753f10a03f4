use vocab::{Arming, Millis, Mono, tuning::Passage};

use super::{Timing, timing};
use crate::kit::{seconds, zone};

fn passage() -> Passage {
    Passage {
        exit: Millis(30_000),
        entry: Millis(20_000),
        through: [zone("door")].into(),
        chime: [zone("yard")].into(),
    }
}

#[test]
fn a_box_on_a_pole_has_no_door() {
    let found = timing(&zone("lid"), Arming::Armed, Some(Mono(0)), Mono(0), &Passage::default());
    assert_eq!(found, Timing::AtOnce);
}

#[test]
fn zones_trip_at_once_after_the_delay_or_never() {
    let armed = Some(Mono(0));
    for (place, arming, since, now, expected) in [
        ("door", Arming::Armed, armed, 29, Timing::Chime),
        ("door", Arming::Armed, armed, 30, Timing::From(seconds(50))),
        ("door", Arming::Armed, None, 1, Timing::From(seconds(21))),
        ("door", Arming::Storage, None, 1, Timing::AtOnce),
        ("safe", Arming::Armed, armed, 1, Timing::AtOnce),
        ("yard", Arming::Armed, None, 100, Timing::Chime),
    ] {
        let found = timing(&zone(place), arming, since, seconds(now), &passage());
        assert_eq!(found, expected, "{place} {arming:?} {now}");
    }
}
