//! Every threshold by which the guard itself judges matters: at half and at double something is judged otherwise.

use alloc::{format, string::String, vec::Vec};
use core::time::Duration;

use detect::{Certainty, Finding, Group, finding::strength};
use vocab::{
    ClockQuality, Millis, Mono, Posture, Severity, TamperKind, TamperState, Tuning, Wall,
    tamper::{Authority, Verification},
    tuning::Fusion,
    unit::Permille,
};

use crate::{
    Input,
    clock::{Clock, Stepped},
    fuse::{Evidence, Fused, fuse},
    kit::{Rig, level, named, open, reading, seconds, zone},
    storm::{Rank, Storm},
};

/// A threshold, and what is judged by it.
struct Threshold {
    name: &'static str,
    of: fn(&mut Tuning) -> &mut Millis,
    verdict: fn(&Tuning) -> String,
}

const TIMES: [Threshold; 9] = [
    Threshold { name: "fusion.window", of: |tuning| &mut tuning.fusion.window, verdict: together },
    Threshold {
        name: "fusion.verify_window",
        of: |tuning| &mut tuning.fusion.verify_window,
        verdict: verified,
    },
    Threshold {
        name: "fusion.repeat_after",
        of: |tuning| &mut tuning.fusion.repeat_after,
        verdict: repeated,
    },
    Threshold { name: "clock.step", of: |tuning| &mut tuning.clock.step, verdict: stepped },
    Threshold { name: "clock.away", of: |tuning| &mut tuning.clock.away, verdict: stepped },
    Threshold { name: "clock.ahead", of: |tuning| &mut tuning.clock.ahead, verdict: stepped_unset },
    Threshold { name: "passage.exit", of: |tuning| &mut tuning.passage.exit, verdict: left },
    Threshold { name: "passage.entry", of: |tuning| &mut tuning.passage.entry, verdict: entered },
    Threshold { name: "trial.proof", of: |tuning| &mut tuning.trial.proof, verdict: owed },
];

/// As they come, and for the two that come as none, what a house with a door would set.
fn usual() -> Tuning {
    let mut tuning = Tuning::default();
    tuning.passage.exit = Millis(30_000);
    tuning.passage.entry = Millis(20_000);
    tuning.passage.through = [zone("lid")].into();
    tuning
}

#[test]
fn every_time_matters_at_half_and_at_double() {
    for Threshold { name, of, verdict } in TIMES {
        let as_usual = verdict(&usual());
        for (word, halves) in [("half", 1), ("double", 4)] {
            let mut tuning = usual();
            let threshold = of(&mut tuning);
            threshold.0 = threshold.0 / 2 * halves;
            assert_ne!(verdict(&tuning), as_usual, "{name} at {word}");
        }
    }
}

#[test]
fn leak_and_confidence_matter_at_half_and_at_double() {
    let as_usual = sure(&Fusion::default());
    for (leak, report_from) in [(5, 300), (20, 300), (10, 150), (10, 600)] {
        let (leak, report_from) = (Permille(leak), Permille(report_from));
        let changed = Fusion { leak, report_from, ..Fusion::default() };
        assert_ne!(sure(&changed), as_usual, "{leak:?}, {report_from:?}");
    }
}

/// One group never verifies alone, whatever the tuning says: only more groups than two can be asked for.
#[test]
fn twice_as_many_groups_are_asked_for_and_never_half_as_many() {
    let verified_by = |verify_groups| {
        let tuning = Fusion { verify_groups, ..Fusion::default() };
        let findings = [TamperKind::Moved, TamperKind::LidOpened].map(|kind| found(kind, seconds(1)));
        last(&findings, &tuning).unwrap().verification
    };
    assert_eq!(
        [1, 2, 4].map(verified_by),
        [Verification::Verified, Verification::Verified, Verification::Single]
    );
}

#[test]
fn the_soak_matters_at_half_and_at_double() {
    let soaks = |hours: u32| {
        let mut rig = Rig::new();
        rig.adopt(|state| {
            state.tuning.trial.soak = Millis(hours * 3_600_000);
            // Something is new, or nothing is on trial.
            state.tuning.silence.sensor_after = Millis(40_000);
        });
        [18, 18].map(|hours| {
            rig.pass(Duration::from_hours(hours));
            rig.guard().record.memory.standing.soak.is_some()
        })
    };
    assert_eq!([12, 24, 48].map(soaks), [[false, false], [true, false], [true, true]]);
}

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
fn last(findings: &[Finding], tuning: &Fusion) -> Option<Fused> {
    let mut evidence = Evidence::default();
    for finding in findings {
        evidence.add(finding, tuning);
    }
    fuse(findings.last()?, &evidence, tuning)
}

