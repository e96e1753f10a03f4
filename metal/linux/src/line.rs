//! A contact or a loop on a line of a GPIO chip: each edge as it comes, with the kernel's own time.
//!
//! The level itself is read at the start, when edges were lost, and each ten seconds so that silence means something;
//! between these the line sleeps. A line that went away is a fault and is looked for again.

use std::{
    io::{self, ErrorKind},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::Duration,
};

use rustix::io::{Errno, read};
use vocab::{
    Mono, Reading, SensorName, Value,
    reading::{Contact, SensorFault},
};

use crate::{
    clock,
    gpio::{EVENT, Gpio, GpioLine, Level, Use, edge},
    senses::look::Seen,
    sysfs::fault,
};

/// How often the level is said without an edge.
const PERIOD: Duration = Duration::from_secs(10);

/// How often a line that is not there is looked for.
const RETRY: Duration = Duration::from_secs(1);

/// Most edges taken in one go; of a line that swings faster, how it stands is worth more than each edge.
const EDGES: usize = 64;

/// The sense of one line.
pub(crate) struct Line {
    sensor: SensorName,
    wanted: GpioLine,
    gpio: Box<dyn Gpio>,
    open: Option<Asked>,
    due: Mono,
}

/// A line that the kernel gave us.
struct Asked {
    edges: OwnedFd,
    /// The number of the last edge.
    last: u32,
}

/// What the edges came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    /// Every one is told.
    All,
    /// Some are missing: the level must be read.
    Gaps,
}

impl Line {
    pub(crate) fn new(sensor: &SensorName, wanted: &GpioLine, gpio: Box<dyn Gpio>) -> Self {
        Self { sensor: sensor.clone(), wanted: wanted.clone(), gpio, open: None, due: Mono(0) }
    }

    /// The edges since the last call and, from time to time, how the line stands.
    pub(crate) fn read(&mut self, now: Mono) -> Vec<Reading> {
        let mut readings = vec![];
        match self.look(now, &mut readings) {
            Ok(()) => {}
            Err(why) => {
                (self.open, self.due) = (None, now + RETRY);
                readings.push(self.reading(now, Value::Fault(why)));
            }
        }
        readings
    }

    /// How it stands now; a line that is somebody's, or that drives something, is left alone.
    pub(crate) fn glance(&self) -> Seen {
        let seen = || {
            Ok(match self.gpio.used(&self.wanted)? {
                Use::Drives => Seen::Drives,
                Use::Free => {
                    let line = self.gpio.ask(&self.wanted)?;
                    Seen::Says(contact(self.gpio.level(line.as_fd())?))
                }
                Use::Held(by) => Seen::Held(by),
            })
        };
        seen().unwrap_or_else(|error| Seen::Says(Value::Fault(fault(&error))))
    }

    /// When to look again at the latest.
    pub(crate) const fn due(&self) -> Mono {
        self.due
    }

    /// Tells of edges, while the line is there.
    pub(crate) fn edges(&self) -> Option<BorrowedFd<'_>> {
        self.open.as_ref().map(|asked| asked.edges.as_fd())
    }

    fn look(&mut self, now: Mono, readings: &mut Vec<Reading>) -> Result<(), SensorFault> {
        let faulty = |error: io::Error| fault(&error);
        if self.open.is_none() {
            if now < self.due {
                return Ok(());
            }
            let edges = self.gpio.ask(&self.wanted).map_err(faulty)?;
            self.open = Some(Asked { edges, last: 0 });
        }
        let heard = self.hear(readings).map_err(faulty)?;
        if heard == Heard::Gaps || now >= self.due {
            let asked = self.open.as_ref().ok_or(SensorFault::Missing)?;
            let level = self.gpio.level(asked.edges.as_fd()).map_err(faulty)?;
            // Whatever was said of an edge came before.
            readings.push(self.reading(clock::now().max(now), contact(level)));
            self.due = now + PERIOD;
        }
        Ok(())
    }

    /// Takes the edges that wait.
    fn hear(&mut self, readings: &mut Vec<Reading>) -> io::Result<Heard> {
        let Some(asked) = &mut self.open else { return Ok(Heard::All) };
        let mut heard = Heard::All;
        for _ in 0..EDGES {
            let mut bytes = [0; EVENT];
            match read(&asked.edges, &mut bytes) {
                Ok(EVENT) => {}
                // The chip is gone.
                Ok(0) => return Err(ErrorKind::NotFound.into()),
                Ok(_) => return Err(ErrorKind::InvalidData.into()),
                Err(Errno::AGAIN) => return Ok(heard),
                Err(Errno::INTR) => continue,
                Err(errno) => return Err(errno.into()),
            }
            let edge = edge(&bytes);
            if edge.number != asked.last.wrapping_add(1) || edge.to.is_none() {
                heard = Heard::Gaps;
            }
            asked.last = edge.number;
            if let Some(level) = edge.to {
                let at = clock::awake(edge.at);
                readings.push(Reading { sensor: self.sensor.clone(), at, value: contact(level) });
            }
        }
        Ok(Heard::Gaps)
    }

    fn reading(&self, at: Mono, value: Value) -> Reading {
        Reading { sensor: self.sensor.clone(), at, value }
    }
}

/// Active is open, on every line: which level that is was said to the kernel.
const fn contact(level: Level) -> Value {
    Value::Contact(match level {
        Level::Active => Contact::Open,
        Level::Inactive => Contact::Closed,
    })
}

#[cfg(test)]
pub(crate) mod tests;
