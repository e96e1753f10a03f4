//! Where the threads that look put what they saw, and the device fetches it.
//!
//! A device that hangs fetches nothing, and memory has an end. What is left out then is what says least: what a sensor
//! only said again, then the oldest of the sensor that says most. The sensor is said to have been unheard, so nobody
//! takes it for calm.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use vocab::{Mono, Reading, SensorName, Value, reading::SensorFault};

use crate::{Wake, root::lock};

/// Most readings that wait: more would only fill memory.
const UNFETCHED: usize = 1024;

/// The desk between them.
pub(super) struct Desk {
    waiting: Mutex<Waiting>,
    wake: Wake,
}

#[derive(Default)]
struct Waiting {
    readings: Vec<Reading>,
    /// Of whom something was left out that was no repetition.
    unheard: BTreeSet<SensorName>,
}

impl Desk {
    pub(super) fn new(wake: Wake) -> Self {
        Self { waiting: Mutex::default(), wake }
    }

    /// Puts down one reading; whoever has put down all calls [`Desk::wake`].
    pub(super) fn put(&self, reading: Reading) {
        let mut waiting = lock(&self.waiting);
        if waiting.readings.len() == UNFETCHED {
            waiting.make_room();
        }
        waiting.readings.push(reading);
    }

    /// Tells the device that there is something to fetch.
    pub(super) fn wake(&self) {
        (self.wake)();
    }

    /// Takes all that was seen since the last call, in order of time. Before what a sensor says stands that something
    /// of it was left out, so what it said last is what it is believed.
    pub(super) fn take(&self, now: Mono) -> Vec<Reading> {
        let Waiting { mut readings, unheard } = std::mem::take(&mut *lock(&self.waiting));
        for reading in &mut readings {
            // It may have been seen after the caller looked at the clock.
            reading.at = reading.at.min(now);
        }
        readings.sort_by_key(|reading| reading.at);
        let first = readings.first().map_or(now, |first| first.at);
        let unheard = unheard.into_iter().map(|sensor| Reading {
            sensor,
            at: first,
            value: Value::Fault(SensorFault::Unfetched),
        });
        unheard.chain(readings).collect()
    }
}

impl Waiting {
    /// Takes one out.
    fn make_room(&mut self) {
        if let Some(at) = self.repetition() {
            self.readings.remove(at);
            return;
        }
        let Some(at) = self.oldest_of_the_loudest() else { return };
        self.unheard.insert(self.readings.remove(at).sensor);
    }

    /// The oldest that says no more than its sensor had said just before.
    fn repetition(&self) -> Option<usize> {
        let mut last = BTreeMap::new();
        self.readings.iter().position(|reading| {
            last.insert(&reading.sensor, &reading.value).is_some_and(|before| *before == reading.value)
        })
    }

    /// The oldest sample of the sensor that has most of them here. Only where there is none, what says how something
    /// stands: a switch, what is plugged in, that a sensor cannot look.
    fn oldest_of_the_loudest(&self) -> Option<usize> {
        let loudest = |samples: bool| {
            let mut counts = BTreeMap::<&SensorName, (usize, usize)>::new();
            for (at, reading) in self.readings.iter().enumerate() {
                if is_sample(&reading.value) == samples {
                    counts.entry(&reading.sensor).or_insert((0, at)).0 += 1;
                }
            }
            counts.into_values().max_by_key(|(many, at)| (*many, usize::MAX - at)).map(|(_, at)| at)
        };
        loudest(true).or_else(|| loudest(false))
    }
}

/// Whether it is one of many measurements rather than how something stands.
const fn is_sample(value: &Value) -> bool {
    match value {
        Value::Acceleration(..)
        | Value::Current(_)
        | Value::Light(_)
        | Value::Rail(_)
        | Value::Temperature(_) => true,
        Value::Components(_)
        | Value::Contact(_)
        | Value::Fault(_)
        | Value::Interfaces(_)
        | Value::Interlock(..)
        | Value::Intrusion(_)
        | Value::Loop(_)
        | Value::Supply(_) => false,
    }
}

#[cfg(test)]
mod tests;
