//! The roster: who may consent to what, signed by the offline root. The fleet holds none of its keys.

use alloc::vec::Vec;

use crypto::{
    approved::{Electorate, Keys},
    cbor::Limits,
    key::{self, PublicKey},
    passkey::Passkey,
    signed::{Audience, Letter},
};
use minicbor::{Decode, Encode};
use vocab::{FleetName, Label, PersonId};

use super::order::Order;

/// Refused below the known version.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Roster {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// Only grows.
    #[n(1)]
    pub version: u64,
    /// By id.
    #[n(2)]
    pub people: Vec<Person>,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Person {
    /// The id that consents name.
    #[n(0)]
    pub id: PersonId,
    /// What people call them.
    #[n(1)]
    pub name: Label,
    /// The public halves of their key files; each counts as the same person, and signs in too.
    #[n(2)]
    pub keys: Vec<PublicKey<key::Person>>,
    /// What they may consent to.
    #[n(3)]
    pub may: Vec<Right>,
    /// Their passkeys; each counts as the same person, and consents alone.
    #[n(4)]
    pub passkeys: Vec<Passkey>,
}

/// What a person may consent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Right {
    /// Releasing a latch.
    #[n(0)]
    Release,
    /// An act that nobody can undo.
    #[n(1)]
    Destroy,
}

impl Electorate<Order> for Roster {
    fn keys_of(&self, person: PersonId) -> Option<Keys<'_>> {
        let known = self.people.iter().find(|known| known.id == person);
        known.map(|known| Keys { files: &known.keys, passkeys: &known.passkeys })
    }

    fn may(&self, person: PersonId, order: &Order) -> bool {
        let right = order.kind.right();
        self.people.iter().any(|known| known.id == person && known.may.contains(&right))
    }
}

impl Letter for Roster {
    type Role = key::Root;
    const KIND: &'static str = "roster";
    const LIMITS: Limits = Limits { bytes: 32 * 1024, depth: 6, items: 4096 };

    fn audience(&self) -> Audience {
        Audience::fleet(self.fleet.clone())
    }
}
