//! Everything plugged into the device: network links and their cables, USB devices, serial lines that hang on USB.
//!
//! An event changes the list at once and every state of it is told, so that what was plugged in for a moment only
//! is not missed; each ten seconds sysfs is looked at as a whole, because events can be lost.

use std::{
    collections::BTreeMap,
    io,
    os::fd::{AsFd, BorrowedFd},
    time::Duration,
};

use vocab::{
    Mono, Reading, SensorName, Value,
    reading::{Interface, InterfaceKind, SensorFault},
};

use crate::{
    links::Changes,
    sysfs::{Sysfs, fault, is_gone},
    uevent::{Change, Event, Heard, Uevents},
    usb,
};

const NET: &str = "class/net";
const TTY: &str = "class/tty";

/// How often all is looked at.
const PERIOD: Duration = Duration::from_secs(10);

/// How often, while that fails.
const RETRY: Duration = Duration::from_secs(1);

/// Most events taken in one go, and most readings made of them; what is beyond is seen in the last of them.
const EVENTS: usize = 4096;
const READINGS: usize = 64;

/// A list that is longer cannot be true.
const INTERFACES: usize = 256;

/// The sense of `Channel::Interfaces`.
pub(crate) struct Interfaces {
    sensor: SensorName,
    ports: Ports,
    ears: Uevents,
    links: Changes,
    due: Mono,
}

impl Interfaces {
    pub(crate) fn new(tree: &Sysfs, sensor: &SensorName, ears: Uevents, links: Changes) -> Self {
        Self { sensor: sensor.clone(), ports: Ports::new(tree), ears, links, due: Mono(0) }
    }

    /// What was plugged and unplugged since the last call, and from time to time what is there.
    ///
    /// `stirred` is told of each event that could mean another part.
    pub(crate) fn read(&mut self, now: Mono, mut stirred: impl FnMut(&Event)) -> Vec<Reading> {
        let mut states = vec![];
        for _ in 0..EVENTS {
            let news = match self.ears.next() {
                None => break,
                Some(Heard::Foreign) => continue,
                Some(Heard::Lost) => {
                    self.due = now;
                    break;
                }
                Some(Heard::Event(event)) => {
                    stirred(&event);
                    self.ports.hear(&event)
                }
            };
            if news == News::Some {
                states.truncate(READINGS - 1);
                states.push(self.ports.value());
            }
        }
        if self.links.any() && self.ports.hear_links() == News::Some {
            states.truncate(READINGS - 1);
            states.push(self.ports.value());
        }
        if now >= self.due {
            self.ports.scan();
            self.due = now + if self.ports.plugged.is_ok() { PERIOD } else { RETRY };
            states.push(self.ports.value());
        }
        let reading = |value| Reading { sensor: self.sensor.clone(), at: now, value };
        states.into_iter().map(reading).collect()
    }

    /// When to look again at the latest.
    pub(crate) const fn due(&self) -> Mono {
        self.due
    }

    /// Tell that there is something to read.
    pub(crate) fn ears(&self) -> [BorrowedFd<'_>; 2] {
        [self.ears.as_fd(), self.links.as_fd()]
    }
}

/// What is plugged in now, for whoever does not go on listening.
pub(crate) fn now(tree: &Sysfs) -> Value {
    let mut ports = Ports::new(tree);
    ports.scan();
    ports.value()
}

/// What is plugged in, by the kernel's name for it.
struct Ports {
    tree: Sysfs,
    /// Whether this machine has USB; once it had, its loss is a fault.
    usb: Bus,
    plugged: Result<BTreeMap<(Family, String), Vec<Interface>>, SensorFault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bus {
    Absent,
    Present,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Net,
    Tty,
    Usb,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    None,
    Some,
}

impl Ports {
    fn new(tree: &Sysfs) -> Self {
        Self { tree: tree.clone(), usb: Bus::Absent, plugged: Err(SensorFault::Missing) }
    }

    fn value(&self) -> Value {
        match &self.plugged {
            Err(fault) => Value::Fault(*fault),
            Ok(plugged) => {
                let mut list: Vec<Interface> =
                    plugged.values().flatten().take(INTERFACES + 1).cloned().collect();
                list.sort_unstable();
                if list.len() > INTERFACES {
                    return Value::Fault(SensorFault::Implausible);
                }
                Value::Interfaces(list)
            }
        }
    }

    /// Takes one event.
    fn hear(&mut self, event: &Event) -> News {
        let before = self.plugged.clone();
        match (event.subsystem.as_str(), event.says("DEVTYPE")) {
            ("net", _) => self.hear_net(event),
            ("tty", _) if is_serial(event.name()) => {
                self.put(Family::Tty, event.name(), event.change, serial);
            }
            ("usb", Some("usb_device")) if usb::is_device(event.name()) => self.hear_usb(event, event.name()),
            // What an interface takes with it is seen when its device goes, or at the next look.
            ("usb", Some("usb_interface")) if event.change == Change::Added => {
                let Some(device) = event.parent().filter(|name| usb::is_device(name)) else {
                    return News::None;
                };
                self.hear_usb(event, device);
            }
            _ => return News::None,
        }
        if self.plugged == before { News::None } else { News::Some }
    }

