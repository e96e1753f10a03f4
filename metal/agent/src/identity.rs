//! Who this device is, as enrolment left it.

use guard::Pins;
use vocab::{DeviceId, FleetName};

/// What enrolment fixed.
#[derive(Clone)]
pub struct Identity {
    /// The fleet.
    pub fleet: FleetName,
    /// The device.
    pub device: DeviceId,
    /// Whom the guard obeys.
    pub pins: Pins,
}
