//! The board's senses: what must be polled, what the kernel tells, and lines, each in a thread of its own.
//!
//! A driver or a bus that hangs holds up its thread and nothing else: its sensors fall silent, and that is a finding.

mod desk;
mod edges;
mod listener;
pub mod look;
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
    poller::{Poller, Probe, Round},
};
use crate::{
    Wake,
    fault::{Fault, Mistake, Unready},
    gpio::{Chips, GpioLine},
    hwmon::{Hwmon, HwmonInput},
    iio::{Accelerometer, light::LightMeter},
    interfaces::Interfaces,
    inventory::Inventory,
    line::Line,
    links::{self, Changes},
    power_supply::PowerSupply,
    sysfs::Sysfs,
    uevent::Uevents,
    vigil::Vigil,
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
    /// A switch on a line of a GPIO chip: each edge, and each ten seconds how it stands.
    Contact(GpioLine),
    /// An input of a hardware monitor, once a second.
    Hwmon(HwmonInput),
    /// Everything plugged in: at once, and each ten seconds as a whole.
    Interfaces,
    /// The device's parts: each minute, and within a second of an event that could mean another part.
    Inventory,
    /// A light sensor of the industrial I/O bus, once a second.
    Light {
        /// Its chip, such as `tsl2563`; the first light sensor where none is named.
        chip: Option<String>,
    },
    /// A tamper loop on a line of a GPIO chip, which knows whether it is whole; read as a contact is.
    Loop(GpioLine),
    /// External power, once a second.
    Supply {
        /// One supply, such as `AC`; all that feed this machine where none is named.
        name: Option<String>,
    },
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// Where the kernel's chips are.
const DEVICES: &str = "/dev";

/// A driver that takes longer to answer does not hold up a start.
const PATIENCE: Duration = Duration::from_secs(2);

/// The senses of one device.
pub struct LinuxSenses {
    declared: Vec<Sensor>,
    desk: Arc<Desk>,
    _vigils: [Option<Vigil>; 2],
    _pollers: [Poller; 2],
}

impl LinuxSenses {
    /// Looks once at everything, and goes on looking. `wake` is called, from other threads, when there is something
    /// to read.
    pub fn open(sysfs: &Path, senses: &[Sense], wake: Wake) -> Result<Self, Unready> {
        let tree = Sysfs::new(sysfs);
        let (mut rounds, mut slow, mut lines, mut interfaces) = (vec![], vec![], vec![], None);
        let declared = declared(senses)?;
        for Sense { name, source, .. } in senses {
            match seeker(&tree, name, source)? {
                Seeker::Ears => {
                    interfaces = Some(Interfaces::new(&tree, name, Uevents::listen()?, Changes::links()?));
                }
                Seeker::Line(line) => lines.push(line),
                Seeker::Probe(probe) => {
                    // A chip gathers light for half a second while its reader waits, and a fall is over by then.
                    let thread = if matches!(probe, Probe::Light(_)) { &mut slow } else { &mut rounds };
                    thread.push(Round::new(name.clone(), source.every(), probe));
                }
            }
        }
        let desk = Arc::new(Desk::new(wake));
        let (ready, started) = mpsc::channel();
        let expected = [!rounds.is_empty(), !slow.is_empty(), !lines.is_empty(), interfaces.is_some()];
        let poll = |rounds| Poller::start(rounds, &desk, ready.clone()).map_err(Fault::Thread);
        let (poller, slow) = (poll(rounds)?, poll(slow)?);
        let lines = (!lines.is_empty()).then(|| edges::start(lines, &desk, ready.clone()));
        let edges = lines.transpose().map_err(Fault::Thread)?;
        let listen = |interfaces| listener::start(interfaces, &desk, poller.hurry(), ready);
        let listener = interfaces.map(listen).transpose().map_err(Fault::Thread)?;
        let end = Instant::now() + PATIENCE;
        for _ in expected.into_iter().filter(|some| *some) {
            // What is late comes later.
            let _ = started.recv_timeout(end.saturating_duration_since(Instant::now()));
        }
        Ok(Self { declared, desk, _vigils: [edges, listener], _pollers: [poller, slow] })
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
pub fn declared<'a>(senses: &'a [Sense]) -> Result<Vec<Sensor>, Mistake> {
    let (mut names, mut single, mut lines) = (BTreeSet::new(), BTreeSet::new(), vec![]);
    let declare = |Sense { name, zone, source }: &'a Sense| {
        let channel = source.channel(name)?;
        // The kernel gives a line to one reader.
        let line = source.line().map(|GpioLine { chip, line, .. }| (chip, line));
        let is_taken = line.is_some_and(|line| lines.contains(&line));
        lines.extend(line);
        if is_taken || !names.insert(name.clone()) || (source.is_single() && !single.insert(channel)) {
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
            Self::Contact(_) => Channel::Contact,
            Self::Hwmon(wanted) => {
                let refuse = || Mistake::NoSuchInput { sensor: sensor.clone(), input: wanted.input.clone() };
                wanted.channel().ok_or_else(refuse)?
            }
            Self::Interfaces => Channel::Interfaces,
            Self::Inventory => Channel::Components,
            Self::Light { .. } => Channel::Light,
            Self::Loop(_) => Channel::Loop,
            Self::Supply { .. } => Channel::Supply,
        })
    }

    /// How often it is polled; a line is not, and says by itself when to look.
    const fn every(&self) -> Duration {
        match self {
            Self::Accelerometer { hertz, .. } => {
                let hertz = if hertz.get() > 100 { 100 } else { hertz.get() };
                Duration::from_micros(1_000_000 / hertz as u64)
            }
            Self::Contact(_)
            | Self::Hwmon(_)
            | Self::Interfaces
            | Self::Light { .. }
            | Self::Loop(_)
            | Self::Supply { .. } => SECOND,
            Self::Inventory => MINUTE,
        }
    }

    /// The line on which it is, if it is on one.
    const fn line(&self) -> Option<&GpioLine> {
        match self {
            Self::Contact(line) | Self::Loop(line) => Some(line),
            Self::Accelerometer { .. }
            | Self::Hwmon(_)
            | Self::Interfaces
            | Self::Inventory
            | Self::Light { .. }
            | Self::Supply { .. } => None,
        }
    }

    /// Whether a device has it once.
    const fn is_single(&self) -> bool {
        matches!(self, Self::Interfaces | Self::Inventory)
    }
}

/// What finds out about a sense.
enum Seeker {
    /// The kernel tells.
    Ears,
    Line(Line),
    Probe(Probe),
}

fn seeker(tree: &Sysfs, name: &SensorName, source: &Source) -> Result<Seeker, Mistake> {
    Ok(Seeker::Probe(match source {
        Source::Accelerometer { chip, .. } => Probe::Accelerometer(Accelerometer::new(tree, chip.as_deref())),
        Source::Contact(line) | Source::Loop(line) => {
            return Ok(Seeker::Line(Line::new(name, line, Box::new(Chips::new(Path::new(DEVICES))))));
        }
        Source::Hwmon(input) => Probe::Hwmon(Hwmon::new(tree, input, name)?),
        Source::Interfaces => return Ok(Seeker::Ears),
        Source::Inventory => Probe::Inventory(Inventory::new(tree, links::permanent)),
        Source::Light { chip } => Probe::Light(LightMeter::new(tree, chip.as_deref())),
        Source::Supply { name } => Probe::Supply(PowerSupply::new(tree, name.as_deref())),
    }))
}

#[cfg(test)]
mod tests;
