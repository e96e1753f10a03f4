//! `wrale.feed.v1`: where identities stand, told to whoever verifies them elsewhere.
//!
//! The fleet alone speaks. A verifier forgets everything at [`News::Begin`], lets nobody in before
//! [`News::Complete`], and nobody either once the last [`News::Mark`] is older than five seconds.

use alloc::vec::Vec;

use crypto::{cbor::Limits, key::KeyId};
use minicbor::{Decode, Encode};
use vocab::{DeviceId, Wall};

/// Most identities in one message.
pub const MOST: usize = 128;

/// Limits of every message of the feed.
pub const LIMITS: Limits = Limits { bytes: 60 * 1024, depth: 6, items: 8192 };

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum News {
    /// Everybody of whom a verifier must know follows: forget what was told before.
    #[n(0)]
    Begin,
    /// These stand so from now on. Whoever is never named is active and has its first key.
    #[n(1)]
    Identities(#[n(0)] Vec<Identified>),
    /// That was everybody; what follows are changes.
    #[n(2)]
    Complete,
    /// The fleet decides: until here nothing is left untold.
    #[n(3)]
    Mark(#[n(0)] Wall),
}

/// One identity.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Identified {
    /// Whose.
    #[n(0)]
    pub device: DeviceId,
    /// Where it stands.
    #[n(1)]
    pub standing: Standing,
    /// Device keys of it that were replaced: their certificates open nothing more.
    #[n(2)]
    pub replaced: Vec<KeyId>,
}

/// In one word; a verifier elsewhere lets in whoever is active, and nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Standing {
    /// Every door of its zone is open.
    #[n(0)]
    Active,
    /// It owes a new device key.
    #[n(1)]
    RenewalOwed,
    /// Something happened to its device.
    #[n(2)]
    Suspended,
    /// People ended it.
    #[n(3)]
    Revoked,
}
