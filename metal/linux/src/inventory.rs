//! The parts of the device, named by what they say they are and never by where the bus counted them.
//!
//! What hangs on USB is an interface and not a part, save network cards, whose address is worth knowing. A part
//! that says nothing of itself is still counted.

mod memory;

use std::{collections::BTreeSet, fs, io, path::Path};

use vocab::{
    Value,
    reading::{Component, ComponentKind, SensorFault},
};

use crate::{
    links::Addresses,
    said::said,
    sysfs::{Sysfs, fault, is_gone},
};

const DMI: &str = "class/dmi/id";
const DEVICE_TREE: &str = "firmware/devicetree/base";
const BLOCK: &str = "block";
const NET: &str = "class/net";
const PCI: &str = "bus/pci/devices";

/// A list that is longer cannot be true.
const PARTS: usize = 256;

/// Looks at all parts.
pub(crate) struct Inventory {
    tree: Sysfs,
    addresses: fn() -> io::Result<Addresses>,
    /// The folders that this machine has; once it had one, its loss is a fault.
    seen: BTreeSet<&'static str>,
}

impl Inventory {
    pub(crate) fn new(tree: &Sysfs, addresses: fn() -> io::Result<Addresses>) -> Self {
        Self { tree: tree.clone(), addresses, seen: BTreeSet::new() }
    }

    /// What is there now.
    pub(crate) fn look(&mut self) -> Value {
        match self.parts() {
            Ok(parts) if parts.len() > PARTS => Value::Fault(SensorFault::Implausible),
            Ok(parts) => Value::Components(parts),
            Err(error) => Value::Fault(fault(&error)),
        }
    }

    fn parts(&mut self) -> io::Result<Vec<Component>> {
        let mut parts = vec![];
        let mut add = |kind, names: Vec<String>| {
            parts.extend(names.into_iter().map(|identity| Component { kind, identity }));
        };
        add(ComponentKind::Board, self.board()?);
        add(ComponentKind::Disk, self.disks()?);
        add(ComponentKind::Memory, self.memory()?);
        add(ComponentKind::Network, self.cards()?);
        add(ComponentKind::Pci, self.functions()?);
        parts.sort_unstable();
        Ok(parts)
    }

