//! Where devices stand: what the fleet's inventory knows and a journal does not.

use vocab::{DeviceId, Label, SiteName};

/// One device's place and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What people call the device.
    pub label: Label,
    /// Where it stands.
    pub site: SiteName,
    /// In which cabinet.
    pub cabinet: Option<Label>,
}

/// The fleet's inventory.
pub trait Topology {
    /// Where a device stands; none where nobody has said.
    fn place(&self, device: DeviceId) -> Option<Place>;

    /// How many devices stand at a site.
    fn population(&self, site: &SiteName) -> usize;
}
