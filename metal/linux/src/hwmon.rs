//! Hardware monitors: temperatures, rails, currents and chassis intrusion.
//!
//! Source: the kernel's `Documentation/hwmon/sysfs-interface.rst`. Values come in thousandths, power in millionths
//! of a watt. A chip's own limits are not judged here (on real boards they are often 0 and 0): tuning has bands.

use std::{collections::BTreeMap, io};

use vocab::{
    Channel, Value,
    reading::{Flag, SensorFault},
    unit::{MilliAmps, MilliCelsius, MilliVolts},
};

use crate::{
    fault::Mistake,
    sysfs::{Attribute, Sysfs, fault, is_gone},
};

const CLASS: &str = "class/hwmon";

/// Absolute zero; nothing is colder.
const ZERO: i32 = -273_150;

/// One input of one chip.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HwmonInput {
    /// The chip: its name (`coretemp`), its device (`coretemp.0`), or `coretemp@coretemp.0` where one alone is not
    /// clear; `hwmon4` where it has neither, which may be another one after the next boot.
    pub chip: String,
    /// `temp1`, `in0`, `curr1`, `power1` or `intrusion0`.
    pub input: String,
    /// The voltage that turns a power into a current; needed by `power*`, meaningless to others.
    pub nominal: Option<MilliVolts>,
}

impl HwmonInput {
    /// What it measures; none if it cannot be read in this way.
    pub fn channel(&self) -> Option<Channel> {
        Some(match Kind::of(&self.input, self.nominal)? {
            Kind::Current | Kind::Power(_) => Channel::Current,
            Kind::Intrusion => Channel::Intrusion,
            Kind::Rail => Channel::Rail,
            Kind::Temperature => Channel::Temperature,
        })
    }
}

/// A chip as the kernel shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Chip {
    node: String,
    name: Option<String>,
    device: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Current,
    Intrusion,
    Power(MilliVolts),
    Rail,
    Temperature,
}

/// Every input that this machine has and that can be read without being told a voltage.
pub fn survey(root: &std::path::Path) -> Vec<HwmonInput> {
    found(&Sysfs::new(root)).unwrap_or_default()
}

/// What there is where this was looked for: inputs of its chip, or of all where no chip is called so.
pub(crate) fn others(tree: &Sysfs, wanted: &str) -> io::Result<Vec<String>> {
    let mut found = found(tree)?;
    if found.iter().any(|input| input.chip == wanted) {
        found.retain(|input| input.chip == wanted);
    }
    Ok(found.into_iter().map(|HwmonInput { chip, input, .. }| format!("{chip} {input}")).collect())
}

