//! What happened while the device was off: intrusion flag, inventory and position, against those of the last run.

use alloc::{collections::BTreeMap, vec::Vec};
use core::time::Duration;

use detect::{Certainty, Finding, Group, finding::strength};
use vocab::{
    Mono, Reading, Sensor, SensorName, Severity, TamperKind, Value, ZoneName, reading::Flag, tuning::Motion,
};
use wire::v1::standing::Latch;

use crate::glimpse::{Compared, Glimpse, compare};

/// So long the slow senses may take to say their first word.
const WITHIN: Duration = Duration::from_secs(5);

/// Most findings that are held back meanwhile.
const HELD: usize = 32;

/// The comparison, as far as it has come.
#[derive(Debug)]
pub(crate) struct Reconciling {
    /// Sensors that are still to be compared, and what they said last.
    waiting: BTreeMap<SensorName, Value>,
    /// The number of the last entry of the journal when that was kept.
    kept_after: u64,
    /// What differs, before and now.
    differs: Vec<(SensorName, [Reading; 2])>,
    /// What these senses noticed meanwhile: the same thing, seen against the baseline.
    held: Vec<Finding>,
    until: Mono,
}

/// What the comparison shows.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) findings: Vec<Finding>,
}

impl Reconciling {
    pub(crate) fn new(glimpse: &Glimpse, now: Mono) -> Self {
        let (waiting, kept_after) = (glimpse.values().clone(), glimpse.kept_after());
        Self { waiting, kept_after, differs: Vec::new(), held: Vec::new(), until: now + WITHIN }
    }

    /// Takes the first word of a sensor that can be compared.
    pub(crate) fn compare(&mut self, reading: &Reading, tuning: &Motion) {
        let Some(before) = self.waiting.get(&reading.sensor) else { return };
        match compare(before, &reading.value, tuning) {
            Compared::Unclear => {}
            Compared::Same => {
                self.waiting.remove(&reading.sensor);
            }
            Compared::Differs => {
                let sensor = reading.sensor.clone();
                if let Some(value) = self.waiting.remove(&sensor) {
                    let before = Reading { sensor: sensor.clone(), at: Mono(0), value };
                    self.differs.push((sensor, [before, reading.clone()]));
                }
            }
        }
    }

    /// Keeps back what a compared sensor noticed, until the comparison says whether it is news.
    pub(crate) fn hold(&mut self, finding: &Finding) -> bool {
        let compared = matches!(finding.group, Group::Parts) || finding.kind == TamperKind::IntrusionFlag;
        let holds = compared && self.held.len() < HELD;
        if holds {
            self.held.push(finding.clone());
        }
        holds
    }

    /// Whether every sensor was compared, or the time is over.
    pub(crate) fn is_done(&self, now: Mono) -> bool {
        self.waiting.is_empty() || now >= self.until
    }

    /// When it is over at the latest.
    pub(crate) const fn deadline(&self) -> Mono {
        self.until
    }

    /// One finding for each sensor that differs, a lesser one for each that could not be compared, and what was
    /// held back of the others.
    pub(crate) fn verdict(mut self, sensors: &[Sensor], latches: &[Latch], now: Mono) -> Verdict {
        let zone = |name: &SensorName| {
            let known = sensors.iter().find(|sensor| sensor.name == *name);
            known.map_or_else(|| ZoneName::new("device").expect("a short word"), |sensor| sensor.zone.clone())
        };
        let finding = |sensor: &SensorName, severity: Severity, readings: Vec<Reading>| Finding {
            sensor: sensor.clone(),
            zone: zone(sensor),
            kind: TamperKind::WhileOff,
            certainty: Certainty::Decisive,
            weight: strength(TamperKind::WhileOff).weight,
            group: Group::Enclosure,
            severity_hint: severity,
            since: Mono(0),
            at: now,
            readings,
        };
        // The last run saw the flag rise itself, and was cut before it kept what it saw.
        let newer = |latch: &&Latch| latch.position.seq > self.kept_after;
        let rose = latches.iter().filter(newer).filter(|latch| latch.kind == TamperKind::IntrusionFlag);
        let rose: Vec<&ZoneName> = rose.map(|latch| &latch.zone).collect();
        self.differs.retain(|(sensor, [_, seen])| {
            seen.value != Value::Intrusion(Flag::Raised) || !rose.contains(&&zone(sensor))
        });
        let differs: Vec<SensorName> = self.differs.iter().map(|(sensor, _)| sensor.clone()).collect();
        let mut findings: Vec<Finding> = Vec::new();
        for (sensor, readings) in self.differs {
            findings.push(finding(&sensor, Severity::High, readings.into()));
        }
        for (sensor, value) in self.waiting {
            let before = Reading { sensor: sensor.clone(), at: Mono(0), value };
            findings.push(finding(&sensor, Severity::Medium, Vec::from([before])));
        }
        findings.extend(self.held.into_iter().filter(|held| !differs.contains(&held.sensor)));
        Verdict { findings }
    }
}

#[cfg(test)]
mod tests;
