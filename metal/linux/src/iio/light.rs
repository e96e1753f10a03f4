//! Light sensors of the industrial I/O subsystem: is it bright where it should be dark?
//!
//! Source: the kernel's `Documentation/ABI/testing/sysfs-bus-iio`: illuminance in lux is `in_illuminance_input`, or
//! (`in_illuminance_raw` + `in_illuminance_offset`) × `in_illuminance_scale`; some drivers number the channel.

use std::io;

use vocab::{Value, reading::SensorFault, unit::Lux};

use super::{BUS, NANO, chips, find};
use crate::sysfs::{Attribute, Sysfs, fault, is_gone};

/// What a driver works out itself is believed before what we would.
const CHANNELS: [&str; 4] =
    ["in_illuminance_input", "in_illuminance0_input", "in_illuminance_raw", "in_illuminance0_raw"];

/// Reads one light sensor, again and again.
pub(crate) struct LightMeter {
    tree: Sysfs,
    /// The chip's name, such as `tsl2563`; the first light sensor where none is named.
    chip: Option<String>,
}

impl LightMeter {
    pub(crate) fn new(tree: &Sysfs, chip: Option<&str>) -> Self {
        Self { tree: tree.clone(), chip: chip.map(Into::into) }
    }

    /// Every light sensor that there is.
    pub(crate) fn others(tree: &Sysfs) -> io::Result<Vec<String>> {
        chips(tree, &CHANNELS)
    }

    /// What it says now; looked for anew each time, since it is asked seldom.
    pub(crate) fn look(&self) -> Value {
        self.lux().map_or_else(Value::Fault, Value::Light)
    }

    fn lux(&self) -> Result<Lux, SensorFault> {
        let blame = |error: io::Error| fault(&error);
        let (device, channel) = find(&self.tree, self.chip.as_deref(), &CHANNELS).map_err(blame)?;
        let attribute = |name: &str| self.tree.attribute(&format!("{BUS}/{device}/{name}"));
        let Some(numbered) = channel.strip_suffix("_raw") else {
            return lux(i128::from(attribute(channel).map_err(blame)?.nanos()?));
        };
        let any = |what: &str| match attribute(&format!("{numbered}_{what}")) {
            Ok(attribute) => Ok(Some(attribute)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(fault(&error)),
        };
        let nanos = |attribute: Option<Attribute>| attribute.map(|one| one.nanos()).transpose();
        let (offset, scale) = (nanos(any("offset")?)?.unwrap_or(0), nanos(any("scale")?)?);
        // A count alone is no light, and a scale of zero would turn every light into darkness.
        let scale = scale.ok_or(SensorFault::Missing)?;
        if scale == 0 {
            return Err(SensorFault::Implausible);
        }
        let raw = i128::from(attribute(channel).map_err(blame)?.number()?) * NANO + i128::from(offset);
        lux(raw.checked_mul(i128::from(scale)).ok_or(SensorFault::Implausible)? / NANO)
    }
}

/// Billionths of a lux, rounded to the nearest.
fn lux(nanos: i128) -> Result<Lux, SensorFault> {
    let rounded = (nanos + NANO / 2).div_euclid(NANO);
    u32::try_from(rounded).map(Lux).map_err(|_| SensorFault::Implausible)
}

#[cfg(test)]
mod tests;
