//! The heartbeat: a signed head, and what each sensor's word is worth at that head.
//!
//! It seals every run, and the dead-man feeds on it alone.

use alloc::vec::Vec;

use crypto::{
    cbor::Limits,
    key,
    signed::{Audience, Letter},
};
use journal::Position;
use minicbor::{Decode, Encode};
use vocab::{Arming, BootId, DeviceId, FleetName, Generation, Mark, Posture, Time, ZoneName};

/// Signed by the journal key of the boot that sends it; the position may lie in an earlier boot.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Beat {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// Who speaks.
    #[n(1)]
    pub device: DeviceId,
    /// The boot whose journal key signs.
    #[n(2)]
    pub boot: BootId,
    /// How far the journal that this vouches for goes.
    #[n(3)]
    pub position: Position,
    /// When it was signed.
    #[n(4)]
    pub at: Time,
    /// The generation obeyed.
    #[n(5)]
    pub generation: Generation,
    /// The effective posture.
    #[n(6)]
    pub posture: Posture,
    /// The arming state.
    #[n(7)]
    pub arming: Arming,
    /// Every sensor, by name.
    #[n(8)]
    pub senses: Vec<Mark>,
    /// Zones in which what the senses look for is there, or nobody knows; by name. Elsewhere a cause is gone.
    #[n(9)]
    pub causes: Vec<ZoneName>,
}

impl Letter for Beat {
    type Role = key::Journal;
    const KIND: &'static str = "beat";
    const LIMITS: Limits = Limits { bytes: 32 * 1024, depth: 6, items: 4096 };

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }
}
