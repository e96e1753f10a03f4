//! Parts added, removed and exchanged, and parts that only changed places.

use alloc::{string::String, vec, vec::Vec};

use vocab::{
    Channel, Severity, TamperKind, Value,
    reading::{Component, ComponentKind},
};

use crate::{
    Certainty, Condition,
    tests::{Recording, judge, signal},
};

use Certainty::Corroborating;
use ComponentKind::{Board, Disk, Memory, Network, Pci};
use Condition::{Present, Unknown};
use Severity::{High, Medium};
use TamperKind::{ComponentAdded, ComponentChanged, ComponentRemoved, SensorFaulted};

type Part = (ComponentKind, &'static str);

const HOME: &[Part] = &[
    (Board, "B-1"),
    (Disk, "SSD-1"),
    (Memory, "8 GB"),
    (Memory, "8 GB"),
    (Network, "02:00:00:00:00:01"),
    (Pci, "8086:1539"),
];

fn value(parts: &[Part]) -> Value {
    let part = |(kind, identity): &Part| Component { kind: *kind, identity: String::from(*identity) };
    Value::Components(parts.iter().map(part).collect())
}

/// A device as it was learned, and as it is found at the next boot.
fn found(name: &'static str, parts: &[Part]) -> Recording {
    Recording::new(name, Channel::Components, 3_000, signal::flat(value(parts)))
        .at_home(signal::flat(value(HOME)))
}

/// Everything that this room has recorded.
pub(crate) fn recordings() -> Vec<Recording> {
    let mut recordings = vec![
        found("as it was", HOME),
        found(
            "other bus numbers, same parts",
            &[
                (Pci, "8086:1539"),
                (Memory, "8 GB"),
                (Network, "02:00:00:00:00:01"),
                (Disk, "SSD-1"),
                (Memory, "8 GB"),
                (Board, "B-1"),
            ],
        ),
    ];
    let (b, s, m, n, p) = (HOME[0], HOME[1], HOME[2], HOME[4], HOME[5]);
    let changed = [
        ("another network card", vec![b, s, m, m, (Network, "02:00:00:00:00:02"), p], ComponentChanged),
        ("another disk", vec![b, (Disk, "SSD-2"), m, m, n, p], ComponentChanged),
        ("another board", vec![(Board, "B-2"), s, m, m, n, p], ComponentChanged),
        ("the disk is gone", vec![b, m, m, n, p], ComponentRemoved),
        ("one of two equal memory modules is gone", vec![b, s, m, n, p], ComponentRemoved),
        ("a third equal memory module", vec![b, s, m, m, m, n, p], ComponentAdded),
        ("an interposer on the bus", vec![b, s, m, m, n, p, (Pci, "10ee:7021")], ComponentAdded),
    ];
    recordings.extend(
        changed
            .map(|(name, parts, kind)| found(name, &parts).shows(kind, Corroborating, High).leaves(Present)),
    );
    recordings.push(taken_and_put_back());
    recordings.push(Recording::new(
        "never learned",
        Channel::Components,
        3_000,
        signal::flat(value(&HOME[1..])),
    ));
    recordings.push(absurd());
    recordings
}

fn taken_and_put_back() -> Recording {
    let says =
        [(1_000, value(HOME)), (2_000, value(&HOME[1..])), (3_000, value(HOME)), (4_000, value(&HOME[1..]))];
    Recording::new("taken, put back and taken", Channel::Components, 3_500, signal::steps(says))
        .at_home(signal::flat(value(HOME)))
        .shows(ComponentRemoved, Corroborating, High)
        .shows(ComponentRemoved, Corroborating, High)
        .leaves(Present)
}

/// A part whose name no part can have.
fn absurd() -> Recording {
    let identity = core::iter::repeat_n('x', 129).collect();
    let parts = Value::Components(vec![Component { kind: Disk, identity }]);
    Recording::new("a serial number without end", Channel::Components, 2_000, signal::flat(parts))
        .shows(SensorFaulted, Corroborating, Medium)
        .leaves(Unknown)
}

#[test]
fn each_difference_of_parts_is_one_finding() {
    judge(recordings());
}

#[test]
fn an_exchange_shows_what_was_there_before_and_what_is_there_after() {
    let played = recordings().remove(2).play(&vocab::Tuning::default());
    let [before, after] = &played.findings[0].readings[..] else { panic!("{:?}", played.findings) };
    assert_eq!(before.value, value(&[(Network, "02:00:00:00:00:01")]));
    assert_eq!(after.value, value(&[(Network, "02:00:00:00:00:02")]));
}
