//! Looks at what must be looked at, each in its own rhythm, in a thread of its own.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use vocab::{Mono, Reading, SensorName, Value};

use super::{
    SECOND,
    desk::Desk,
    lull::{Call, Lull},
};
use crate::{
    clock,
    hwmon::Hwmon,
    iio::{Accelerometer, light::LightMeter},
    inventory::Inventory,
    power_supply::PowerSupply,
    root::lock,
};

/// What looks.
pub(super) enum Probe {
    Accelerometer(Accelerometer),
    Hwmon(Hwmon),
    Inventory(Inventory),
    Light(LightMeter),
    Supply(PowerSupply),
}

impl Probe {
    /// What it says now.
    pub(super) fn look(&mut self) -> Value {
        match self {
            Self::Accelerometer(accelerometer) => accelerometer.look(),
            Self::Hwmon(hwmon) => hwmon.look(),
            Self::Inventory(inventory) => inventory.look(),
            Self::Light(light) => light.look(),
            Self::Supply(supply) => supply.look(),
        }
    }
}

/// One sensor and its rhythm.
pub(super) struct Round {
    sensor: SensorName,
    every: Duration,
    probe: Probe,
    lull: Lull,
    last: Mono,
    due: Mono,
}

/// The thread, seen from the other side.
pub(super) struct Poller {
    hurry: Hurry,
}

/// A way to be quicker; a clone is the same.
#[derive(Clone, Default)]
pub(super) struct Hurry(Arc<(Mutex<Haste>, Condvar)>);

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
    /// Starts to look; `ready` is told when all was looked at once.
    pub(super) fn start(rounds: Vec<Round>, desk: &Arc<Desk>, ready: mpsc::Sender<()>) -> io::Result<Self> {
        let hurry = Hurry::default();
        let (theirs, desk) = (hurry.clone(), Arc::clone(desk));
        let run = move || run(&theirs, rounds, &desk, &ready);
        thread::Builder::new().name("wrale-senses".into()).spawn(run)?;
        Ok(Self { hurry })
    }

    pub(super) fn hurry(&self) -> Hurry {
        self.hurry.clone()
    }
}

impl Hurry {
    /// Looks at the parts soon.
    pub(super) fn parts(&self) {
        self.want(Haste::Parts);
    }

    fn want(&self, wanted: Haste) {
        let (haste, stir) = &*self.0;
        let mut haste = lock(haste);
        if *haste != Haste::Stop {
            *haste = wanted;
        }
        stir.notify_one();
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        // Not joined: it may hang in a driver.
        self.hurry.want(Haste::Stop);
    }
}

impl Round {
    pub(super) const fn new(sensor: SensorName, every: Duration, probe: Probe) -> Self {
        Self { sensor, every, probe, lull: Lull::new(every), last: Mono(0), due: Mono(0) }
    }

    /// What it says now, and whether the device is to be woken for it.
    fn look(&mut self, now: Mono) -> (Reading, Call) {
        let value = self.probe.look();
        self.last = now;
        self.due = next(now, self.every);
        let call = self.lull.take(now, &value);
        (Reading { sensor: self.sensor.clone(), at: now, value }, call)
    }
}

fn run(hurry: &Hurry, mut rounds: Vec<Round>, desk: &Desk, ready: &mpsc::Sender<()>) {
    while wait(hurry, &mut rounds) != Haste::Stop {
        let (now, mut calls) = (clock::now(), Call::Later);
        for round in rounds.iter_mut().filter(|round| now >= round.due) {
            let (reading, call) = round.look(clock::now());
            desk.put(reading);
            calls = calls.max(call);
        }
        if calls == Call::Now {
            desk.wake();
        }
        // Whoever started us waits only for the first time.
        let _ = ready.send(());
    }
}

/// Waits until something is due; `Stop` if nothing is any more.
fn wait(hurry: &Hurry, rounds: &mut [Round]) -> Haste {
    let (haste, stir) = &*hurry.0;
    let mut haste = lock(haste);
    loop {
        match *haste {
            Haste::Stop => return Haste::Stop,
            Haste::Parts => hasten(rounds),
            Haste::None => {}
        }
        *haste = Haste::None;
        let now = clock::now();
        let Some(due) = rounds.iter().map(|round| round.due).min() else { return Haste::Stop };
        if now >= due {
            return Haste::None;
        }
        let waited = stir.wait_timeout(haste, due.since(now));
        haste = waited.unwrap_or_else(PoisonError::into_inner).0;
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
