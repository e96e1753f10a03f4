//! The keyset: which keys speak for the fleet, signed by its offline root.

use alloc::vec::Vec;

use crypto::{
    cbor::Limits,
    key::{self, PublicKey},
    signed::{Audience, Letter},
};
use minicbor::{Decode, Encode, bytes::ByteVec};
use vocab::{FleetName, Wall};

/// Pinned at enrolment; refused below the known version.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Keyset {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// Only grows.
    #[n(1)]
    pub version: u64,
    /// Sign device states and time.
    #[n(2)]
    pub state: Vec<Valid<PublicKey<key::State>>>,
    /// Sign work orders.
    #[n(3)]
    pub work_order: Vec<Valid<PublicKey<key::WorkOrder>>>,
    /// Sign checkpoints of the audit log.
    #[n(4)]
    pub log: Vec<Valid<PublicKey<key::Log>>>,
    /// The certificate authorities of the zones.
    #[n(5)]
    pub authorities: Vec<ZoneAuthority>,
}

/// A key and when it may be used; expiry is judged only with a clock that can be believed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Valid<K> {
    /// The key.
    #[n(0)]
    pub key: K,
    /// From when.
    #[n(1)]
    pub from: Wall,
    /// Until when.
    #[n(2)]
    pub until: Wall,
}

impl Keyset {
    /// Until when there is a key for everything that keys of the fleet sign, if it has any.
    pub fn holds_until(&self) -> Option<Wall> {
        fn last<K>(keys: &[Valid<K>]) -> Option<Wall> {
            keys.iter().map(|valid| valid.until).max()
        }
        [last(&self.state), last(&self.work_order), last(&self.log)].into_iter().flatten().min()
    }
}

/// A trust domain and the root that its certificates chain to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ZoneAuthority {
    /// Which zone.
    #[n(0)]
    pub zone: TrustZone,
    /// The root certificate, DER.
    #[n(1)]
    pub root: ByteVec,
}

/// Trust domains of certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum TrustZone {
    /// Devices: `spiffe://device.<fleet>/<id>`.
    #[n(0)]
    Device,
    /// Services: `spiffe://service.<fleet>/<name>`.
    #[n(1)]
    Service,
}

impl Letter for Keyset {
    type Role = key::Root;
    const KIND: &'static str = "keyset";
    const LIMITS: Limits = Limits { bytes: 32 * 1024, depth: 6, items: 1024 };

    fn audience(&self) -> Audience {
        Audience::fleet(self.fleet.clone())
    }
}

#[cfg(test)]
mod tests;
