//! Accelerometers and light sensors of the industrial I/O subsystem, read sample by sample.
//!
//! Source: the kernel's `Documentation/ABI/testing/sysfs-bus-iio`: acceleration in m/s² is
//! (`in_accel_*_raw` + `in_accel_offset`) × `in_accel_scale`. Integers only.

pub(crate) mod light;

use std::io;

use vocab::{Value, reading::SensorFault, unit::MicroG};

use crate::sysfs::{Attribute, Sysfs, fault, is_gone};

const BUS: &str = "bus/iio/devices";

/// Standard gravity in billionths of a metre per second squared (ISO 80000-3).
const GRAVITY: i128 = 9_806_650_000;

/// By which an accelerometer is known.
const SIGN: &str = "in_accel_x_raw";

/// Reads one accelerometer, again and again.
pub(crate) struct Accelerometer {
    tree: Sysfs,
    /// The chip's name, such as `lis3dh`; the first accelerometer where none is named.
    chip: Option<String>,
    open: Option<Axes>,
}

/// Three axes, and what those share that have none of their own.
struct Axes {
    axes: [Axis; 3],
    shared: Measure<Attribute>,
}

struct Axis {
    raw: Attribute,
    own: Measure<Attribute>,
}

/// What makes an acceleration of a number.
struct Measure<T> {
    /// Read with each sample: whoever makes it small would make the device deaf.
    scale: Option<T>,
    offset: Option<T>,
}

impl Accelerometer {
    pub(crate) fn new(tree: &Sysfs, chip: Option<&str>) -> Self {
        Self { tree: tree.clone(), chip: chip.map(Into::into), open: None }
    }

    /// Every accelerometer that there is.
    pub(crate) fn others(tree: &Sysfs) -> io::Result<Vec<String>> {
        chips(tree, &[SIGN])
    }

    /// What it says now.
    pub(crate) fn look(&mut self) -> Value {
        let open = match self.open.take() {
            Some(open) => Ok(open),
            None => self.find().map_err(|error| fault(&error)),
        };
        let seen = open.and_then(|open| {
            let [x, y, z] = open.look()?;
            self.open = Some(open);
            Ok(Value::Acceleration(x, y, z))
        });
        seen.unwrap_or_else(Value::Fault)
    }

    fn find(&self) -> io::Result<Axes> {
        let (device, _) = find(&self.tree, self.chip.as_deref(), &[SIGN])?;
        self.axes(&device)
    }

    fn axes(&self, device: &str) -> io::Result<Axes> {
        let axes = [self.axis(device, "x")?, self.axis(device, "y")?, self.axis(device, "z")?];
        let scale = self.any(device, "in_accel_scale")?;
        if scale.is_none() && axes.iter().any(|axis| axis.own.scale.is_none()) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let scale = scale.filter(|_| axes.iter().any(|axis| axis.own.scale.is_none()));
        let offset = self.any(device, "in_accel_offset")?;
        let offset = offset.filter(|_| axes.iter().any(|axis| axis.own.offset.is_none()));
        Ok(Axes { axes, shared: Measure { scale, offset } })
    }

    fn axis(&self, device: &str, axis: &str) -> io::Result<Axis> {
        let raw = self.tree.attribute(&format!("{BUS}/{device}/in_accel_{axis}_raw"))?;
        let own = |what: &str| self.any(device, &format!("in_accel_{axis}_{what}"));
        Ok(Axis { raw, own: Measure { scale: own("scale")?, offset: own("offset")? } })
    }

    /// An attribute that need not be there.
    fn any(&self, device: &str, name: &str) -> io::Result<Option<Attribute>> {
        match self.tree.attribute(&format!("{BUS}/{device}/{name}")) {
            Ok(attribute) => Ok(Some(attribute)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The names of all devices that have one of these attributes.
fn chips(tree: &Sysfs, attributes: &[&str]) -> io::Result<Vec<String>> {
    let mut chips = vec![];
    for device in tree.names(BUS)? {
        let at = |attribute: &str| format!("{BUS}/{device}/{attribute}");
        if attributes.iter().any(|attribute| tree.holds(&at(attribute))) {
            chips.extend(tree.text_if_any(&at("name"))?);
        }
    }
    Ok(chips)
}

/// The first device of that name or label, or of any, that has one of these attributes; and which.
fn find<'a>(tree: &Sysfs, chip: Option<&str>, attributes: &[&'a str]) -> io::Result<(String, &'a str)> {
    for device in tree.names(BUS)? {
        let at = |attribute: &str| format!("{BUS}/{device}/{attribute}");
        let names = [tree.text_if_any(&at("name"))?, tree.text_if_any(&at("label"))?];
        let is_wanted = chip.is_none() || names.iter().any(|name| name.as_deref() == chip);
        if is_wanted && let Some(held) = attributes.iter().find(|attribute| tree.holds(&at(attribute))) {
            return Ok((device, held));
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

impl Axes {
    /// One sample: what the axes share is read once.
    fn look(&self) -> Result<[MicroG; 3], SensorFault> {
        let shared = self.shared.look()?;
        let [x, y, z] = &self.axes;
        Ok([x.look(&shared)?, y.look(&shared)?, z.look(&shared)?])
    }
}

impl Axis {
    fn look(&self, shared: &Measure<i64>) -> Result<MicroG, SensorFault> {
        let own = self.own.look()?;
        let offset = own.offset.or(shared.offset).unwrap_or(0);
        // A scale of zero would turn every movement into rest.
        let scale = own.scale.or(shared.scale).filter(|scale| *scale != 0).ok_or(SensorFault::Implausible)?;
        let raw = i128::from(self.raw.number()?) * NANO + i128::from(offset);
        micro_g(raw, scale).ok_or(SensorFault::Implausible)
    }
}

impl Measure<Attribute> {
    fn look(&self) -> Result<Measure<i64>, SensorFault> {
        let read = |attribute: &Option<Attribute>| attribute.as_ref().map(Attribute::nanos).transpose();
        Ok(Measure { offset: read(&self.offset)?, scale: read(&self.scale)? })
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
