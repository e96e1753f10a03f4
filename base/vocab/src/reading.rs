//! What a sensor says, once: a value, its unit, its moment.

use alloc::{string::String, vec::Vec};

use minicbor::{Decode, Encode};

use crate::{
    interlock::{Interlock, InterlockReading},
    name::{SensorName, ZoneName},
    time::Mono,
    unit::{Lux, MicroG, MilliAmps, MilliCelsius, MilliVolts, Ohms},
};

/// One reading of one sensor.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Reading {
    /// Who says it.
    #[n(0)]
    pub sensor: SensorName,
    /// When it was taken, since boot.
    #[n(1)]
    pub at: Mono,
    /// What it says.
    #[n(2)]
    pub value: Value,
}

/// What a sensor can say. *Could not look* is a value of its own and never normal.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Value {
    /// Acceleration with gravity, by axis.
    #[n(0)]
    Acceleration(#[n(0)] MicroG, #[n(1)] MicroG, #[n(2)] MicroG),
    /// Every component found now, sorted.
    #[n(1)]
    Components(#[n(0)] Vec<Component>),
    /// A lid or case switch.
    #[n(2)]
    Contact(#[n(0)] Contact),
    /// A supply current.
    #[n(3)]
    Current(#[n(0)] MilliAmps),
    /// The sensor could not look.
    #[n(4)]
    Fault(#[n(0)] SensorFault),
    /// Every plugged interface now, sorted.
    #[n(5)]
    Interfaces(#[n(0)] Vec<Interface>),
    /// A safety condition of the machine that the device controls.
    #[n(6)]
    Interlock(#[n(0)] Interlock, #[n(1)] InterlockReading),
    /// A chassis intrusion flag that its own hardware latches.
    #[n(7)]
    Intrusion(#[n(0)] Flag),
    /// Light inside the case.
    #[n(8)]
    Light(#[n(0)] Lux),
    /// The resistance of a supervised tamper loop.
    #[n(9)]
    Loop(#[n(0)] Ohms),
    /// A supply rail.
    #[n(10)]
    Rail(#[n(0)] MilliVolts),
    /// Whether external power is there.
    #[n(11)]
    Supply(#[n(0)] Supply),
    /// A temperature.
    #[n(12)]
    Temperature(#[n(0)] MilliCelsius),
}

/// The position of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Contact {
    /// The lid rests on the switch.
    #[n(0)]
    Closed,
    /// It does not.
    #[n(1)]
    Open,
}

/// A hardware flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Flag {
    /// Not set.
    #[n(0)]
    Clear,
    /// Set, and it stays so until somebody clears it.
    #[n(1)]
    Raised,
}

/// External power.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Supply {
    /// Gone: the device runs on what it stored.
    #[n(0)]
    Lost,
    /// There.
    #[n(1)]
    Present,
}

/// Why a sensor could not look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum SensorFault {
    /// The bus or the file does not answer.
    #[n(0)]
    Bus,
    /// The sensor itself says that its value is worth nothing (hwmon `*_fault`).
    #[n(1)]
    Declared,
    /// The sensor is no longer there.
    #[n(2)]
    Missing,
    /// The value cannot be true: out of range, or stuck.
    #[n(3)]
    Implausible,
    /// It said more than anybody fetched, and something of that was left out.
    #[n(4)]
    Unfetched,
}

/// A part of the device, named by what it is and where it sits rather than by its bus number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Component {
    /// Which kind of part.
    #[n(0)]
    pub kind: ComponentKind,
    /// What identifies it: serial, MAC or vendor:product, as the part says; not proof of anything.
    #[n(1)]
    pub identity: String,
}

/// Kinds of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum ComponentKind {
    /// The board itself (DMI, device tree).
    #[n(0)]
    Board,
    /// A block device.
    #[n(1)]
    Disk,
    /// A memory module.
    #[n(2)]
    Memory,
    /// A network card.
    #[n(3)]
    Network,
    /// A PCI function.
    #[n(4)]
    Pci,
}

/// Something plugged into the device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Interface {
    /// Which kind.
    #[n(0)]
    pub kind: InterfaceKind,
    /// The name by which the kernel and people know it.
    #[n(1)]
    pub name: String,
}

/// Kinds of interfaces, sorted by what they could do to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum InterfaceKind {
    /// A network link.
    #[n(0)]
    Network,
    /// A serial console.
    #[n(1)]
    Serial,
    /// A USB keyboard or other input device (class 03).
    #[n(2)]
    UsbInput,
    /// USB storage (class 08).
    #[n(3)]
    UsbStorage,
    /// Another USB device.
    #[n(4)]
    Usb,
}

/// A sensor that the board has.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Sensor {
    /// Its name, unique on the device.
    #[n(0)]
    pub name: SensorName,
    /// What it measures.
    #[n(1)]
    pub channel: Channel,
    /// Where it sits.
    #[n(2)]
    pub zone: ZoneName,
}

/// What can be measured; one detector for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Channel {
    /// `Value::Acceleration`
    #[n(0)]
    Acceleration,
    /// `Value::Components`
    #[n(1)]
    Components,
    /// `Value::Contact`
    #[n(2)]
    Contact,
    /// `Value::Current`
    #[n(3)]
    Current,
    /// `Value::Interfaces`
    #[n(4)]
    Interfaces,
    /// `Value::Interlock`
    #[n(5)]
    Interlock,
    /// `Value::Intrusion`
    #[n(6)]
    Intrusion,
    /// `Value::Light`
    #[n(7)]
    Light,
    /// `Value::Loop`, or `Value::Contact` where a pin watches it
    #[n(8)]
    Loop,
    /// `Value::Rail`
    #[n(9)]
    Rail,
    /// `Value::Supply`
    #[n(10)]
    Supply,
    /// `Value::Temperature`
    #[n(11)]
    Temperature,
}

impl Value {
    /// The channel that such a value belongs to; a fault belongs to any.
    pub const fn channel(&self) -> Option<Channel> {
        Some(match self {
            Self::Acceleration(..) => Channel::Acceleration,
            Self::Components(_) => Channel::Components,
            Self::Contact(_) => Channel::Contact,
            Self::Current(_) => Channel::Current,
            Self::Fault(_) => return None,
            Self::Interfaces(_) => Channel::Interfaces,
            Self::Interlock(..) => Channel::Interlock,
            Self::Intrusion(_) => Channel::Intrusion,
            Self::Light(_) => Channel::Light,
            Self::Loop(_) => Channel::Loop,
            Self::Rail(_) => Channel::Rail,
            Self::Supply(_) => Channel::Supply,
            Self::Temperature(_) => Channel::Temperature,
        })
    }
}
