//! A person's answer to the challenge with which the fleet asks who they are.

use crypto::{
    cbor::Limits,
    key,
    signed::{Audience, Letter},
};
use minicbor::{Decode, Encode};
use vocab::{FleetName, Nonce, PersonId};

/// Signed by a key of that person in the roster. It opens a session and consents to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignIn {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// Who signs in.
    #[n(1)]
    pub person: PersonId,
    /// The fleet's challenge: used once.
    #[n(2)]
    pub challenge: Nonce,
}

impl Letter for SignIn {
    type Role = key::Person;
    const KIND: &'static str = "sign-in";
    const LIMITS: Limits = Limits { bytes: 512, depth: 2, items: 16 };

    fn audience(&self) -> Audience {
        Audience::fleet(self.fleet.clone())
    }
}
