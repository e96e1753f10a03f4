//! Looks at what must be looked at, each in its own rhythm, in a thread of its own.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use vocab::{Mono, Reading, SensorName};

use super::SECOND;
use crate::{
    Wake, clock, hwmon::Hwmon, iio::Accelerometer, inventory::Inventory, power_supply::PowerSupply,
    root::lock,
};

/// Nobody has fetched so many readings: looking on would only fill memory.
const UNFETCHED: usize = 1024;

/// A driver that takes longer to answer does not hold up a start.
const PATIENCE: Duration = Duration::from_secs(2);

/// What looks.
pub(super) enum Probe {
    Accelerometer(Accelerometer),
    Hwmon(Hwmon),
    Inventory(Inventory),
    Supply(PowerSupply),
}

/// One sensor and its rhythm.
pub(super) struct Round {
    sensor: SensorName,
    every: Duration,
    probe: Probe,
    last: Mono,
    due: Mono,
}

/// The thread, seen from the other side.
pub(super) struct Poller {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    desk: Mutex<Desk>,
    stir: Condvar,
}

#[derive(Default)]
struct Desk {
    readings: Vec<Reading>,
    haste: Haste,
    /// How often the thread has been round.
    rounds: u64,
}

/// What the other side wants of the thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Haste {
    #[default]
    None,
    /// Look at the parts.
    Parts,
    /// Stop.
    Stop,
}

impl Poller {
    /// Starts to look; what can be seen at once is there when this returns.
    pub(super) fn start(rounds: Vec<Round>, wake: Wake) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        if !rounds.is_empty() {
            let theirs = Arc::clone(&shared);
            thread::Builder::new().name("wrale-senses".into()).spawn(move || run(&theirs, rounds, &wake))?;
            let first = |desk: &mut Desk| desk.rounds == 0;
            drop(shared.stir.wait_timeout_while(lock(&shared.desk), PATIENCE, first));
        }
        Ok(Self { shared })
    }

    /// What was seen since the last call.
    pub(super) fn take(&self, now: Mono) -> Vec<Reading> {
        let mut readings = std::mem::take(&mut lock(&self.shared.desk).readings);
        for reading in &mut readings {
            // The thread may have looked after the caller looked at the clock.
            reading.at = reading.at.min(now);
        }
        readings
    }

    /// Looks at the parts soon.
    pub(super) fn hurry(&self) {
        self.want(Haste::Parts);
    }

    fn want(&self, haste: Haste) {
        lock(&self.shared.desk).haste = haste;
        self.shared.stir.notify_all();
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        // Not joined: it may hang in a driver.
        self.want(Haste::Stop);
    }
}

impl Round {
    pub(super) const fn new(sensor: SensorName, every: Duration, probe: Probe) -> Self {
        Self { sensor, every, probe, last: Mono(0), due: Mono(0) }
    }

    fn look(&mut self, now: Mono) -> Reading {
        let value = match &mut self.probe {
            Probe::Accelerometer(accelerometer) => accelerometer.look(),
            Probe::Hwmon(hwmon) => hwmon.look(),
            Probe::Inventory(inventory) => inventory.look(),
            Probe::Supply(supply) => supply.look(),
        };
        self.last = now;
        self.due = next(now, self.every);
        Reading { sensor: self.sensor.clone(), at: now, value }
    }
}

fn run(shared: &Shared, mut rounds: Vec<Round>, wake: &Wake) {
    while wait(shared, &mut rounds) == Haste::None {
        let now = clock::now();
        for round in rounds.iter_mut().filter(|round| now >= round.due) {
            let reading = round.look(clock::now());
            let mut desk = lock(&shared.desk);
            if desk.readings.len() < UNFETCHED {
                desk.readings.push(reading);
            }
        }
        lock(&shared.desk).rounds += 1;
        shared.stir.notify_all();
        wake();
    }
}

/// Waits until something is due; `Stop` if nothing is any more.
fn wait(shared: &Shared, rounds: &mut [Round]) -> Haste {
    let mut desk = lock(&shared.desk);
    loop {
        match std::mem::take(&mut desk.haste) {
            Haste::Stop => return Haste::Stop,
            Haste::Parts => hasten(rounds),
            Haste::None => {}
        }
        let now = clock::now();
        let Some(due) = rounds.iter().map(|round| round.due).min() else { return Haste::Stop };
        if now >= due {
            return Haste::None;
        }
        let waited = shared.stir.wait_timeout(desk, due.since(now));
        desk = waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// The parts are due now, but never twice within a second, whatever is plugged and unplugged.
fn hasten(rounds: &mut [Round]) {
    for round in rounds.iter_mut().filter(|round| matches!(round.probe, Probe::Inventory(_))) {
        round.due = round.due.min(round.last + SECOND);
    }
}

/// The next beat of a rhythm that all sensors of that rhythm share, so that they wake the processor together.
fn next(now: Mono, every: Duration) -> Mono {
    let every = u64::try_from(every.as_nanos()).unwrap_or(u64::MAX).max(1);
    Mono((now.0 / every).saturating_add(1).saturating_mul(every))
}

#[cfg(test)]
mod tests;
