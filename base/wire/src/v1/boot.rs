//! The boot letter: the device key says which journal key speaks for this boot.

use crypto::{
    cbor::Limits,
    digest::Digest,
    key::{self, PublicKey},
    seal::OpeningPublic,
    signed::{Audience, Letter},
};
use journal::Position;
use minicbor::{Decode, Encode};
use vocab::{BootId, DeviceId, FleetName, Generation, Label, Time};

/// The body of a `Boot` entry, and what a device shows at every connect.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Boot {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// Who boots.
    #[n(1)]
    pub device: DeviceId,
    /// The boot, new each time.
    #[n(2)]
    pub boot: BootId,
    /// Signs every head of this boot; lives in memory alone.
    #[n(3)]
    pub journal_key: PublicKey<key::Journal>,
    /// The last durable entry before this boot; none on a new device.
    #[n(4)]
    pub after: Option<Position>,
    /// When it began.
    #[n(5)]
    pub at: Time,
    /// The generation found on the disk.
    #[n(6)]
    pub generation: Generation,
    /// The digest of that state.
    #[n(7)]
    pub state: Option<Digest>,
    /// To whom the fleet may seal secrets, while the vault is not latched.
    #[n(8)]
    pub opening_key: Option<OpeningPublic>,
    /// The software that runs.
    #[n(9)]
    pub software: Label,
}

impl Letter for Boot {
    type Role = key::Device;
    const KIND: &'static str = "boot";
    const LIMITS: Limits = Limits { bytes: 4 * 1024, depth: 4, items: 128 };

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }
}
