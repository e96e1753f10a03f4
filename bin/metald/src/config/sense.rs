//! `senses:`: what is read, and how.

use std::num::NonZeroU8;

use linux::{Bias, GpioLine, HwmonInput, LineName, Open, Sense, Source};
use serde::Deserialize;
use vocab::{SensorName, ZoneName, unit::MilliVolts};

use super::shown;
use crate::mistake::Mistake;

/// One of `senses:`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensePart {
    /// Its name, unique on the device.
    pub name: String,
    /// Where it sits.
    pub zone: String,
    /// How it is read.
    pub read: Reader,
    /// Of an accelerometer, a light sensor, a hardware monitor or a line: its chip.
    pub chip: Option<String>,
    /// Of a hardware monitor: `temp1`, `in0`, `curr1`, `power1` or `intrusion0`.
    pub input: Option<String>,
    /// Of a `power*` input: the voltage that turns it into a current, in thousandths of a volt.
    pub millivolts: Option<i32>,
    /// Of an accelerometer: samples in a second, at most 100; 25 where nothing is said.
    pub hertz: Option<NonZeroU8>,
    /// Of external power: one supply, such as `AC`; all of them where none is named.
    pub supply: Option<String>,
    /// Of a contact or a loop: its line, as the board names it.
    pub line: Option<String>,
    /// Of a contact or a loop: its line by its place on the chip, where the board names none.
    pub offset: Option<u32>,
    /// Of a contact or a loop: the level that means open or cut; high where nothing is said.
    pub open: Option<OpenPart>,
    /// Of a contact or a loop: what holds the line; as it is where nothing is said.
    pub bias: Option<BiasPart>,
}

/// `open:`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpenPart {
    /// A switch or loop to ground.
    High,
    /// A switch or loop to the supply.
    Low,
}

/// `bias:`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BiasPart {
    /// Nothing within the chip.
    Disabled,
    /// To ground.
    PullDown,
    /// To the supply.
    PullUp,
}

/// How a sense is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// An accelerometer.
    Accelerometer,
    /// A switch on a line of a GPIO chip.
    Contact,
    /// A hardware monitor.
    Hwmon,
    /// Everything plugged in.
    Interfaces,
    /// The machine's parts.
    Inventory,
    /// A light sensor.
    Light,
    /// A tamper loop on a line of a GPIO chip.
    Loop,
    /// External power.
    Supply,
}

pub(super) const HERTZ: NonZeroU8 = NonZeroU8::new(25).expect("25 is not zero");

impl SensePart {
    pub(super) fn sense(&self) -> Result<Sense, Mistake> {
        let name = SensorName::new(&self.name).map_err(|_| Mistake::Name(shown(&self.name)))?;
        let zone = ZoneName::new(&self.zone).map_err(|_| Mistake::Name(shown(&self.zone)))?;
        self.fits()?;
        let wrong = |why| Mistake::Sense(shown(&self.name), why);
        let source = match self.read {
            Reader::Accelerometer => {
                Source::Accelerometer { chip: self.chip.clone(), hertz: self.hertz.unwrap_or(HERTZ) }
            }
            Reader::Contact => Source::Contact(self.gpio()?),
            Reader::Hwmon => Source::Hwmon(HwmonInput {
                chip: self.chip.clone().ok_or(wrong("a hardware monitor has a `chip`; name it"))?,
                input: self.input.clone().ok_or(wrong("a hardware monitor has an `input`; name it"))?,
                nominal: self.millivolts.map(MilliVolts),
            }),
            Reader::Interfaces => Source::Interfaces,
            Reader::Inventory => Source::Inventory,
            Reader::Light => Source::Light { chip: self.chip.clone() },
            Reader::Loop => Source::Loop(self.gpio()?),
            Reader::Supply => Source::Supply { name: self.supply.clone() },
        };
        Ok(Sense { name, zone, source })
    }

    fn gpio(&self) -> Result<GpioLine, Mistake> {
        let wrong = |why| Mistake::Sense(shown(&self.name), why);
        let line = match (self.line.as_deref(), self.offset) {
            (Some(name), None) if !name.is_empty() => LineName::Name(name.into()),
            (None, Some(offset)) => LineName::Offset(offset),
            _ => return Err(wrong("a contact or loop has a `line` by name, or else an `offset`; write one")),
        };
        Ok(GpioLine {
            chip: self.chip.clone().ok_or(wrong("a contact or loop is on a `chip`; name it"))?,
            line,
            open: self.open.map_or_else(Open::default, OpenPart::level),
            bias: self.bias.map_or_else(Bias::default, BiasPart::bias),
        })
    }

    /// A key that its kind does not know would be read over in silence.
    fn fits(&self) -> Result<(), Mistake> {
        let kinds = |kinds: &[Reader]| kinds.contains(&self.read);
        let line = kinds(&[Reader::Contact, Reader::Loop]);
        for (written, fits, why) in [
            (
                self.chip.is_some(),
                line || kinds(&[Reader::Accelerometer, Reader::Hwmon, Reader::Light]),
                "`chip` is for accelerometers, light sensors, hardware monitors, contacts and loops; remove it",
            ),
            (self.input.is_some(), kinds(&[Reader::Hwmon]), "`input` is for hardware monitors; remove it"),
            (
                self.millivolts.is_some(),
                kinds(&[Reader::Hwmon]),
                "`millivolts` is for hardware monitors; remove it",
            ),
            (
                self.hertz.is_some(),
                kinds(&[Reader::Accelerometer]),
                "`hertz` is for accelerometers; remove it",
            ),
            (self.supply.is_some(), kinds(&[Reader::Supply]), "`supply` is for external power; remove it"),
            (self.line.is_some(), line, "`line` is for contacts and loops; remove it"),
            (self.offset.is_some(), line, "`offset` is for contacts and loops; remove it"),
            (self.open.is_some(), line, "`open` is for contacts and loops; remove it"),
            (self.bias.is_some(), line, "`bias` is for contacts and loops; remove it"),
        ] {
            if written && !fits {
                return Err(Mistake::Sense(shown(&self.name), why));
            }
        }
        Ok(())
    }
}

impl OpenPart {
    const fn level(self) -> Open {
        match self {
            Self::High => Open::High,
            Self::Low => Open::Low,
        }
    }
}

impl BiasPart {
    const fn bias(self) -> Bias {
        match self {
            Self::Disabled => Bias::Disabled,
            Self::PullDown => Bias::PullDown,
            Self::PullUp => Bias::PullUp,
        }
    }
}
