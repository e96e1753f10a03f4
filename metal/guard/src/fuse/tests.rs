use alloc::vec::Vec;

use detect::{Certainty, Finding, Group, finding::strength};
use proptest::prelude::*;
use vocab::{Mono, Severity, TamperKind, tamper::Verification, tuning::Fusion, unit::Permille};

use super::{Evidence, Fused, fuse};
use crate::kit::{SECOND, level, named, reading, seconds, zone};

/// A finding of this kind at its kind's own strength.
fn found(kind: TamperKind, at: Mono) -> Finding {
    let strength = strength(kind);
    Finding {
        sensor: named("sensor"),
        zone: zone("somewhere"),
        kind,
        certainty: Certainty::Corroborating,
        weight: strength.weight,
        group: strength.group,
        severity_hint: strength.severity,
        since: at,
        at,
        readings: [reading("sensor", at, level())].into(),
    }
}

fn weighed(group: Group, weight: u16, at: Mono) -> Finding {
    Finding { group, weight: Permille(weight), ..found(TamperKind::Struck, at) }
}

/// What the last of these findings makes of all of them.
fn after(findings: &[Finding]) -> Option<Fused> {
    let tuning = Fusion::default();
    let mut evidence = Evidence::default();
    for finding in findings {
        evidence.add(finding, &tuning);
    }
    fuse(findings.last()?, &evidence, &tuning)
}

fn confidence(findings: &[Finding]) -> u16 {
    after(findings).map_or(0, |fused| fused.confidence.0)
}

#[test]
fn the_sum_is_a_noisy_or_with_a_leak() {
    // 1 − 0.99 · 0.5 = 0.505; 1 − 0.99 · 0.5 · 0.6 = 0.703; within a group the strongest alone.
    assert_eq!(confidence(&[weighed(Group::Motion, 500, seconds(1))]), 505);
    assert_eq!(
        confidence(&[weighed(Group::Motion, 500, seconds(1)), weighed(Group::Supply, 400, seconds(2))]),
        703
    );
    assert_eq!(
        confidence(&[weighed(Group::Motion, 500, seconds(1)), weighed(Group::Motion, 400, seconds(2))]),
        505
    );
}

#[test]
fn no_event_is_certain() {
    assert_eq!(confidence(&[weighed(Group::Motion, 1_000, seconds(1))]), 999);
}

#[test]
fn what_is_too_weak_is_no_event_yet_and_still_counts() {
    let weak = weighed(Group::Motion, 290, seconds(1));
    assert_eq!(after(core::slice::from_ref(&weak)), None);
    assert_eq!(confidence(&[weak.clone(), weighed(Group::Supply, 100, seconds(2))]), 367);
    assert_eq!(after(&[weak, weighed(Group::Supply, 100, Mono(6 * SECOND + 1))]), None, "the window is over");
    let decisive = Finding { certainty: Certainty::Decisive, ..weighed(Group::Motion, 1, seconds(1)) };
    assert!(after(&[decisive]).is_some(), "a decisive channel decides alone");
}

#[test]
fn a_strong_finding_outlives_the_weak_ones_around_it() {
    let (weak, strong) = (weighed(Group::Motion, 300, seconds(1)), weighed(Group::Motion, 600, seconds(2)));
    let later = weighed(Group::Supply, 100, seconds(6));
    assert_eq!(
        confidence(&[weak.clone(), strong.clone(), later.clone()]),
        confidence(&[strong, later.clone()])
    );
    // A weaker one that came later counts when the strong one is out of the window.
    let last = weighed(Group::Supply, 100, seconds(9));
    let (strong, weak) = (weighed(Group::Motion, 600, seconds(2)), weighed(Group::Motion, 300, seconds(5)));
    assert_eq!(confidence(&[strong, weak.clone(), last.clone()]), confidence(&[weak, last]));
}