    /// The board by DMI, or by its device tree; a virtual machine may have neither.
    fn board(&mut self) -> io::Result<Vec<String>> {
        let dmi = ["board_vendor", "board_name", "board_serial", "product_uuid"]
            .map(|name| format!("{DMI}/{name}"));
        let device_tree = ["model", "serial-number"].map(|name| format!("{DEVICE_TREE}/{name}"));
        let sources: [(&'static str, &[String]); 2] = [(DMI, &dmi), (DEVICE_TREE, &device_tree)];
        for (folder, attributes) in sources {
            if !self.is_there(folder)? {
                continue;
            }
            let words: io::Result<Vec<_>> =
                attributes.iter().map(|attribute| self.tree.text_if_any(attribute)).collect();
            let words: Vec<String> = words?.into_iter().flatten().collect();
            if !words.is_empty() {
                return Ok(vec![said(&words.iter().map(String::as_str).collect::<Vec<_>>())]);
            }
        }
        Ok(vec![])
    }

    fn disks(&mut self) -> io::Result<Vec<String>> {
        let mut found = vec![];
        for name in self.names(BLOCK)? {
            let folder = format!("{BLOCK}/{name}");
            // Loops, partitions in memory and mirrors are made of software.
            let is_part =
                self.tree.holds(&format!("{folder}/device")) && !hangs_on_usb(&self.tree.path(&folder));
            if is_part {
                found.extend(still_there(self.disk(&folder))?);
            }
        }
        Ok(found)
    }

    fn disk(&self, folder: &str) -> io::Result<String> {
        let say = |name: &str| self.tree.text_if_any(&format!("{folder}/{name}"));
        let model = say("device/model")?.unwrap_or_default();
        for name in ["serial", "device/serial", "device/cid", "wwid", "device/wwid"] {
            if let Some(serial) = say(name)? {
                return Ok(said(&[&model, &serial]));
            }
        }
        // SCSI: page 0x80 of the vital product data is four bytes of header and the serial number.
        let page = match self.tree.bytes(&format!("{folder}/device/vpd_pg80")) {
            Ok(page) => page,
            Err(error) if is_gone(&error) => vec![],
            Err(error) => return Err(error),
        };
        let serial = String::from_utf8_lossy(page.get(4..).unwrap_or_default()).into_owned();
        if !serial.trim().is_empty() {
            return Ok(said(&[&model, &serial]));
        }
        let sectors = self.tree.text(&format!("{folder}/size"))?;
        Ok(said(&[&model, &sectors, "sectors"]))
    }

    /// Modules as the firmware lists them (SMBIOS type 17), where it does and we may look.
    fn memory(&mut self) -> io::Result<Vec<String>> {
        const ENTRIES: &str = "firmware/dmi/entries";
        let mut found = vec![];
        for name in self.names(ENTRIES)?.iter().filter(|name| name.starts_with("17-")) {
            match self.tree.bytes(&format!("{ENTRIES}/{name}/raw")) {
                Ok(raw) => found.extend(memory::module(&raw)),
                Err(error) if is_gone(&error) || error.kind() == io::ErrorKind::PermissionDenied => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Network cards by the address that they were made with.
    fn cards(&mut self) -> io::Result<Vec<String>> {
        let mut found = vec![];
        let names = self.names(NET)?;
        let cards: Vec<String> =
            names.into_iter().filter(|name| self.tree.holds(&format!("{NET}/{name}/device"))).collect();
        if cards.is_empty() {
            return Ok(found);
        }
        let addresses = (self.addresses)()?;
        for name in cards {
            match addresses.get(&name) {
                Some(address) => found.push(said(&[address])),
                None => found.extend(still_there(self.card(&name))?),
            }
        }
        Ok(found)
    }

    /// A card of which the kernel knows no permanent address: its present one, if nobody has changed it.
    fn card(&self, name: &str) -> io::Result<String> {
        const PERMANENT: &str = "0";
        if self.tree.text(&format!("{NET}/{name}/addr_assign_type"))? == PERMANENT {
            return Ok(said(&[&self.tree.text(&format!("{NET}/{name}/address"))?]));
        }
        let say = |what: &str| self.tree.text_if_any(&format!("{NET}/{name}/device/{what}"));
        let (vendor, device) = (say("vendor")?.unwrap_or_default(), say("device")?.unwrap_or_default());
        Ok(said(&[&vendor, &device, "without an address"]))
    }

    fn functions(&mut self) -> io::Result<Vec<String>> {
        let names = self.names(PCI)?;
        let functions = names.iter().map(|name| still_there(self.function(name)));
        functions.filter_map(io::Result::transpose).collect()
    }

    /// `8086:100e 1af4:1100`: vendor and device, then those of whoever built it in.
    fn function(&self, name: &str) -> io::Result<String> {
        let number = |what: &str| {
            let text = self.tree.text(&format!("{PCI}/{name}/{what}"))?;
            io::Result::Ok(text.trim_start_matches("0x").to_owned())
        };
        let whole = |vendor: &str, device: &str| {
            Ok::<_, io::Error>(format!("{}:{}", number(vendor)?, number(device)?))
        };
        let subsystem = match whole("subsystem_vendor", "subsystem_device") {
            Ok(subsystem) => subsystem,
            Err(error) if is_gone(&error) => String::new(),
            Err(error) => return Err(error),
        };
        Ok(said(&[&whole("vendor", "device")?, &subsystem]))
    }

    /// The names in a folder; none in one that this machine never had.
    fn names(&mut self, folder: &'static str) -> io::Result<Vec<String>> {
        if self.is_there(folder)? { self.tree.names(folder) } else { Ok(vec![]) }
    }

    fn is_there(&mut self, folder: &'static str) -> io::Result<bool> {
        if self.tree.holds(folder) {
            self.seen.insert(folder);
            return Ok(true);
        }
        if self.seen.contains(folder) { Err(io::ErrorKind::NotFound.into()) } else { Ok(false) }
    }
}

/// What was unplugged while we looked is not there.
fn still_there(part: io::Result<String>) -> io::Result<Option<String>> {
    match part {
        Ok(identity) => Ok(Some(identity)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn hangs_on_usb(device: &Path) -> bool {
    let Ok(whole) = fs::canonicalize(device) else { return false };
    whole.components().any(|step| step.as_os_str().to_str().is_some_and(crate::usb::is_root_hub))
}

#[cfg(test)]
mod tests;
