//! Enrolment and re-proof: how a device gets an identity, and gets it back.
//!
//! `wrale.enrol.v1`: the fleet asks first, with a nonce; the device says one thing, signed over that nonce; the fleet
//! answers and closes.

use alloc::{string::String, vec::Vec};

use crypto::{
    cbor::Limits,
    key::{self, PublicKey},
    seal::OpeningPublic,
    signed::{Audience, Letter, Signed},
};
use minicbor::{Decode, Encode, bytes::ByteVec};
use vocab::{DeviceId, FleetName, Label, Nonce};

use super::{keyset::Keyset, roster::Roster, text};

/// Limits of every message of enrolment.
pub const LIMITS: Limits = Limits { bytes: 60 * 1024, depth: 8, items: 2048 };

/// What a device says, in one message.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Ask {
    /// A new device: a [`Join`] letter.
    #[n(0)]
    Join(#[n(0)] ByteVec),
    /// A known one: a [`Reproof`] letter.
    #[n(1)]
    Reprove(#[n(0)] ByteVec),
}

/// What the fleet says, in one message each.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Answer {
    /// The beginning: what the device is to sign over.
    #[n(0)]
    Question(#[n(0)] Nonce),
    /// The end: an identity. After a re-proof the chain leads to the quarantine room.
    #[n(1)]
    Joined(#[n(0)] Joined),
    /// The end: no identity, and why.
    #[n(2)]
    Refused {
        /// The refusal's code, at most [`CODE_LIMIT`] bytes.
        #[n(0)]
        #[cbor(decode_with = "text::short::<64, _>")]
        code: String,
        /// One sentence, at most [`TEXT_LIMIT`] bytes.
        #[n(1)]
        #[cbor(decode_with = "text::short::<512, _>")]
        text: String,
    },
}

/// Most bytes of a refusal's code.
pub const CODE_LIMIT: usize = 64;

/// Most bytes of a refusal's sentence.
pub const TEXT_LIMIT: usize = 512;

impl Answer {
    /// A refusal, as much of it as is read at the other end.
    pub fn refused(code: &str, sentence: &str) -> Self {
        Self::Refused { code: text::cut(code, CODE_LIMIT), text: text::cut(sentence, TEXT_LIMIT) }
    }
}

/// What a new device asks with, under server-authenticated TLS; signed by the device key that it brings.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Join {
    /// The join token: single use, stored hashed by the fleet.
    #[n(0)]
    pub token: ByteVec,
    /// What people call the device.
    #[n(1)]
    pub label: Label,
    /// Signs evidence.
    #[n(2)]
    pub attestation_key: PublicKey<key::Attestation>,
    /// Speaks TLS and signs boots.
    #[n(3)]
    pub device_key: PublicKey<key::Device>,
    /// To whom secrets may be sealed.
    #[n(4)]
    pub opening_key: OpeningPublic,
    /// The fleet.
    #[n(5)]
    pub fleet: FleetName,
    /// What the fleet asked with.
    #[n(6)]
    pub nonce: Nonce,
}

impl Letter for Join {
    type Role = key::Device;
    const KIND: &'static str = "join";
    const LIMITS: Limits = Limits { bytes: 8 * 1024, depth: 2, items: 64 };

    fn audience(&self) -> Audience {
        Audience::fleet(self.fleet.clone())
    }
}

/// What it gets.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Joined {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// Its id, for life.
    #[n(1)]
    pub device: DeviceId,
    /// Its certificate and the issuing CA's, DER, leaf first.
    #[n(2)]
    pub chain: Vec<ByteVec>,
    /// Pins the fleet's keys; signed by the root that the device was given out of band.
    #[n(3)]
    pub keyset: Signed<Keyset>,
    /// Who may consent.
    #[n(4)]
    pub roster: Signed<Roster>,
    /// The log's checkpoint, a signed note: anchors the first state.
    #[n(5)]
    pub checkpoint: alloc::string::String,
}

/// A known device asks again: it signs the fleet's nonce with its enrolled key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Reproof {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// Who asks.
    #[n(1)]
    pub device: DeviceId,
    /// What the fleet asked with.
    #[n(2)]
    pub nonce: Nonce,
}

impl Letter for Reproof {
    type Role = key::Device;
    const KIND: &'static str = "reproof";
    const LIMITS: Limits = Limits { bytes: 8 * 1024, depth: 2, items: 32 };

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }
}

/// A device that holds a valid identity changes its device key: the old key signs for the new one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Renewal {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// Who asks.
    #[n(1)]
    pub device: DeviceId,
    /// What the fleet asked with.
    #[n(2)]
    pub nonce: Nonce,
    /// The key from now on.
    #[n(3)]
    pub device_key: PublicKey<key::Device>,
    /// The new key's own word.
    #[n(4)]
    pub possession: Signed<Reproof>,
}

impl Letter for Renewal {
    type Role = key::Device;
    const KIND: &'static str = "renewal";
    const LIMITS: Limits = Limits { bytes: 8 * 1024, depth: 2, items: 32 };

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }
}
