//! Accelerometers of the industrial I/O subsystem, read sample by sample.
//!
//! Source: the kernel's `Documentation/ABI/testing/sysfs-bus-iio`: acceleration in m/s² is
//! (`in_accel_*_raw` + `in_accel_offset`) × `in_accel_scale`. Integers only.

use std::io;

use vocab::{Value, reading::SensorFault, unit::MicroG};

use crate::sysfs::{Attribute, Sysfs, fault, is_gone};

const BUS: &str = "bus/iio/devices";

/// Standard gravity in billionths of a metre per second squared (ISO 80000-3).
const GRAVITY: i128 = 9_806_650_000;

/// Reads one accelerometer, again and again.
pub(crate) struct Accelerometer {
    tree: Sysfs,
    /// The chip's name, such as `lis3dh`; the first accelerometer where none is named.
    chip: Option<String>,
    open: Option<[Axis; 3]>,
}

struct Axis {
    raw: Attribute,
    /// Read with each sample: whoever makes it small would make the device deaf.
    scale: Attribute,
    offset: Option<Attribute>,
}

impl Accelerometer {
    pub(crate) fn new(tree: &Sysfs, chip: Option<&str>) -> Self {
        Self { tree: tree.clone(), chip: chip.map(Into::into), open: None }
    }

    /// What it says now.
    pub(crate) fn look(&mut self) -> Value {
        let open = match self.open.take() {
            Some(open) => Ok(open),
            None => self.find().map_err(|error| fault(&error)),
        };
        let seen = open.and_then(|open| {
            let [x, y, z] = [open[0].look()?, open[1].look()?, open[2].look()?];
            self.open = Some(open);
            Ok(Value::Acceleration(x, y, z))
        });
        seen.unwrap_or_else(Value::Fault)
    }

    fn find(&self) -> io::Result<[Axis; 3]> {
        for device in self.tree.names(BUS)? {
            let at = |attribute: &str| format!("{BUS}/{device}/{attribute}");
            let names = [self.tree.text_if_any(&at("name"))?, self.tree.text_if_any(&at("label"))?];
            let is_wanted = self.chip.is_none() || names.contains(&self.chip);
            if is_wanted && self.tree.holds(&at("in_accel_x_raw")) {
                return Ok([self.axis(&device, 'x')?, self.axis(&device, 'y')?, self.axis(&device, 'z')?]);
            }
        }
        Err(io::ErrorKind::NotFound.into())
    }

    fn axis(&self, device: &str, axis: char) -> io::Result<Axis> {
        let raw = self.tree.attribute(&format!("{BUS}/{device}/in_accel_{axis}_raw"))?;
        let scale = self.own_or_shared(device, axis, "scale")?.ok_or(io::ErrorKind::NotFound)?;
        Ok(Axis { raw, scale, offset: self.own_or_shared(device, axis, "offset")? })
    }

    /// An attribute of the axis alone, or of all axes.
    fn own_or_shared(&self, device: &str, axis: char, what: &str) -> io::Result<Option<Attribute>> {
        for name in [format!("in_accel_{axis}_{what}"), format!("in_accel_{what}")] {
            match self.tree.attribute(&format!("{BUS}/{device}/{name}")) {
                Ok(attribute) => return Ok(Some(attribute)),
                Err(error) if is_gone(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

impl Axis {
    fn look(&self) -> Result<MicroG, SensorFault> {
        let offset = self.offset.as_ref().map_or(Ok(0), Attribute::nanos)?;
        let scale = self.scale.nanos()?;
        // A scale of zero would turn every movement into rest.
        if scale == 0 {
            return Err(SensorFault::Implausible);
        }
        let raw = i128::from(self.raw.number()?) * NANO + i128::from(offset);
        micro_g(raw, scale).ok_or(SensorFault::Implausible)
    }
}

const NANO: i128 = 1_000_000_000;

/// Raw counts in billionths, times billionths of m/s², in millionths of gravity, rounded to the nearest.
fn micro_g(raw: i128, scale: i64) -> Option<MicroG> {
    let product = raw.checked_mul(i128::from(scale))?.checked_mul(1_000_000)?;
    let unit = GRAVITY * NANO;
    let rounded = (product + product.signum() * (unit / 2)) / unit;
    i32::try_from(rounded).ok().map(MicroG)
}

#[cfg(test)]
mod tests;
