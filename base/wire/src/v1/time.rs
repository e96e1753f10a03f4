//! Fleet time: the only thing that sets a device's trusted clock.

use crypto::{
    cbor::Limits,
    key,
    signed::{Audience, Letter},
};
use minicbor::{Decode, Encode};
use vocab::{DeviceId, FleetName, Nonce, Wall};

/// Signed by a state key, over the nonce that the device asked with.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FleetTime {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// Who asked.
    #[n(1)]
    pub device: DeviceId,
    /// What it asked with.
    #[n(2)]
    pub nonce: Nonce,
    /// The time.
    #[n(3)]
    pub wall: Wall,
}

impl Letter for FleetTime {
    type Role = key::State;
    const KIND: &'static str = "time";
    const LIMITS: Limits = Limits { bytes: 512, depth: 2, items: 16 };

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }
}