    fn hear_net(&mut self, event: &Event) {
        if let Some(old) = event.says("DEVPATH_OLD").and_then(|path| path.rsplit('/').next()) {
            self.put(Family::Net, old, Change::Removed, network);
        }
        let change = if event.change == Change::Moved { Change::Added } else { event.change };
        let name = event.says("INTERFACE").unwrap_or_else(|| event.name());
        if name != LOOPBACK {
            self.put(Family::Net, name, change, network);
        }
        // It may come with its cable in.
        self.hear_links();
    }

    /// Some link has changed: looks whether cables are in.
    fn hear_links(&mut self) -> News {
        let Ok(plugged) = &self.plugged else { return News::None };
        let links = plugged.keys().filter(|(family, _)| *family == Family::Net);
        let links: Vec<_> = links.map(|key| (key.clone(), self.link(&key.1))).collect();
        let before = self.plugged.clone();
        if let Ok(plugged) = &mut self.plugged {
            plugged.extend(links);
        }
        if self.plugged == before { News::None } else { News::Some }
    }

    /// A link, and the cable in it. One without hardware has no cable, and one that is down tells of none.
    fn link(&self, name: &str) -> Vec<Interface> {
        let at = |attribute: &str| format!("{NET}/{name}/{attribute}");
        let carried =
            self.tree.holds(&at("device")) && self.tree.text(&at("carrier")).is_ok_and(|on| on == "1");
        [network(name)].into_iter().chain(carried.then(|| cable(name))).collect()
    }

    fn hear_usb(&mut self, event: &Event, device: &str) {
        if event.change == Change::Removed {
            self.put(Family::Usb, device, Change::Removed, network);
            return;
        }
        let seen = usb::device(&self.tree, device);
        let key = (Family::Usb, device.to_owned());
        let Ok(plugged) = &mut self.plugged else { return };
        match seen {
            Ok(interfaces) => drop(plugged.insert(key, interfaces)),
            // Gone before we could look: the event is all that is left of it.
            Err(error) if is_gone(&error) && event.change == Change::Added => {
                plugged.entry(key).or_default().extend(usb::told(event));
            }
            Err(error) if is_gone(&error) => {}
            Err(error) => self.plugged = Err(fault(&error)),
        }
    }

    fn put(&mut self, family: Family, name: &str, change: Change, interface: fn(&str) -> Interface) {
        let Ok(plugged) = &mut self.plugged else { return };
        let key = (family, name.to_owned());
        match change {
            Change::Added => drop(plugged.insert(key, vec![interface(name)])),
            Change::Removed => drop(plugged.remove(&key)),
            Change::Moved | Change::Other => {}
        }
    }

    /// Looks at all that is there.
    fn scan(&mut self) {
        self.plugged = self.look().map_err(|error| fault(&error));
    }

    fn look(&mut self) -> io::Result<BTreeMap<(Family, String), Vec<Interface>>> {
        let mut found = BTreeMap::new();
        for name in self.tree.names(NET)? {
            // `bonding_masters` stands among the links and is none.
            if name != LOOPBACK && self.tree.path(&format!("{NET}/{name}")).is_dir() {
                found.insert((Family::Net, name.clone()), self.link(&name));
            }
        }
        // A machine without a terminal has no serial line to lose.
        for name in self.tree.names(TTY).unwrap_or_default() {
            if is_serial(&name) {
                found.insert((Family::Tty, name.clone()), vec![serial(&name)]);
            }
        }
        let devices = match self.tree.names(usb::DEVICES) {
            Err(error) if is_gone(&error) && self.usb == Bus::Absent => return Ok(found),
            devices => devices?,
        };
        self.usb = Bus::Present;
        for name in devices.into_iter().filter(|name| usb::is_device(name)) {
            match usb::device(&self.tree, &name) {
                Ok(interfaces) => drop(found.insert((Family::Usb, name), interfaces)),
                // Unplugged while we looked.
                Err(error) if is_gone(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}

/// It leads nowhere.
const LOOPBACK: &str = "lo";

/// A serial line that somebody can plug in; those soldered to the board are always there.
fn is_serial(name: &str) -> bool {
    ["ttyACM", "ttyUSB"].iter().any(|kind| name.starts_with(kind))
}

fn network(name: &str) -> Interface {
    Interface { kind: InterfaceKind::Network, name: crate::said::said(&[name]) }
}

fn cable(name: &str) -> Interface {
    Interface { kind: InterfaceKind::Network, name: crate::said::said(&[name, "cable"]) }
}

fn serial(name: &str) -> Interface {
    Interface { kind: InterfaceKind::Serial, name: crate::said::said(&[name]) }
}

#[cfg(test)]
mod tests;
