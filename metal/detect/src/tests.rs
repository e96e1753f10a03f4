//! The harness of this room: recordings of a physical signal, played to a bank of one sensor.

mod properties;
mod real;
mod recording;
mod thresholds;

use alloc::vec::Vec;

use vocab::{TamperKind, Tuning};

pub(crate) use self::recording::{Recording, Seen, signal};
use crate::{enclosure, interfaces, inventory, motion, silence, supply, temperature};

/// Every recording of every detector.
fn recordings() -> Vec<Recording> {
    [
        enclosure::tests::recordings(),
        interfaces::tests::recordings(),
        inventory::tests::recordings(),
        motion::tests::recordings(),
        silence::tests::recordings(),
        supply::tests::recordings(),
        temperature::tests::recordings(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Plays a table of recordings: each must show what it says, and nothing else.
pub(crate) fn judge(recordings: Vec<Recording>) {
    for recording in recordings {
        let heard = recording.play(&Tuning::default());
        let (shown, expected) = (&heard.seen, &recording.shows);
        assert_eq!(shown, expected, "{}", recording.name);
        assert_eq!(heard.condition, recording.leaves, "{}: the condition that it leaves", recording.name);
    }
}

#[test]
fn the_reading_rate_changes_no_decision() {
    for recording in recordings().into_iter().filter(|recording| recording.hertz.is_none()) {
        let at = |hertz| recording.played_at(hertz, &Tuning::default());
        let (slow, fast) = (at(25), at(100));
        assert_eq!(slow.seen, fast.seen, "{}", recording.name);
        assert_eq!(slow.condition, fast.condition, "{}", recording.name);
    }
}

#[test]
fn every_finding_is_bounded_and_in_order_of_time() {
    for recording in recordings() {
        for finding in recording.play(&Tuning::default()).findings {
            assert!(finding.since <= finding.at, "{}", recording.name);
            assert!(finding.readings.len() <= crate::Finding::READINGS, "{}", recording.name);
            let silent = finding.kind == TamperKind::SensorSilent;
            assert_eq!(finding.readings.is_empty(), silent, "{}: what it rests on", recording.name);
            assert!(finding.readings.iter().all(|reading| reading.at <= finding.at), "{}", recording.name);
            assert!(finding.weight <= vocab::unit::Permille::ONE, "{}", recording.name);
        }
    }
}

#[test]
fn every_kind_that_a_sense_can_notice_is_noticed_in_some_recording() {
    let seen: Vec<TamperKind> =
        recordings().iter().flat_map(|recording| recording.shows.iter().map(|seen| seen.0)).collect();
    let senses = [
        TamperKind::LidOpened,
        TamperKind::LoopCut,
        TamperKind::LoopShorted,
        TamperKind::LoopChanged,
        TamperKind::IntrusionFlag,
        TamperKind::LightInside,
        TamperKind::Moved,
        TamperKind::Struck,
        TamperKind::Tilted,
        TamperKind::Dropped,
        TamperKind::UnderVoltage,
        TamperKind::OverVoltage,
        TamperKind::PowerGlitch,
        TamperKind::SupplyLost,
        TamperKind::CurrentChanged,
        TamperKind::TemperatureOutside,
        TamperKind::ColdBootCooling,
        TamperKind::InterfaceAdded,
        TamperKind::InterfaceRemoved,
        TamperKind::ComponentAdded,
        TamperKind::ComponentRemoved,
        TamperKind::ComponentChanged,
        TamperKind::SensorFaulted,
        TamperKind::SensorSilent,
    ];
    for kind in senses {
        assert!(seen.contains(&kind), "no recording shows {kind:?}");
    }
}