#[test]
fn two_independent_groups_verify() {
    for (kinds, verified) in [
        (&[TamperKind::LidOpened][..], false),
        (&[TamperKind::LidOpened, TamperKind::LoopCut], false),
        (&[TamperKind::Moved, TamperKind::LidOpened], true),
        (&[TamperKind::SupplyLost, TamperKind::LidOpened], false),
        (&[TamperKind::SensorSilent, TamperKind::LidOpened], false),
        (&[TamperKind::RecordDamaged, TamperKind::LidOpened], false),
        (&[TamperKind::LidOpened, TamperKind::Struck], false),
    ] {
        let findings: Vec<_> = kinds.iter().map(|kind| found(*kind, seconds(5))).collect();
        let expected = if verified { Verification::Verified } else { Verification::Single };
        assert_eq!(after(&findings).unwrap().verification, expected, "{kinds:?}");
    }
}

#[test]
fn a_second_group_verifies_within_half_an_hour() {
    let first = found(TamperKind::Moved, Mono(0));
    let then = |at| after(&[first.clone(), found(TamperKind::LidOpened, at)]).unwrap().verification;
    assert_eq!(then(seconds(1_800)), Verification::Verified);
    assert_eq!(then(Mono(1_800 * SECOND + 1)), Verification::Single);
}

#[test]
fn no_tuning_makes_one_group_two() {
    let tuning = Fusion { verify_groups: 1, ..Fusion::default() };
    let (finding, mut evidence) = (found(TamperKind::LidOpened, seconds(1)), Evidence::default());
    evidence.add(&finding, &tuning);
    assert_eq!(fuse(&finding, &evidence, &tuning).unwrap().verification, Verification::Single);
}

#[test]
fn it_carries_what_each_group_saw_in_order_of_time() {
    let (first, second) = (found(TamperKind::Moved, seconds(1)), found(TamperKind::LidOpened, seconds(2)));
    let fused = after(&[first, second]).unwrap();
    let times: Vec<Mono> = fused.readings.iter().map(|reading| reading.at).collect();
    assert_eq!((fused.kind, times), (TamperKind::LidOpened, [seconds(1), seconds(2)].into()));
}

#[test]
fn the_evidence_stays_small_in_a_storm() {
    let (tuning, mut evidence) = (Fusion::default(), Evidence::default());
    for step in 0..100_000u64 {
        let weight = 1_000 - u16::try_from(step % 1_000).unwrap();
        evidence.add(&weighed(Group::Motion, weight, Mono(step)), &tuning);
    }
    let lines: usize = evidence.0.values().map(|lately| lately.strongest.len()).sum();
    assert!(lines <= 1_000, "{lines} lines");
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let groups = [Group::Enclosure, Group::Motion, Group::Silence, Group::Supply, Group::Thermal];
    (0..groups.len(), 0u16..=1_000, 0u64..5)
        .prop_map(move |(group, weight, at)| weighed(groups[group], weight, Mono(at * SECOND)))
}

/// The score of a set, asked for at its end.
fn score(findings: &[Finding]) -> u16 {
    let last = Finding { certainty: Certainty::Decisive, ..weighed(Group::Ports, 0, seconds(5)) };
    confidence(&[findings, &[last]].concat())
}

proptest! {
    #[test]
    fn another_finding_never_lowers_the_score(findings in prop::collection::vec(any_finding(), 0..12), more in any_finding()) {
        let with = [&findings[..], &[more]].concat();
        prop_assert!(score(&with) >= score(&findings));
    }

    #[test]
    fn a_faulted_sensor_never_lowers_the_score(findings in prop::collection::vec(any_finding(), 0..12), at in 0u64..5) {
        let fault = found(TamperKind::SensorFaulted, Mono(at * SECOND));
        let with = [&findings[..], &[fault]].concat();
        prop_assert!(score(&with) >= score(&findings));
    }

    #[test]
    fn the_order_within_the_window_means_nothing(findings in prop::collection::vec(any_finding(), 0..12), turn in 0usize..12) {
        let mut turned = findings.clone();
        if !turned.is_empty() {
            let middle = turn % turned.len();
            turned.rotate_left(middle);
        }
        prop_assert_eq!(score(&turned), score(&findings));
    }
}

#[test]
fn severity_hint_is_the_findings_own() {
    assert_eq!(after(&[found(TamperKind::Struck, seconds(1))]).unwrap().hint, Severity::Low);
}
