//! A person's consent to one order, checked by the device itself.

use crypto::{
    approved,
    cbor::Limits,
    digest::Digest,
    key,
    signed::{Audience, Letter},
};
use minicbor::{Decode, Encode};
use vocab::{DeviceId, FleetName, PersonId, Wall};

/// Signed by a key file or a passkey that the roster gives to that person.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Consent {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// The device that the order is for.
    #[n(1)]
    pub device: DeviceId,
    /// Who consents.
    #[n(2)]
    pub person: PersonId,
    /// To what: see `order::Order::subject`.
    #[n(3)]
    pub subject: Digest,
    /// Until when.
    #[n(4)]
    pub expires: Wall,
}

impl approved::Consent for Consent {
    fn person(&self) -> PersonId {
        self.person
    }

    fn subject(&self) -> Digest {
        self.subject
    }

    fn expires(&self) -> Wall {
        self.expires
    }
}

impl Letter for Consent {
    type Role = key::Person;
    const KIND: &'static str = "consent";
    // An assertion is longer than a signature.
    const LIMITS: Limits = Limits { bytes: 2048, depth: 2, items: 32 };
    const PASSKEYS: bool = true;

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }
}
