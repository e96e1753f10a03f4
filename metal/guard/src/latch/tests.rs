use journal::Cursor;
use vocab::{
    Action, BootId, ClockQuality, EventId, Mono, Posture, Severity, TamperKind, TamperState, Time, Wall,
};
use wire::v1::standing::Latch;

use super::{LATCHES, set, state};
use crate::kit::zone;

fn cursor(seq: u64) -> Cursor {
    Cursor { boot: BootId([1; 16]), seq }
}

fn latch(number: u8, place: &str, severity: Severity, posture: Posture) -> Latch {
    Latch {
        event: EventId([number; 16]),
        zone: zone(place),
        kind: TamperKind::LidOpened,
        severity,
        at: Time { mono: Mono(0), wall: Wall(0), quality: ClockQuality::Floor },
        position: cursor(u64::from(number)),
        state: state(severity).unwrap(),
        posture,
        holds: [].into(),
    }
}

fn severe(number: u8, place: &str) -> Latch {
    latch(number, place, Severity::High, Posture::Sealed)
}

#[test]
fn events_latch_from_medium_on() {
    let states =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical].map(state);
    let (suspect, tampered) = (Some(TamperState::Suspect), Some(TamperState::Tampered));
    assert_eq!(states, [None, None, suspect, tampered, tampered]);
}

#[test]
fn latching_further_keeps_what_was_asked_for_and_moves_the_position() {
    let mut latches = [latch(1, "lid", Severity::Medium, Posture::Guarded)].into();
    let further = Latch { state: TamperState::Tampered, posture: Posture::Normal, ..severe(1, "lid") };
    set(&mut latches, further, cursor(9));
    assert_eq!(latches.len(), 1);
    assert_eq!(
        (latches[0].state, latches[0].posture, latches[0].position),
        (TamperState::Tampered, Posture::Guarded, cursor(9))
    );
}

#[test]
fn beyond_the_limit_the_oldest_that_is_outweighed_gives_way() {
    let mut latches = [severe(0, "rear"), severe(1, "lid")].into();
    for number in 2..=u8::try_from(LATCHES).unwrap() {
        set(&mut latches, severe(number, "lid"), cursor(0));
    }
    assert_eq!(latches.len(), LATCHES);
    let numbers: alloc::vec::Vec<u8> = latches.iter().map(|latch| latch.event.0[0]).take(3).collect();
    assert_eq!(numbers, [0, 2, 3], "the only one of its zone stays");
}

#[test]
fn whoever_stays_takes_over_what_the_dropped_one_asked_for() {
    let mut latches = [].into();
    for number in 0..=u8::try_from(LATCHES).unwrap() {
        // Each holds something of its own, so none outweighs another.
        let unit = vocab::UnitName::new(&alloc::format!("unit-{number}")).unwrap();
        let severity = if number == 5 { Severity::Medium } else { Severity::High };
        let holds = [Action::StopUnit(unit)].into();
        set(&mut latches, Latch { holds, ..latch(number, "lid", severity, Posture::Sealed) }, cursor(0));
    }
    assert_eq!(latches.len(), LATCHES);
    assert!(latches.iter().all(|latch| latch.event.0[0] != 5), "the least gave way");
    let held: usize = latches.iter().map(|latch| latch.holds.len()).sum();
    assert_eq!(held, LATCHES + 1, "nothing that was held is let go");
}