fn found(tree: &Sysfs) -> io::Result<Vec<HwmonInput>> {
    let chips = chips(tree)?;
    let mut found = vec![];
    for chip in &chips {
        let Some(clear) = clear_name(chip, &chips) else { continue };
        for folder in chip.folders() {
            let names = tree.names(&folder).unwrap_or_default();
            let inputs = names.iter().filter_map(|name| {
                let input = name.strip_suffix("_input").or_else(|| name.strip_suffix("_alarm"))?;
                let kind = Kind::of(input, None)?;
                (*name == format!("{input}{}", kind.suffixes()[0])).then_some(input)
            });
            found.extend(inputs.map(|input| HwmonInput {
                chip: clear.clone(),
                input: input.into(),
                nominal: None,
            }));
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Reads one input, again and again.
pub(crate) struct Hwmon {
    tree: Sysfs,
    wanted: HwmonInput,
    kind: Kind,
    open: Option<Open>,
}

struct Open {
    value: Attribute,
    fault: Option<Attribute>,
}

impl Hwmon {
    /// What measures this for a sensor. The chip need not be there; then the sensor says so.
    pub(crate) fn new(
        tree: &Sysfs,
        wanted: &HwmonInput,
        sensor: &vocab::SensorName,
    ) -> Result<Self, Mistake> {
        let Some(kind) = Kind::of(&wanted.input, wanted.nominal) else {
            return Err(Mistake::NoSuchInput { sensor: sensor.clone(), input: wanted.input.clone() });
        };
        let chips = chips(tree).unwrap_or_default();
        let answering: Vec<&Chip> = chips.iter().filter(|chip| chip.answers_to(&wanted.chip)).collect();
        if answering.len() > 1 {
            let clear = answering.iter().filter_map(|chip| clear_name(chip, &chips)).collect();
            return Err(Mistake::AmbiguousChip { sensor: sensor.clone(), chip: wanted.chip.clone(), clear });
        }
        Ok(Self { tree: tree.clone(), wanted: wanted.clone(), kind, open: None })
    }

    /// What it says now.
    pub(crate) fn look(&mut self) -> Value {
        let seen = match self.open.take() {
            Some(open) => Ok(open),
            None => self.find().map_err(|error| fault(&error)),
        };
        let seen = seen.and_then(|open| {
            let value = open.look(self.kind)?;
            self.open = Some(open);
            Ok(value)
        });
        // What could not be read is looked for anew the next time: a chip that came back has another node.
        seen.unwrap_or_else(Value::Fault)
    }

    fn find(&self) -> io::Result<Open> {
        let chips = chips(&self.tree)?;
        let mut answering = chips.iter().filter(|chip| chip.answers_to(&self.wanted.chip));
        let chip = answering.next().ok_or(io::ErrorKind::NotFound)?;
        if answering.next().is_some() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        for folder in chip.folders() {
            for suffix in self.kind.suffixes() {
                match self.tree.attribute(&format!("{folder}/{}{suffix}", self.wanted.input)) {
                    Ok(value) => return Ok(Open { value, fault: self.verdict(&folder)? }),
                    Err(error) if is_gone(&error) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Err(io::ErrorKind::NotFound.into())
    }

    fn verdict(&self, folder: &str) -> io::Result<Option<Attribute>> {
        match self.tree.attribute(&format!("{folder}/{}_fault", self.wanted.input)) {
            Ok(verdict) => Ok(Some(verdict)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Open {
    fn look(&self, kind: Kind) -> Result<Value, SensorFault> {
        if let Some(fault) = &self.fault
            && fault.number()? != 0
        {
            return Ok(Value::Fault(SensorFault::Declared));
        }
        let number = self.value.number()?;
        let small = |number: i64| i32::try_from(number).map_err(|_| SensorFault::Implausible);
        Ok(match kind {
            Kind::Current => Value::Current(MilliAmps(small(number)?)),
            // Millionths of a watt over thousandths of a volt are thousandths of an ampere.
            Kind::Power(volts) => Value::Current(MilliAmps(small(number / i64::from(volts.0))?)),
            Kind::Intrusion => Value::Intrusion(match number {
                0 => Flag::Clear,
                1 => Flag::Raised,
                _ => return Err(SensorFault::Implausible),
            }),
            Kind::Rail => Value::Rail(MilliVolts(small(number)?)),
            Kind::Temperature => match small(number)? {
                ..ZERO => return Err(SensorFault::Implausible),
                celsius => Value::Temperature(MilliCelsius(celsius)),
            },
        })
    }
}

impl Kind {
    fn of(input: &str, nominal: Option<MilliVolts>) -> Option<Self> {
        let word = input.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = &input[word.len()..];
        if number.is_empty() || number.len() > 3 {
            return None;
        }
        match word {
            "curr" => Some(Self::Current),
            "in" => Some(Self::Rail),
            "intrusion" => Some(Self::Intrusion),
            "power" => nominal.filter(|volts| volts.0 > 0).map(Self::Power),
            "temp" => Some(Self::Temperature),
            _ => None,
        }
    }

    const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Current | Self::Rail | Self::Temperature => &["_input"],
            Self::Intrusion => &["_alarm"],
            Self::Power(_) => &["_input", "_average"],
        }
    }
}

impl Chip {
    fn answers_to(&self, wanted: &str) -> bool {
        let name = self.name.as_deref();
        let device = self.device.as_deref();
        match wanted.split_once('@') {
            Some((of, at)) => name == Some(of) && device == Some(at),
            None if name.is_none() && device.is_none() => self.node == wanted,
            None => name == Some(wanted) || device == Some(wanted),
        }
    }

    /// Where its attributes may stand: older drivers leave them with the device.
    fn folders(&self) -> [String; 2] {
        let own = format!("{CLASS}/{}", self.node);
        let device = format!("{own}/device");
        [own, device]
    }
}

/// The shortest name to which this chip alone answers.
fn clear_name(chip: &Chip, chips: &[Chip]) -> Option<String> {
    let both = chip.name.as_ref().zip(chip.device.as_ref()).map(|(name, device)| format!("{name}@{device}"));
    let candidates = [chip.name.clone(), chip.device.clone(), both, Some(chip.node.clone())];
    let alone = |wanted: &String| {
        chip.answers_to(wanted) && chips.iter().filter(|other| other.answers_to(wanted)).count() == 1
    };
    candidates.into_iter().flatten().find(alone)
}

fn chips(tree: &Sysfs) -> io::Result<Vec<Chip>> {
    let mut chips = BTreeMap::new();
    for node in tree.names(CLASS)? {
        let at = |attribute: &str| format!("{CLASS}/{node}/{attribute}");
        let name = match tree.text_if_any(&at("name"))? {
            Some(name) => Some(name),
            None => tree.text_if_any(&at("device/name"))?,
        };
        let device = tree.target(&at("device"));
        chips.insert(node.clone(), Chip { node, name, device });
    }
    Ok(chips.into_values().collect())
}

#[cfg(test)]
mod tests;
