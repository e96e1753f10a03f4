//! What the hands need of this machine and may lack; it is looked at, and nothing is tried.

use std::path::Path;

use rustix::thread::{CapabilitySet, capabilities};

use super::usb;
use crate::sysfs::Sysfs;

/// Whether this process may do what it would be asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Change the packet filter (`CAP_NET_ADMIN`).
    pub filter: May,
    /// Turn the machine off (`CAP_SYS_BOOT`).
    pub power: May,
    /// Refuse newcomers on USB; none on a machine without USB.
    pub usb: Option<May>,
}

/// Whether somebody may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// The right is missing.
    No,
    /// It is there.
    Yes,
}

impl Needs {
    /// Of this process, over this tree of devices.
    pub fn look(sysfs: &Path) -> Self {
        let may = |it| if it { May::Yes } else { May::No };
        let rights = capabilities(None).map_or(CapabilitySet::empty(), |rights| rights.effective);
        let tree = Sysfs::new(sysfs);
        let usb = match usb::doors(&tree) {
            Ok(doors) if doors.is_empty() => None,
            Ok(doors) => Some(may(doors.iter().all(|door| tree.is_ours_to_write(door)))),
            Err(_) => Some(May::No),
        };
        Self {
            filter: may(rights.contains(CapabilitySet::NET_ADMIN)),
            power: may(rights.contains(CapabilitySet::SYS_BOOT)),
            usb,
        }
    }
}

#[cfg(test)]
mod tests;
