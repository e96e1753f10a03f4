//! The device state: everything that the fleet tells one device, complete, under one generation.

use alloc::vec::Vec;

use crypto::{
    approved,
    cbor::Limits,
    digest::Digest,
    key::{self, KeyId},
    refusal::Refusal,
    seal::Sealed,
    signed::{Audience, Letter, Signed},
};
use journal::Position;
use minicbor::{Decode, Encode};
use vocab::{
    Arming, DeviceId, FleetName, Generation, InterlockRule, Posture, ReflexRule, SecretName, Tuning, Wall,
};

use super::{keyset::Keyset, order::Order, roster::Roster};

/// Signed by a state key of the keyset, and only whole: with an order that lacks its people there is no letter.
///
/// ```
/// # use crypto::{key::{SecretKey, State}, refusal::Refusal, signed::Signed};
/// fn sign(state: &wire::v1::DeviceState, key: &SecretKey<State>) -> Result<Vec<u8>, Refusal> {
///     Ok(Signed::seal_whole(state, key)?.bytes().to_vec())
/// }
/// # let _used: fn(&_, &_) -> _ = sign;
/// ```
/// ```compile_fail
/// # use crypto::{key::{SecretKey, State}, refusal::Refusal, signed::Signed};
/// fn sign(state: &wire::v1::DeviceState, key: &SecretKey<State>) -> Result<Vec<u8>, Refusal> {
///     Ok(Signed::seal(state, key).bytes().to_vec())
/// }
/// # let _used: fn(&_, &_) -> _ = sign;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceState {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// For whom.
    #[n(1)]
    pub device: DeviceId,
    /// Only grows.
    #[n(2)]
    pub generation: Generation,
    /// The digest of the last state signed for this device; none for the first.
    #[n(3)]
    pub previous: Option<Digest>,
    /// When it was signed.
    #[n(4)]
    pub issued: Wall,
    /// The journal that the plan had seen.
    #[n(5)]
    pub basis: Position,
    /// The arming state.
    #[n(6)]
    pub arming: Arming,
    /// Every threshold.
    #[n(7)]
    pub tuning: Tuning,
    /// What the device does by itself.
    #[n(8)]
    pub reflexes: Vec<ReflexRule>,
    /// What it must not do under which condition.
    #[n(9)]
    pub interlocks: Vec<InterlockRule>,
    /// The posture that the fleet wants; the device takes the stricter of this and its own.
    #[n(10)]
    pub posture: Posture,
    /// By id.
    #[n(11)]
    pub orders: Vec<Order>,
    /// Sealed one by one, by name.
    #[n(12)]
    pub secrets: Vec<SealedSecret>,
    /// How long it holds without contact.
    #[n(13)]
    pub lease: Option<Lease>,
    /// The least generation that the device may ever go back to.
    #[n(14)]
    pub floor: Generation,
    /// Who may consent.
    #[n(15)]
    pub roster: Signed<Roster>,
    /// Which keys speak for the fleet.
    #[n(16)]
    pub keyset: Signed<Keyset>,
}

/// A secret that only the device's opening key opens.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SealedSecret {
    /// Its name.
    #[n(0)]
    pub name: SecretName,
    /// The opening key it was sealed to.
    #[n(1)]
    pub key: KeyId,
    /// HPKE; `info` = purpose ‖ fleet ‖ device ‖ generation ‖ secret ‖ key id.
    #[n(2)]
    pub sealed: Sealed,
    /// The generation under which it was sealed, which a re-plan keeps.
    #[n(3)]
    pub generation: Generation,
}

/// How long a state holds without contact; the larger of wall and powered time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Lease {
    /// By the wall.
    #[n(0)]
    pub until: Wall,
    /// In seconds with power.
    #[n(1)]
    pub powered: u32,
    /// The posture afterwards.
    #[n(2)]
    pub afterwards: Posture,
}

impl Letter for DeviceState {
    type Role = key::State;
    const KIND: &'static str = "state";
    const LIMITS: Limits = Limits { bytes: 256 * 1024, depth: 12, items: 32 * 1024 };
    const ALWAYS_WHOLE: bool = false;

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }

    fn whole(&self) -> Result<(), Refusal> {
        let audience = self.audience();
        self.orders.iter().try_for_each(|order| approved::complete(order, &audience))
    }
}
