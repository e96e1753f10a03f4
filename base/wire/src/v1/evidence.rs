//! Evidence: one signature ties who a device is to all that it has said and to what it obeys.

use crypto::{
    cbor::Limits,
    digest::{Digest, Hasher},
    key::{self, PublicKey},
    seal::OpeningPublic,
    signed::{Audience, Letter},
};
use journal::Position;
use minicbor::{Decode, Encode};
use vocab::{DeviceId, FleetName, Generation, Label, Nonce};

/// Signed by the attestation key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Evidence {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// Who vouches.
    #[n(1)]
    pub device: DeviceId,
    /// What the fleet asked with.
    #[n(2)]
    pub nonce: Nonce,
    /// Where its journal stands.
    #[n(3)]
    pub position: Position,
    /// The generation that it obeys.
    #[n(4)]
    pub generation: Generation,
    /// The digest of that state; none before the first.
    #[n(5)]
    pub state: Option<Digest>,
    /// To whom secrets may be sealed; none while the vault is latched.
    #[n(6)]
    pub opening_key: Option<OpeningPublic>,
    /// The device key in use.
    #[n(7)]
    pub device_key: PublicKey<key::Device>,
    /// What vouches for the machine itself.
    #[n(8)]
    pub claims: Claims,
}

/// What the machine can offer about itself.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Claims {
    /// Tier 0: what the software says of itself, and nothing more.
    #[n(0)]
    Software {
        /// The software that runs.
        #[n(0)]
        version: Label,
    },
}

impl Evidence {
    /// What a quote signs over:
    /// H(`wrale.quote.v1` ‖ nonce ‖ device ‖ boot id ‖ seq ‖ head ‖ generation ‖ state digest),
    /// the digest of "no state yet" being 32 zeros.
    pub fn qualifying(&self) -> Digest {
        Hasher::tagged("wrale.quote.v1")
            .bytes(&self.nonce.0)
            .bytes(self.device.as_bytes())
            .bytes(self.position.boot.as_bytes())
            .u64(self.position.seq)
            .digest(&self.position.head.0)
            .u64(self.generation.0)
            .digest(&self.state.unwrap_or(Digest([0; 32])))
            .finish()
    }
}

impl Letter for Evidence {
    type Role = key::Attestation;
    const KIND: &'static str = "evidence";
    const LIMITS: Limits = Limits { bytes: 4 * 1024 * 1024, depth: 8, items: 64 * 1024 };

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }
}
