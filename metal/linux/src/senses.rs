//! The board's senses: what is polled is polled by a thread of its own, what the kernel tells is told at once.
//!
//! A driver that hangs holds up its thread and nothing else: the sensors fall silent, and that is a finding.

mod poller;

use std::{
    collections::BTreeSet, io, num::NonZeroU8, os::fd::AsFd, os::fd::OwnedFd, path::Path, time::Duration,
};

use ::board::Sensors;
use vocab::{Channel, Mono, Reading, Sensor, SensorName, ZoneName};

use self::poller::{Poller, Probe, Round};
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
    uevent::{Event, Uevents},
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

/// The senses of one device.
pub struct LinuxSenses {
    declared: Vec<Sensor>,
    interfaces: Option<Interfaces>,
    poller: Poller,
}

impl LinuxSenses {
    /// Looks once at everything, and goes on looking. `wake` is called when there is something to read.
    pub fn open(sysfs: &Path, senses: &[Sense], wake: Wake) -> Result<Self, Unready> {
        let tree = Sysfs::new(sysfs);
        let mut rounds = vec![];
        let mut interfaces = None;
        let mut declared = vec![];
        let mut names = BTreeSet::new();
        let mut only = BTreeSet::new();
        for Sense { name, zone, source } in senses {
            let channel = source.channel(name)?;
            let is_new = names.insert(name) && (!source.is_single() || only.insert(channel));
            if !is_new {
                return Err(Mistake::SensorTwice(name.clone()).into());
            }
            match probe(&tree, name, source)? {
                Some(probe) => rounds.push(Round::new(name.clone(), source.every(), probe)),
                None => interfaces = Some(Interfaces::new(&tree, name, Uevents::listen()?)),
            }
            declared.push(Sensor { name: name.clone(), channel, zone: zone.clone() });
        }
        let poller = Poller::start(rounds, wake).map_err(Fault::Thread)?;
        Ok(Self { declared, interfaces, poller })
    }

    /// Something to wait on: it can be read when the kernel has told of an event. None where nobody listens.
    pub fn events(&self) -> io::Result<Option<OwnedFd>> {
        let ears = self.interfaces.as_ref().map(Interfaces::ears);
        ears.map(|ears| ears.as_fd().try_clone_to_owned()).transpose()
    }
}

impl Sensors for LinuxSenses {
    fn declared(&self) -> Vec<Sensor> {
        self.declared.clone()
    }

    fn read(&mut self, now: Mono) -> Vec<Reading> {
        let mut readings = self.poller.take(now);
        if let Some(interfaces) = &mut self.interfaces {
            let poller = &self.poller;
            readings.extend(interfaces.read(now, |event| {
                if is_about_parts(event) {
                    poller.hurry();
                }
            }));
        }
        readings.sort_by_key(|reading| reading.at);
        readings
    }

    fn deadline(&self) -> Option<Mono> {
        self.interfaces.as_ref().map(Interfaces::due)
    }
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

/// Whether a part may have come or gone.
fn is_about_parts(event: &Event) -> bool {
    ["block", "memory", "net", "pci"].contains(&event.subsystem.as_str())
}

#[cfg(test)]
mod tests;
