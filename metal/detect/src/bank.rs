//! All senses of one device: readings go in, findings come out.
//!
//! Each sensor is judged alone, so the order between sensors means nothing. What elapses without a reading comes
//! out of `tick`, which must be called by `deadline` at the latest; a longer pause means that nobody was looking,
//! and counts neither as silence nor as an opening.

use alloc::{collections::BTreeMap, vec::Vec};
use core::time::Duration;

use vocab::{Mono, Reading, Sensor, SensorName, Tuning, ZoneName};

use crate::{
    baseline::Baseline,
    finding::Finding,
    proof::{Condition, Liveness},
    watch::Watch,
};

/// The senses of one device.
#[derive(Debug)]
pub struct Bank {
    watches: BTreeMap<SensorName, Watch>,
    tuning: Tuning,
    /// When we began to look without a pause.
    awake: Mono,
    ticked: Option<Mono>,
}

impl Bank {
    /// Watches these sensors, against what they learned before; an empty baseline where they never did.
    pub fn new(sensors: &[Sensor], tuning: &Tuning, baseline: &Baseline) -> Self {
        let watches = sensors.iter().map(|sensor| {
            let mut watch = Watch::new(sensor);
            if let Some(lesson) = baseline.sensors.get(&sensor.name) {
                watch.recall(lesson, tuning);
            }
            (sensor.name.clone(), watch)
        });
        Self { watches: watches.collect(), tuning: tuning.clone(), awake: Mono(0), ticked: None }
    }

    /// Takes one reading; what it shows, if that is news.
    ///
    /// The readings of one sensor come in order of time; one from before its last, and one of a sensor that was
    /// not declared, show nothing.
    pub fn observe(&mut self, reading: &Reading) -> Option<Finding> {
        self.watches.get_mut(&reading.sensor)?.observe(reading, &self.tuning)
    }

    /// What has elapsed by `now` without a reading: silences, faults that last, lids that stay open.
    ///
    /// All readings until `now` were observed before.
    pub fn tick(&mut self, now: Mono) -> Vec<Finding> {
        let away = self.tuning.silence.away_after.duration();
        if self.ticked.is_none_or(|ticked| now.since(ticked) > away) {
            self.awake = now;
        }
        self.ticked = Some(now);
        let (awake, tuning) = (self.awake, &self.tuning);
        self.watches.values_mut().flat_map(|watch| watch.elapse(now, awake, tuning)).collect()
    }

    /// When `tick` next has something to do; never later than it needs to know that we still look. None if there
    /// is no sensor.
    pub fn deadline(&self) -> Option<Mono> {
        let Some(ticked) = self.ticked else { return self.watches.first_key_value().map(|_| Mono(0)) };
        // At least some time, whatever the tuning says: who obeys the deadline must not run without a pause.
        let pulse = ticked + (self.tuning.silence.away_after.duration() / 2).max(Duration::from_millis(100));
        self.watches
            .values()
            .map(|watch| watch.deadline(self.awake, &self.tuning).unwrap_or(pulse).min(pulse))
            .min()
    }

    /// Whether what the sensors of a zone look for is there now.
    pub fn condition(&self, zone: &ZoneName) -> Condition {
        let here = self.watches.values().filter(|watch| watch.sensor().zone == *zone).map(Watch::condition);
        here.reduce(Condition::with).unwrap_or(Condition::Unknown)
    }

    /// The zones whose condition is not known to be `Gone`, once for each sensor that stands in the way.
    pub fn lasting(&self) -> impl Iterator<Item = &ZoneName> {
        let lasting = self.watches.values().filter(|watch| watch.condition() != Condition::Gone);
        lasting.map(|watch| &watch.sensor().zone)
    }

    /// The marks of a sensor; none if it was not declared.
    pub fn proof(&self, sensor: &SensorName) -> Option<Liveness> {
        self.watches.get(sensor).map(Watch::liveness)
    }

    /// Takes what the sensors say now for normal, as at the end of commissioning, and returns what to keep.
    ///
    /// A sensor that is silent, faulted, or too restless to learn from keeps what it knew.
    pub fn learn(&mut self) -> Baseline {
        for watch in self.watches.values_mut() {
            watch.learn(&self.tuning);
        }
        self.baseline()
    }

    /// The sensors that notice nothing yet, because they have not learnt what is normal.
    pub fn unlearned(&self) -> impl Iterator<Item = &SensorName> {
        self.watches.iter().filter(|(_, watch)| watch.is_unlearned()).map(|(name, _)| name)
    }

    /// What the sensors take for normal and which of them have tripped: what to keep over a restart.
    pub fn baseline(&self) -> Baseline {
        let lessons = self.watches.iter().map(|(name, watch)| (name.clone(), watch.lesson()));
        Baseline { sensors: lessons.collect() }
    }

    /// Judges by other thresholds from now on; nothing that was noticed is forgotten.
    pub fn retune(&mut self, tuning: &Tuning) {
        self.tuning = tuning.clone();
    }
}

#[cfg(test)]
mod tests;
