//! Turns findings into one tamper event.
//!
//! A decisive channel decides alone. The rest add up in a grouped noisy-OR: within a group the strongest counts,
//! because one cause moves them together; across groups each leaves less room for chance. Every input can only
//! raise the score, so a sensor that faults never lowers it. Severe findings of enough groups verify.

use alloc::{collections::BTreeMap, vec::Vec};

use detect::{Certainty, Finding, Group};
use vocab::{
    Confidence, Mono, Reading, Severity, TamperKind, ZoneName, tamper::Verification, tuning::Fusion,
    unit::Permille,
};

/// No finding is certain, so no event is.
const CERTAIN: u64 = 999;

/// Most readings that an event carries; each group brings those of its strongest finding.
pub(crate) const READINGS: usize = 64;

/// What the findings add up to, before it has an id, a severity and an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fused {
    pub(crate) at: Mono,
    pub(crate) confidence: Confidence,
    pub(crate) hint: Severity,
    pub(crate) kind: TamperKind,
    pub(crate) readings: Vec<Reading>,
    pub(crate) verification: Verification,
    pub(crate) zone: ZoneName,
}

/// What else was found lately; at most a few lines for each group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence(BTreeMap<Group, Lately>);

#[derive(Clone, Debug, Default)]
struct Lately {
    /// Newer ones are weaker: a stronger newcomer outlives whatever it outweighs.
    strongest: Vec<Heard>,
    /// When this group last found something severe.
    severe: Option<Mono>,
}

#[derive(Clone, Debug)]
struct Heard {
    at: Mono,
    weight: Permille,
    readings: Vec<Reading>,
}

impl Evidence {
    /// Takes a finding that nobody was meant to cause.
    pub(crate) fn add(&mut self, finding: &Finding, tuning: &Fusion) {
        let lately = self.0.entry(finding.group).or_default();
        lately.strongest.retain(|heard| {
            heard.weight > finding.weight && finding.at.since(heard.at) <= tuning.window.duration()
        });
        let readings = finding.readings.clone();
        lately.strongest.push(Heard { at: finding.at, weight: finding.weight, readings });
        if counts(finding) {
            lately.severe = lately.severe.max(Some(finding.at));
        }
    }

    fn strongest(&self, at: Mono, tuning: &Fusion) -> impl Iterator<Item = &Heard> {
        let near = move |heard: &&Heard| at.since(heard.at) <= tuning.window.duration();
        self.0.values().filter_map(move |lately| lately.strongest.iter().find(near))
    }

    fn severe_groups(&self, at: Mono, tuning: &Fusion) -> usize {
        let near = |severe: Mono| at.since(severe) <= tuning.verify_window.duration();
        self.0.values().filter(|lately| lately.severe.is_some_and(near)).count()
    }
}

/// What a finding and the evidence that holds it add up to; none below the confidence that makes an event.
pub(crate) fn fuse(finding: &Finding, evidence: &Evidence, tuning: &Fusion) -> Option<Fused> {
    let weights = evidence.strongest(finding.at, tuning).map(|heard| heard.weight);
    let confidence = noisy_or(tuning.leak, weights);
    if finding.certainty == Certainty::Corroborating && confidence < tuning.report_from {
        return None;
    }
    let verified = evidence.severe_groups(finding.at, tuning) >= tuning.verify_groups.max(2) as usize;
    let others = evidence.strongest(finding.at, tuning).flat_map(|heard| &heard.readings);
    let mut readings = finding.readings.clone();
    for reading in others {
        if readings.len() < READINGS && !readings.contains(reading) {
            readings.push(reading.clone());
        }
    }
    readings.sort_by_key(|reading| reading.at);
    Some(Fused {
        at: finding.at,
        confidence,
        hint: finding.severity_hint,
        kind: finding.kind,
        readings,
        verification: if verified { Verification::Verified } else { Verification::Single },
        zone: finding.zone.clone(),
    })
}

/// The same for a finding that somebody lawfully causes: it is recorded alone and is evidence for nothing.
pub(crate) fn alone(finding: &Finding, tuning: &Fusion) -> Fused {
    Fused {
        at: finding.at,
        confidence: noisy_or(tuning.leak, [finding.weight].into_iter()),
        hint: finding.severity_hint,
        kind: finding.kind,
        readings: finding.readings.clone(),
        verification: Verification::Single,
        zone: finding.zone.clone(),
    }
}

/// `1 − (1 − leak) · ∏(1 − weight)`, in millionths, rounded to thousandths at the end.
fn noisy_or(leak: Permille, weights: impl Iterator<Item = Permille>) -> Confidence {
    let rest = |weight: Permille| 1000 - u64::from(weight.0.min(1000));
    let quiet = weights.fold(rest(leak) * 1000, |quiet, weight| quiet * rest(weight) / 1000);
    let sure = (1_000_000 - quiet) / 1000;
    Permille(u16::try_from(sure.min(CERTAIN)).unwrap_or(999))
}

/// Sensors that cannot look witness nothing, and the guard is no witness beside its own senses.
fn counts(finding: &Finding) -> bool {
    finding.severity_hint >= Severity::Medium && !matches!(finding.group, Group::Record | Group::Silence)
}

#[cfg(test)]
mod tests;
