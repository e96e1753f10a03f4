//! The flight recorder: what every sensor said in the half minute before an event, and in the one after it.

use alloc::{collections::VecDeque, vec::Vec};
use core::time::Duration;

use crypto::cbor;
use vocab::{EventId, Mono, Reading, Value};
use wire::v1::body::{Half, TRACE_LIMIT, Trace};

/// How far back, and how far on.
pub(crate) const SPAN: Duration = Duration::from_secs(30);

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
    /// Takes a reading; the oldest make room for it.
    pub(crate) fn keep(&mut self, reading: &Reading) {
        let size = room(reading);
        self.bytes += size;
        self.readings.push_back((size, reading.clone()));
        while self
            .readings
            .front()
            .is_some_and(|(_, oldest)| self.bytes + FRAME > TRACE_LIMIT || reading.at.since(oldest.at) > SPAN)
        {
            self.bytes -= self.readings.pop_front().map_or(0, |(size, _)| size);
        }
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
