//! Work orders: how a technician opens a device lawfully, with no network.

use alloc::vec::Vec;

use crypto::{
    cbor::Limits,
    key::{self, PublicKey},
    signed::{Audience, Letter},
};
use minicbor::{Decode, Encode};
use vocab::{DeviceId, FleetName, Millis, Nonce, Wall, WorkOrderId, ZoneName};

/// Longest window.
pub const WINDOW_LIMIT: Millis = Millis(4 * 60 * 60 * 1000);

/// Signed by a work-order key of the keyset.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WorkOrder {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// The device that it opens.
    #[n(1)]
    pub device: DeviceId,
    /// Used once.
    #[n(2)]
    pub id: WorkOrderId,
    /// What it mutes; everything else still trips.
    #[n(3)]
    pub zones: Vec<ZoneName>,
    /// Whose key must sign the device's challenge.
    #[n(4)]
    pub holder: PublicKey<key::Person>,
    /// From first use; at most [`WINDOW_LIMIT`].
    #[n(5)]
    pub window: Millis,
    /// Not before this.
    #[n(6)]
    pub from: Wall,
    /// Not after this.
    #[n(7)]
    pub until: Wall,
    /// The device's nonce, where the planner could have it.
    #[n(8)]
    pub nonce: Option<Nonce>,
}

/// The holder's answer to the device's challenge.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Presence {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// The device that asked.
    #[n(1)]
    pub device: DeviceId,
    /// The order that is presented.
    #[n(2)]
    pub order: WorkOrderId,
    /// The device's challenge.
    #[n(3)]
    pub challenge: Nonce,
}

impl Letter for WorkOrder {
    type Role = key::WorkOrder;
    const KIND: &'static str = "work-order";
    const LIMITS: Limits = Limits { bytes: 4 * 1024, depth: 4, items: 256 };

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }
}

impl Letter for Presence {
    type Role = key::Person;
    const KIND: &'static str = "presence";
    const LIMITS: Limits = Limits { bytes: 512, depth: 2, items: 16 };

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }
}