/// Two weak findings, four and eight seconds apart.
fn together(tuning: &Tuning) -> String {
    let pair = |apart: u64| {
        [weighed(Group::Motion, 290, seconds(1)), weighed(Group::Supply, 100, seconds(1 + apart))]
    };
    let events = [4, 8].map(|apart| last(&pair(apart), &tuning.fusion).is_some());
    format!("{events:?}")
}

/// A second group twenty and forty minutes later.
fn verified(tuning: &Tuning) -> String {
    let then = |minutes: u64| {
        let findings =
            [found(TamperKind::Moved, Mono(0)), found(TamperKind::LidOpened, seconds(minutes * 60))];
        last(&findings, &tuning.fusion).unwrap().verification
    };
    format!("{:?}", [20, 40].map(then))
}

/// How sure one finding makes, and from where on it is an event.
fn sure(tuning: &Fusion) -> Vec<Option<Permille>> {
    let event = |weight| last(&[weighed(Group::Motion, weight, seconds(1))], tuning);
    [200, 500, 700].map(|weight| event(weight).map(|fused| fused.confidence)).into()
}

/// The same again 45 and 90 seconds later.
fn repeated(tuning: &Tuning) -> String {
    let rank = Rank {
        severity: Severity::High,
        authority: Authority::Unauthorised,
        verification: Verification::Single,
    };
    let again = |later| {
        let mut storm = Storm::default();
        storm.begin(zone("lid"), TamperKind::LidOpened, vocab::EventId([1; 16]), rank, Mono(0));
        storm.fold(&zone("lid"), TamperKind::LidOpened, rank, seconds(later), tuning.fusion.repeat_after)
    };
    format!("{:?}", [45, 90].map(again))
}

/// The machine's clock steps away from the time that we count: by one and a half, 3, 45 and 90 seconds.
fn stepped(tuning: &Tuning) -> String {
    let jump = |millis: i64| {
        let begin = Wall(1_000_000_000);
        let mut clock = Clock::new(Mono(0), begin, ClockQuality::Fleet, begin);
        clock.hear(seconds(10), Wall(begin.0 + 10_000_000 + millis * 1_000), &tuning.clock)
    };
    format!("{:?}", [1_500, 3_000, 45_000, 90_000].map(jump))
}

/// The clock of a machine that nobody has told the time steps 18 and 36 hours ahead.
fn stepped_unset(tuning: &Tuning) -> String {
    let jump = |hours: i64| -> Stepped {
        let begin = Wall(1_000_000_000);
        let mut clock = Clock::new(Mono(0), begin, ClockQuality::Floor, begin);
        clock.hear(seconds(10), Wall(begin.0 + 10_000_000 + hours * 3_600_000_000), &tuning.clock)
    };
    format!("{:?}", [18, 36].map(jump))
}

/// The last person leaves the lid open; 20 and 45 seconds after arming.
fn left(tuning: &Tuning) -> String {
    let mut rig = Rig::new();
    rig.say("lid", open());
    rig.pass(Duration::from_secs(2));
    rig.adopt(|state| {
        state.tuning = tuning.clone();
        state.tuning.passage.entry = Millis(0);
    });
    let postures = [20, 25].map(|seconds| {
        rig.pass(Duration::from_secs(seconds));
        rig.posture() == Posture::Normal && rig.guard().latches().is_empty()
    });
    format!("{postures:?}")
}

/// Somebody comes in by the lid; 15 and 30 seconds after it opened.
fn entered(tuning: &Tuning) -> String {
    let mut rig = Rig::armed_with(|state| {
        state.tuning = tuning.clone();
        state.tuning.passage.exit = Millis(0);
    });
    rig.say("lid", open());
    let states: Vec<TamperState> = [15, 15]
        .into_iter()
        .map(|seconds| {
            rig.pass(Duration::from_secs(seconds));
            rig.guard().latches()[0].state
        })
        .collect();
    format!("{states:?}")
}

/// A state that tightens, and no proof of it; ten and twenty minutes later.
fn owed(tuning: &Tuning) -> String {
    let mut rig = Rig::armed_with(|state| state.tuning = tuning.clone());
    let letter = rig.next(|state| state.posture = Posture::Isolated);
    rig.give(Input::State(letter.bytes().to_vec()));
    let forged = [10, 10].map(|minutes| {
        rig.pass(Duration::from_mins(minutes));
        rig.events().iter().any(|event| event.kind == TamperKind::StateForged)
    });
    format!("{forged:?}")
}
