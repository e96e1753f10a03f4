//! Refuses every USB device that is not there yet.
//!
//! Source: the kernel's `Documentation/usb/authorization.rst`. What is plugged while the bus is locked stays refused
//! after it is unlocked, until it is plugged again.

use std::io;

use vocab::Outcome;

use crate::{
    sysfs::{Sysfs, is_gone},
    usb::{DEVICES, is_root_hub},
};

/// For buses that come later; `-1` and `1` both welcome.
const LATER: &str = "module/usbcore/parameters/authorized_default";

/// What becomes of devices that are plugged from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Newcomers {
    Refused,
    Welcome,
}

/// Sets it for every bus, and looks.
pub(super) fn set(tree: &Sysfs, newcomers: Newcomers) -> Outcome {
    let value = match newcomers {
        Newcomers::Refused => "0",
        Newcomers::Welcome => "1",
    };
    let doors = match doors(tree) {
        Ok(doors) if doors.is_empty() => return Outcome::Unsupported,
        Ok(doors) => doors,
        Err(_) => return Outcome::Failed,
    };
    if doors.iter().any(|door| tree.write(door, value).is_err()) {
        return Outcome::Failed;
    }
    let seen: io::Result<Vec<String>> = doors.iter().map(|door| tree.text(door)).collect();
    match seen {
        Ok(seen) if seen.iter().all(|seen| seen == value) => Outcome::Done,
        Ok(_) => Outcome::Failed,
        Err(_) => Outcome::Unverified,
    }
}

/// Every door by which something can come; none on a machine without USB.
///
/// Later buses first: one that comes in between finds the door as it should be.
pub(super) fn doors(tree: &Sysfs) -> io::Result<Vec<String>> {
    let later = tree.holds(LATER).then(|| LATER.to_owned());
    let buses = match tree.names(DEVICES) {
        Ok(names) => names,
        Err(error) if is_gone(&error) => return Ok(vec![]),
        Err(error) => return Err(error),
    };
    let buses = buses.iter().filter(|name| is_root_hub(name));
    Ok(later.into_iter().chain(buses.map(|bus| format!("{DEVICES}/{bus}/authorized_default"))).collect())
}

#[cfg(test)]
mod tests;
