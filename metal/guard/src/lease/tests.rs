use vocab::{Mono, Posture, Wall};
use wire::v1::{standing::Granted, state::Lease};

use super::{deadline, posture};
use crate::kit::seconds;

const LEASE: Lease = Lease { until: Wall(100_000_000), powered: 60, afterwards: Posture::Isolated };
const GRANTED: Granted = Granted { powered: 5_000 };

#[test]
fn a_lease_holds_until_the_wall_or_the_power_says_that_it_is_over() {
    for (wall, powered, expected) in [
        (0, 5_000, Posture::Normal),
        (99_999_999, 64_999, Posture::Normal),
        (100_000_000, 5_000, Posture::Isolated),
        (0, 65_000, Posture::Isolated),
        (0, 0, Posture::Normal),
    ] {
        let found = posture(Some(&LEASE), Some(&GRANTED), Wall(wall), powered);
        assert_eq!(found, expected, "at {wall} with {powered} ms");
    }
}

#[test]
fn without_a_lease_nothing_runs_out() {
    assert_eq!(posture(None, None, Wall(i64::MAX), u64::MAX), Posture::Normal);
}

#[test]
fn it_is_due_at_the_nearer_of_its_two_ends() {
    let due = |wall, powered| deadline(&LEASE, Some(&GRANTED), Mono(0), Wall(wall), powered);
    assert_eq!(due(0, 5_000), Some(seconds(60)));
    assert_eq!(due(90_000_000, 5_000), Some(seconds(10)));
    assert_eq!(due(100_000_000, 5_000), None, "it has lapsed");
}
