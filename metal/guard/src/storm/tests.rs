use vocab::{
    EventId, Millis, Mono, Severity, TamperKind,
    tamper::{Authority, Verification},
};

use super::{Again, FOLDS, Folded, Rank, Storm};
use crate::kit::{SECOND, seconds, zone};

const EVENT: EventId = EventId([1; 16]);
const WITHIN: Millis = Millis(60_000);
const RANK: Rank =
    Rank { severity: Severity::High, authority: Authority::Unauthorised, verification: Verification::Single };

fn begun() -> Storm {
    let mut storm = Storm::default();
    storm.begin(zone("lid"), TamperKind::LidOpened, EVENT, RANK, Mono(0));
    storm
}

fn again(storm: &mut Storm, rank: Rank, at: Mono) -> Folded {
    storm.fold(&zone("lid"), TamperKind::LidOpened, rank, at, WITHIN)
}

fn so_often(times: u32) -> Folded {
    Folded::Write(Again { event: EVENT, times })
}

#[test]
fn the_first_of_a_kind_is_news_in_each_zone() {
    let mut storm = begun();
    assert_eq!(storm.fold(&zone("lid"), TamperKind::LoopCut, RANK, Mono(1), WITHIN), Folded::News);
    assert_eq!(storm.fold(&zone("rear"), TamperKind::LidOpened, RANK, Mono(1), WITHIN), Folded::News);
}

#[test]
fn repeats_are_counted_and_written_as_they_double() {
    let mut storm = begun();
    let folded: alloc::vec::Vec<_> = (1..=8).map(|second| again(&mut storm, RANK, seconds(second))).collect();
    let expected = [
        so_often(1),
        so_often(2),
        Folded::Counted,
        so_often(4),
        Folded::Counted,
        Folded::Counted,
        Folded::Counted,
        so_often(8),
    ];
    assert_eq!(folded, expected);
}

#[test]
fn what_comes_a_minute_later_is_news() {
    assert_eq!(again(&mut begun(), RANK, seconds(60)), so_often(1));
    assert_eq!(again(&mut begun(), RANK, Mono(60 * SECOND + 1)), Folded::News);
}

#[test]
fn what_is_worse_surer_or_less_lawful_is_news() {
    for rank in [
        Rank { severity: Severity::Critical, ..RANK },
        Rank { verification: Verification::Verified, ..RANK },
        Rank { authority: Authority::Authorised, ..RANK },
    ] {
        assert_eq!(again(&mut begun(), rank, seconds(1)), Folded::News, "{rank:?}");
    }
    assert_eq!(again(&mut begun(), Rank { severity: Severity::Low, ..RANK }, seconds(1)), so_often(1));
}

#[test]
fn what_repeats_a_released_event_is_news() {
    let mut storm = begun();
    storm.forget(EVENT);
    assert_eq!(again(&mut storm, RANK, seconds(1)), Folded::News);
}

#[test]
fn counts_that_were_not_written_are_told_when_it_is_over_and_once() {
    let mut storm = begun();
    for second in 1..=3 {
        again(&mut storm, RANK, seconds(second));
    }
    let over = Mono(63 * SECOND + 1);
    assert_eq!(storm.deadline(WITHIN), Some(over));
    assert_eq!(storm.ended(seconds(63), WITHIN), []);
    assert_eq!(storm.ended(over, WITHIN), [Again { event: EVENT, times: 3 }]);
    assert_eq!((storm.ended(over, WITHIN), storm.deadline(WITHIN)), ([].into(), None));
}

#[test]
fn a_release_can_ask_for_what_was_not_written() {
    let mut storm = begun();
    for second in 1..=3 {
        again(&mut storm, RANK, seconds(second));
    }
    assert_eq!(storm.unwritten(EventId([2; 16])), None);
    assert_eq!(storm.unwritten(EVENT), Some(Again { event: EVENT, times: 3 }));
    assert_eq!(storm.unwritten(EVENT), None);
}

#[test]
fn a_storm_writes_little_and_remembers_little() {
    let mut storm = begun();
    let writes =
        (1..100_000).filter(|step| matches!(again(&mut storm, RANK, Mono(step * 600_000)), Folded::Write(_)));
    assert_eq!(writes.count(), 17);
    for number in 0..FOLDS + 50 {
        let place = zone(&alloc::format!("zone-{number}"));
        storm.begin(place, TamperKind::LidOpened, EVENT, RANK, seconds(100 + number as u64));
    }
    assert_eq!(storm.0.len(), FOLDS);
}
