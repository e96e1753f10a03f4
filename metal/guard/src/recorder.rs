//! The flight recorder: what every sensor said in the half minute before an event, and in the one after it.
//!
//! The half minute is kept whole. Whoever says more than there is room for is thinned out evenly, so that a trace begins
//! where it should.

use alloc::{
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};
use core::time::Duration;

use crypto::cbor;
use vocab::{EventId, Mono, Reading, SensorName, Value};
use wire::v1::body::{Half, TRACE_LIMIT, Trace};

/// How far back, and how far on.
pub(crate) const SPAN: Duration = Duration::from_secs(30);

const SECOND: u64 = 1_000_000_000;

/// What a trace needs besides its readings.
const FRAME: usize = 64;

/// Readings of the last half minute; never more bytes than a trace holds.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    readings: VecDeque<(usize, Reading)>,
    bytes: usize,
    running: Option<(EventId, Mono)>,
}

impl Recorder {
    /// Takes a reading; what is too old makes room for it, and where that is not enough, whoever said most.
    pub(crate) fn keep(&mut self, reading: &Reading) {
        let size = room(reading);
        self.bytes += size;
        self.readings.push_back((size, reading.clone()));
        while self.readings.front().is_some_and(|(_, oldest)| reading.at.since(oldest.at) > SPAN) {
            self.forget();
        }
        while self.bytes + FRAME > TRACE_LIMIT {
            self.thin();
        }
    }

    fn forget(&mut self) {
        self.bytes -= self.readings.pop_front().map_or(0, |(size, _)| size);
    }

    /// Leaves out every second word of the sensor that said most, in those seconds in which it said most.
    fn thin(&mut self) {
        let Some(most) = self.loudest() else { return self.forget() };
        let second = |reading: &Reading| reading.at.0 / SECOND;
        let mut words: BTreeMap<u64, usize> = BTreeMap::new();
        for (_, reading) in self.readings.iter().filter(|(_, reading)| reading.sensor == most) {
            *words.entry(second(reading)).or_default() += 1;
        }
        let densest = words.values().max().copied().unwrap_or_default();
        words.retain(|_, words| 2 * *words > densest);
        // The last word stays.
        let mut left_out = words.values().sum::<usize>() % 2 == 1;
        self.readings.retain(|(size, reading)| {
            if reading.sensor == most && words.contains_key(&second(reading)) {
                left_out = !left_out;
                if left_out {
                    self.bytes -= size;
                    return false;
                }
            }
            true
        });
    }

    /// The sensor that takes up most room, of those that said more than one word.
    fn loudest(&self) -> Option<SensorName> {
        let mut said: BTreeMap<&SensorName, (usize, usize)> = BTreeMap::new();
        for (size, reading) in &self.readings {
            let (bytes, words) = said.entry(&reading.sensor).or_default();
            (*bytes, *words) = (*bytes + size, *words + 1);
        }
        let many = said.into_iter().filter(|(_, (_, words))| *words > 1);
        many.max_by_key(|(_, (bytes, _))| *bytes).map(|(sensor, _)| sensor.clone())
    }

    /// An event: what led to it. None while another event's recording runs, which holds the same readings.
    pub(crate) fn begin(&mut self, event: EventId, now: Mono) -> Option<Trace> {
        if self.running.is_some() {
            return None;
        }
        self.running = Some((event, now));
        Some(Trace { event, half: Half::Before, readings: self.since(Mono(0)) })
    }

    /// What followed, once the half minute is over.
    pub(crate) fn end(&mut self, now: Mono) -> Option<Trace> {
        let (event, began) = self.running.take_if(|(_, began)| now.since(*began) >= SPAN)?;
        Some(Trace { event, half: Half::After, readings: self.since(began) })
    }

    /// What each sensor said last: those that say how much, or whether.
    pub(crate) fn last(&self) -> Vec<Reading> {
        let mut last = BTreeMap::new();
        for (_, reading) in &self.readings {
            if !matches!(reading.value, Value::Components(_) | Value::Interfaces(_)) {
                last.insert(&reading.sensor, reading);
            }
        }
        last.into_values().cloned().collect()
    }

    /// When `end` has something to give.
    pub(crate) fn deadline(&self) -> Option<Mono> {
        self.running.map(|(_, began)| began + SPAN)
    }

    fn since(&self, moment: Mono) -> Vec<Reading> {
        let later = self.readings.iter().filter(|(_, reading)| reading.at >= moment);
        later.map(|(_, reading)| reading.clone()).collect()
    }
}

/// The bytes that a reading takes up at most: counting them exactly for each sample would cost more than the sample.
fn room(reading: &Reading) -> usize {
    match reading.value {
        Value::Components(_) | Value::Interfaces(_) => cbor::length(reading),
        _ => reading.sensor.as_str().len() + MEASURED,
    }
}

/// A reading without its sensor's name, if what it says is one to three numbers: four heads, three keys, the name's
/// own head (two bytes), a moment (nine), a variant, three axes (five bytes each).
const MEASURED: usize = 4 + 3 + 2 + 9 + 1 + 15;

#[cfg(test)]
mod tests;
