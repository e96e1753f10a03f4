//! Whether external power is there.
//!
//! Source: the kernel's `Documentation/ABI/testing/sysfs-class-power`.

use std::io;

use vocab::{
    Value,
    reading::{SensorFault, Supply},
};

use crate::sysfs::{Sysfs, fault};

const CLASS: &str = "class/power_supply";

/// Looks at one power supply, or at all that feed this machine.
pub(crate) struct PowerSupply {
    tree: Sysfs,
    name: Option<String>,
}

impl PowerSupply {
    pub(crate) fn new(tree: &Sysfs, name: Option<&str>) -> Self {
        Self { tree: tree.clone(), name: name.map(Into::into) }
    }

    /// Every supply that there is.
    pub(crate) fn others(tree: &Sysfs) -> io::Result<Vec<String>> {
        tree.names(CLASS)
    }

    /// What it says now: present where any mains is on line; without a mains, where no battery is discharging.
    pub(crate) fn look(&self) -> Value {
        match self.supplies() {
            Ok(supplies) => judge(&supplies).map_or_else(Value::Fault, Value::Supply),
            Err(error) => Value::Fault(fault(&error)),
        }
    }

    fn supplies(&self) -> io::Result<Vec<Seen>> {
        let names = match &self.name {
            Some(name) => vec![name.clone()],
            None => self.tree.names(CLASS)?,
        };
        names.iter().map(|name| self.supply(name)).filter_map(io::Result::transpose).collect()
    }

    /// None for what feeds another device, such as the battery of a mouse.
    fn supply(&self, name: &str) -> io::Result<Option<Seen>> {
        let at = |attribute: &str| format!("{CLASS}/{name}/{attribute}");
        if self.tree.text_if_any(&at("scope"))?.as_deref() == Some("Device") {
            return Ok(None);
        }
        if self.tree.text(&at("type"))? == "Battery" {
            return Ok(Some(Seen::Battery(match self.tree.text(&at("status"))?.as_str() {
                "Discharging" => Known::Supply(Supply::Lost),
                "Charging" | "Full" | "Not charging" => Known::Supply(Supply::Present),
                _ => Known::Nonsense,
            })));
        }
        Ok(Some(Seen::Mains(match self.tree.text(&at("online"))?.as_str() {
            "0" => Known::Supply(Supply::Lost),
            // On line, and for USB: on line with a fixed or with a programmable voltage.
            "1" | "2" => Known::Supply(Supply::Present),
            _ => Known::Nonsense,
        })))
    }
}

enum Seen {
    Battery(Known),
    Mains(Known),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Nonsense,
    Supply(Supply),
}

fn judge(seen: &[Seen]) -> Result<Supply, SensorFault> {
    let mains: Vec<Known> = seen
        .iter()
        .filter_map(|one| if let Seen::Mains(known) = one { Some(*known) } else { None })
        .collect();
    let batteries: Vec<Known> = seen
        .iter()
        .filter_map(|one| if let Seen::Battery(known) = one { Some(*known) } else { None })
        .collect();
    let present = Known::Supply(Supply::Present);
    if mains.contains(&present) {
        return Ok(Supply::Present);
    }
    let telling = if mains.is_empty() { batteries } else { mains };
    if telling.is_empty() {
        return Err(SensorFault::Missing);
    }
    if telling.contains(&Known::Nonsense) {
        return Err(SensorFault::Implausible);
    }
    // Batteries without a mains: one that discharges is enough.
    let lost = telling.contains(&Known::Supply(Supply::Lost));
    Ok(if lost { Supply::Lost } else { Supply::Present })
}

#[cfg(test)]
mod tests;
