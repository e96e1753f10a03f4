//! One sensor and all that is known of it: its detector, its health, its proof.

use alloc::boxed::Box;

use vocab::{InterlockReading, Mono, Reading, Sensor, Tuning, Value, reading::SensorFault};

use crate::{
    baseline::{Lesson, Walk},
    enclosure::wire::speaks,
    finding::{self, Finding},
    proof::{Condition, Liveness, Proof},
    sense::{Level, Presence, Schooling, Sense, Sensed, Verdict, detector},
    silence::{Health, Sight},
};

/// One sensor, watched.
#[derive(Debug)]
pub(crate) struct Watch {
    sensor: Sensor,
    sense: Option<Box<dyn Sense>>,
    health: Health,
    tripped: Option<Mono>,
    walk: Walk,
}

impl Watch {
    pub(crate) fn new(sensor: &Sensor) -> Self {
        Self {
            sensor: sensor.clone(),
            sense: detector(sensor.channel),
            health: Health::default(),
            tripped: None,
            walk: Walk::Unproved,
        }
    }

    pub(crate) fn observe(&mut self, reading: &Reading, tuning: &Tuning) -> Option<Finding> {
        let at = reading.at;
        if self.health.heard().is_some_and(|heard| at < heard) {
            // Older than what it said since: a value from the past would only confuse.
            return None;
        }
        self.health.hear(at);
        let verdict = match &reading.value {
            Value::Fault(fault) => self.health.fail(at, *fault, tuning),
            value if !speaks(self.sensor.channel, value) => {
                self.health.fail(at, SensorFault::Implausible, tuning)
            }
            value => self.sense(at, value, tuning),
        };
        verdict.map(|verdict| self.finding(verdict))
    }

    /// What has become of it until `now`, first of the sensor and then of what it saw.
    pub(crate) fn elapse(
        &mut self,
        now: Mono,
        awake: Mono,
        tuning: &Tuning,
    ) -> impl Iterator<Item = Finding> + use<> {
        let blind = self.health.elapse(self.sensor.channel, now, awake, tuning);
        let seen = self.sense.as_mut().and_then(|sense| sense.elapse(now, awake, tuning));
        if let Some(seen) = &seen {
            self.trip(seen.at);
        }
        [blind.map(|verdict| self.finding(verdict)), seen.map(|verdict| self.finding(verdict))]
            .into_iter()
            .flatten()
    }

    pub(crate) fn deadline(&self, awake: Mono, tuning: &Tuning) -> Option<Mono> {
        let blind = self.health.deadline(self.sensor.channel, awake, tuning);
        let seen = self.sense.as_ref().and_then(|sense| sense.deadline(awake, tuning));
        blind.into_iter().chain(seen).min()
    }

    pub(crate) fn condition(&self) -> Condition {
        let present = self.sense.as_ref().is_some_and(|sense| sense.presence() == Presence::Present);
        match (present, self.health.sight()) {
            (true, _) => Condition::Present,
            (false, Sight::Clear) => Condition::Gone,
            (false, Sight::Blind | Sight::Silent | Sight::Unheard) => Condition::Unknown,
        }
    }

    pub(crate) fn liveness(&self) -> Liveness {
        let schooling = self.sense.as_ref().map_or(Schooling::Ready, |sense| sense.schooling());
        let proof = match (self.health.sight(), schooling, self.walk) {
            (Sight::Blind, ..) => Proof::Faulted,
            (Sight::Silent, ..) => Proof::Silent,
            (Sight::Clear, Schooling::Ready, Walk::Tripped) => Proof::Proved,
            (Sight::Clear | Sight::Unheard, ..) => Proof::Unproved,
        };
        Liveness { heard: self.health.heard(), tripped: self.tripped, proof }
    }

    /// Takes what it sees now for normal, if it sees.
    pub(crate) fn learn(&mut self, tuning: &Tuning) {
        let Some(sense) = self.sense.as_mut().filter(|_| self.health.sight() == Sight::Clear) else { return };
        if let Some(learned) = sense.learn(tuning) {
            sense.recall(&learned, tuning);
        }
    }

    /// Whether it sees nothing before it has learnt something.
    pub(crate) fn is_unlearned(&self) -> bool {
        self.sense.as_ref().is_some_and(|sense| sense.schooling() == Schooling::Unlearned)
    }

    pub(crate) fn recall(&mut self, lesson: &Lesson, tuning: &Tuning) {
        self.walk = lesson.walk;
        if let (Some(sense), Some(learned)) = (&mut self.sense, &lesson.learned) {
            sense.recall(learned, tuning);
        }
    }

    pub(crate) fn lesson(&self) -> Lesson {
        Lesson { learned: self.sense.as_ref().and_then(|sense| sense.learned()), walk: self.walk }
    }

    pub(crate) const fn sensor(&self) -> &Sensor {
        &self.sensor
    }

    fn sense(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Option<Verdict> {
        let sensed = match (&mut self.sense, value) {
            (Some(sense), value) => sense.observe(at, value, tuning),
            (None, Value::Interlock(_, InterlockReading::Engaged)) => {
                self.trip(at);
                Sensed::Quiet
            }
            (None, _) => Sensed::Quiet,
        };
        match sensed {
            Sensed::Unsound(since) => self.health.contradict(since, at),
            Sensed::Quiet => self.health.recover(at, tuning),
            Sensed::Found(verdict) => {
                self.health.recover(at, tuning);
                self.trip(verdict.at);
                Some(verdict)
            }
        }
    }

    const fn trip(&mut self, at: Mono) {
        self.tripped = Some(at);
        self.walk = Walk::Tripped;
    }

    fn finding(&self, verdict: Verdict) -> Finding {
        let strength = match verdict.level {
            Level::Alarm => finding::strength(verdict.kind),
            Level::Warning => finding::warning(verdict.kind),
        };
        let readings = verdict.evidence.into_iter().take(Finding::READINGS);
        let name = &self.sensor.name;
        Finding {
            sensor: name.clone(),
            zone: self.sensor.zone.clone(),
            kind: verdict.kind,
            certainty: verdict.certainty,
            weight: strength.weight,
            group: strength.group,
            severity_hint: strength.severity,
            since: verdict.since,
            at: verdict.at,
            readings: readings.map(|(at, value)| Reading { sensor: name.clone(), at, value }).collect(),
        }
    }
}
