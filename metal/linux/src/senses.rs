//! The board's senses: what must be polled and what the kernel tells, each in a thread of its own.
//!
//! A driver or a bus that hangs holds up its thread and nothing else: its sensors fall silent, and that is a finding.

mod desk;
mod listener;
mod lull;
mod poller;

use std::{
    collections::BTreeSet,
    num::NonZeroU8,
    path::Path,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use ::board::Sensors;
use vocab::{Channel, Mono, Reading, Sensor, SensorName, ZoneName};

use self::{
    desk::Desk,
    listener::Listener,
    poller::{Poller, Probe, Round},
};
use crate::{
    Wake,
    fault::{Fault, Mistake, Unready},
    hwmon::{Hwmon, HwmonInput},
    iio::Accelerometer,
    interfaces::Interfaces,
    inventory::Inventory,
    links,
    power_supply::PowerSupply,
    sysfs::Sysfs,
    uevent::Uevents,
};

/// One sense of the device, as its configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sense {
    /// Its name, unique on the device.
    pub name: SensorName,
    /// Where it sits.
    pub zone: ZoneName,
    /// How it is read.
    pub source: Source,
}

/// How a sense is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An accelerometer of the industrial I/O bus.
    Accelerometer {
        /// Its chip, such as `lis3dh`; the first accelerometer where none is named.
        chip: Option<String>,
        /// Samples in a second, at most 100.
        hertz: NonZeroU8,
    },
    /// An input of a hardware monitor, once a second.
    Hwmon(HwmonInput),
    /// Everything plugged in: at once, and each ten seconds as a whole.
    Interfaces,
    /// The device's parts: each minute, and within a second of an event that could mean another part.
    Inventory,
    /// External power, once a second.
    Supply {
        /// One supply, such as `AC`; all that feed this machine where none is named.
        name: Option<String>,
    },
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// A driver that takes longer to answer does not hold up a start.
const PATIENCE: Duration = Duration::from_secs(2);

/// The senses of one device.
pub struct LinuxSenses {
    declared: Vec<Sensor>,
    desk: Arc<Desk>,
    _listener: Option<Listener>,
    _poller: Poller,
}

impl LinuxSenses {
    /// Looks once at everything, and goes on looking. `wake` is called, from other threads, when there is something
    /// to read.
    pub fn open(sysfs: &Path, senses: &[Sense], wake: Wake) -> Result<Self, Unready> {
        let tree = Sysfs::new(sysfs);
        let mut rounds = vec![];
        let mut interfaces = None;
        let declared = declared(senses)?;
        for Sense { name, source, .. } in senses {
            match probe(&tree, name, source)? {
                Some(probe) => rounds.push(Round::new(name.clone(), source.every(), probe)),
                None => interfaces = Some(Interfaces::new(&tree, name, Uevents::listen()?)),
            }
        }
        let desk = Arc::new(Desk::new(wake));
        let (ready, started) = mpsc::channel();
        let expected = usize::from(!rounds.is_empty()) + usize::from(interfaces.is_some());
        let poller = Poller::start(rounds, &desk, ready.clone()).map_err(Fault::Thread)?;
        let listen = |interfaces| Listener::start(interfaces, &desk, poller.hurry(), ready);
        let listener = interfaces.map(listen).transpose().map_err(Fault::Thread)?;
        let end = Instant::now() + PATIENCE;
        for _ in 0..expected {
            // What is late comes later.
            let _ = started.recv_timeout(end.saturating_duration_since(Instant::now()));
        }
        Ok(Self { declared, desk, _listener: listener, _poller: poller })
    }
}

impl Sensors for LinuxSenses {
    fn declared(&self) -> Vec<Sensor> {
        self.declared.clone()
    }

    fn read(&mut self, now: Mono) -> Vec<Reading> {
        self.desk.take(now)
    }

    fn deadline(&self) -> Option<Mono> {
        None
    }
}

/// Every name once, and what a device has once too.
fn declared(senses: &[Sense]) -> Result<Vec<Sensor>, Mistake> {
    let (mut names, mut single) = (BTreeSet::new(), BTreeSet::new());
    let declare = |Sense { name, zone, source }: &Sense| {
        let channel = source.channel(name)?;
        if !names.insert(name.clone()) || (source.is_single() && !single.insert(channel)) {
            return Err(Mistake::SensorTwice(name.clone()));
        }
        Ok(Sensor { name: name.clone(), channel, zone: zone.clone() })
    };
    senses.iter().map(declare).collect()
}

impl Source {
    /// What it measures for this sensor.
    fn channel(&self, sensor: &SensorName) -> Result<Channel, Mistake> {
        Ok(match self {
            Self::Accelerometer { .. } => Channel::Acceleration,
            Self::Hwmon(wanted) => {
                let refuse = || Mistake::NoSuchInput { sensor: sensor.clone(), input: wanted.input.clone() };
                wanted.channel().ok_or_else(refuse)?
            }
            Self::Interfaces => Channel::Interfaces,
            Self::Inventory => Channel::Components,
            Self::Supply { .. } => Channel::Supply,
        })
    }

    const fn every(&self) -> Duration {
        match self {
            Self::Accelerometer { hertz, .. } => {
                let hertz = if hertz.get() > 100 { 100 } else { hertz.get() };
                Duration::from_micros(1_000_000 / hertz as u64)
            }
            Self::Hwmon(_) | Self::Interfaces | Self::Supply { .. } => SECOND,
            Self::Inventory => MINUTE,
        }
    }

    /// Whether a device has it once.
    const fn is_single(&self) -> bool {
        matches!(self, Self::Interfaces | Self::Inventory)
    }
}

/// What reads this; none for what the kernel tells.
fn probe(tree: &Sysfs, name: &SensorName, source: &Source) -> Result<Option<Probe>, Mistake> {
    Ok(Some(match source {
        Source::Accelerometer { chip, .. } => Probe::Accelerometer(Accelerometer::new(tree, chip.as_deref())),
        Source::Hwmon(input) => Probe::Hwmon(Hwmon::new(tree, input, name)?),
        Source::Interfaces => return Ok(None),
        Source::Inventory => Probe::Inventory(Inventory::new(tree, links::permanent)),
        Source::Supply { name } => Probe::Supply(PowerSupply::new(tree, name.as_deref())),
    }))
}

#[cfg(test)]
mod tests;
