//! What a USB device is, from its descriptors as the kernel read them.
//!
//! Source: the kernel's `Documentation/ABI/testing/sysfs-bus-usb`; classes are those of the USB-IF (03 human
//! interface, 08 mass storage). A device is named by what it is, not by the port that it hangs on.

use std::{collections::BTreeSet, io};

use vocab::reading::{Interface, InterfaceKind};

use crate::{said::said, sysfs::Sysfs, uevent::Event};

pub(crate) const DEVICES: &str = "bus/usb/devices";

/// Whether an entry of the bus is a device that somebody plugged: not a root hub, not an interface.
pub(crate) fn is_device(name: &str) -> bool {
    !name.contains(':') && !is_root_hub(name)
}

/// `usb1`: the socket side of a bus.
pub(crate) fn is_root_hub(name: &str) -> bool {
    name.strip_prefix("usb").is_some_and(|number| number.parse::<u16>().is_ok())
}

/// What a device offers: one line for each kind of thing that it can do to us.
pub(crate) fn device(tree: &Sysfs, name: &str) -> io::Result<Vec<Interface>> {
    let at = |attribute: &str| format!("{DEVICES}/{name}/{attribute}");
    let (vendor, product) = (tree.text(&at("idVendor"))?, tree.text(&at("idProduct"))?);
    let serial = tree.text_if_any(&at("serial"))?.unwrap_or_default();
    let identity = said(&[&format!("{vendor}:{product}"), &serial]);
    let mut kinds = BTreeSet::new();
    for inner in tree.names(&format!("{DEVICES}/{name}"))? {
        if inner.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')) {
            let class = tree.text_if_any(&at(&format!("{inner}/bInterfaceClass")))?;
            kinds.extend(class.map(|class| kind(u8::from_str_radix(&class, 16).ok())));
        }
    }
    if kinds.is_empty() {
        // Not configured, or not authorized: it can do nothing yet, but it is there.
        kinds.insert(InterfaceKind::Usb);
    }
    Ok(kinds.into_iter().map(|kind| Interface { kind, name: identity.clone() }).collect())
}

/// The same, as far as an event tells it, for what is gone before we could look.
pub(crate) fn told(event: &Event) -> Option<Interface> {
    let mut product = event.says("PRODUCT")?.split('/').map(|number| u16::from_str_radix(number, 16));
    let (Some(Ok(vendor)), Some(Ok(product))) = (product.next(), product.next()) else { return None };
    // Decimal: class, subclass, protocol.
    let class = event.says("INTERFACE").and_then(|said| said.split('/').next()?.parse().ok());
    Some(Interface { kind: kind(class), name: format!("{vendor:04x}:{product:04x}") })
}

const fn kind(class: Option<u8>) -> InterfaceKind {
    match class {
        Some(0x03) => InterfaceKind::UsbInput,
        Some(0x08) => InterfaceKind::UsbStorage,
        _ => InterfaceKind::Usb,
    }
}

#[cfg(test)]
pub(crate) mod tests;
