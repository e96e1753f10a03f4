//! Looks once at a sense, with the driver that the daemon would look with: for whoever sets a device up.
//!
//! A line that somebody has, or that drives something, is left alone.

use std::{io, path::Path};

use vocab::Value;

use super::{DEVICES, Seeker, Sense, Source, seeker};
use crate::{
    fault::Mistake,
    gpio::Chips,
    hwmon,
    iio::{Accelerometer, light::LightMeter},
    interfaces,
    power_supply::PowerSupply,
    sysfs::Sysfs,
};

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Its line is set to drive something; it was not read.
    Drives,
    /// Its line is somebody's, who is called so; it was not read.
    Held(String),
    /// What it says; that it could not look is said too.
    Says(Value),
}

/// Looks at a sense.
pub fn look(sysfs: &Path, Sense { name, source, .. }: &Sense) -> Result<Seen, Mistake> {
    let tree = Sysfs::new(sysfs);
    Ok(Seen::Says(match seeker(&tree, name, source)? {
        Seeker::Ears => interfaces::now(&tree),
        Seeker::Line(line) => return Ok(line.glance()),
        Seeker::Probe(mut probe) => probe.look(),
    }))
}

/// What there is of the kind of a sense that was not found, by the names that a configuration takes.
pub fn others(sysfs: &Path, source: &Source) -> Vec<String> {
    let tree = Sysfs::new(sysfs);
    let found: io::Result<Vec<String>> = match source {
        Source::Accelerometer { .. } => Accelerometer::others(&tree),
        Source::Contact(line) | Source::Loop(line) => Chips::new(Path::new(DEVICES)).others(&line.chip),
        Source::Hwmon(wanted) => hwmon::others(&tree, &wanted.chip),
        Source::Interfaces | Source::Inventory => Ok(vec![]),
        Source::Light { .. } => LightMeter::others(&tree),
        Source::Supply { .. } => PowerSupply::others(&tree),
    };
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests;
