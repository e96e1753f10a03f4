//! The plan: what every device shall be told next, and why. It never changes; another one follows it.

use alloc::{collections::BTreeSet, string::String, vec::Vec};
use core::fmt;

use crypto::{
    cbor::{self, Limits, Malformed},
    digest::{Digest, Hasher},
    seal::OpeningPublic,
};
use minicbor::{Decode, Encode};
use vocab::{DeviceId, EventId, FleetName, OrderId, PersonId, PlanId, SecretName, Wall};
use wire::v1::{DeviceState, body::Direction};

use crate::facts::Version;

/// What shall be so next.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Plan {
    #[n(0)]
    pub(crate) fleet: FleetName,
    #[n(1)]
    pub(crate) parent: Option<Digest>,
    #[n(2)]
    pub(crate) made: Wall,
    #[n(3)]
    pub(crate) devices: Vec<Planned>,
    #[n(4)]
    pub(crate) rotations: Vec<Rotation>,
    #[n(5)]
    pub(crate) retirements: Vec<Retirement>,
}

/// What one device shall be told.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Planned {
    /// Its next state, complete but for the secrets to be sealed.
    #[n(0)]
    pub state: DeviceState,
    /// The secrets to seal into it before it is signed.
    #[n(1)]
    pub seal: Vec<Seal>,
    /// Which way the device will judge that it goes.
    #[n(2)]
    pub direction: Direction,
    /// What is different, and who decided that.
    #[n(3)]
    pub reasons: Vec<Reason>,
}

/// A secret to seal, under the generation of the state.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Seal {
    /// Its name.
    #[n(0)]
    pub name: SecretName,
    /// Which of its values.
    #[n(1)]
    pub version: Version,
    /// To whom.
    #[n(2)]
    pub to: OpeningPublic,
}

/// One difference against the last state signed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Reason {
    /// What is different.
    #[n(0)]
    pub change: Change,
    /// Who decided that.
    #[n(1)]
    pub because: String,
}

/// What can be different between two states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Change {
    /// There was no state before.
    #[n(0)]
    First,
    /// The arming state.
    #[n(1)]
    Arming,
    /// The posture.
    #[n(2)]
    Posture,
    /// Orders.
    #[n(3)]
    Orders,
    /// Thresholds.
    #[n(4)]
    Tuning,
    /// The reflex table.
    #[n(5)]
    Reflexes,
    /// The interlock table.
    #[n(6)]
    Interlocks,
    /// Secrets given, replaced or no longer given.
    #[n(7)]
    Secrets,
    /// The lease.
    #[n(8)]
    Lease,
    /// Roster or keyset.
    #[n(9)]
    Trust,
}

/// A secret whose newest value a compromised device held: everybody else gets another, stage by stage. Services
/// accept both until the last stage is through.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Rotation {
    /// The secret.
    #[n(0)]
    pub secret: SecretName,
    /// The value that is no longer secret.
    #[n(1)]
    pub exposed: Version,
    /// The devices that held it when they were compromised.
    #[n(2)]
    pub by: BTreeSet<DeviceId>,
    /// Who gets the next value, stage by stage.
    #[n(3)]
    pub stages: Vec<BTreeSet<DeviceId>>,
}

/// A value that nobody holds any more who should: services stop accepting it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Retirement {
    /// The secret.
    #[n(0)]
    pub secret: SecretName,
    /// The value.
    #[n(1)]
    pub version: Version,
}

/// What was left out of a plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// For whom.
    pub device: DeviceId,
    /// Why.
    pub why: Why,
}

/// Why something was left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The cause of this latch is not known to be gone, so the device would refuse its release.
    CausePresent(EventId),
    /// It has not spoken yet, so there is nothing that a plan could have seen.
    NeverHeard,
    /// This order ran out before it was obeyed.
    OrderExpired(OrderId),
    /// It happened again after this order was approved.
    OrderStale(OrderId),
    /// Its identity is revoked.
    Revoked,
    /// It should hold a secret that the fleet does not have.
    SecretUnknown(SecretName),
    /// It gets no secrets while it is suspended.
    SecretsSuspended,
    /// It gets no secrets before it has attested an opening key.
    SecretsUnattested,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { device, why } = self;
        match why {
            Why::CausePresent(event) => write!(
                f,
                "the latch of {event} on {device} is not released while its cause is not known to be gone; close it first"
            ),
            Why::NeverHeard => write!(f, "{device} gets no state before it has spoken for the first time"),
            Why::OrderExpired(order) => {
                write!(f, "order {order} for {device} ran out before it was obeyed; propose it again")
            }
            Why::OrderStale(order) => write!(
                f,
                "order {order} for {device} was approved before it happened again; look, and propose it again"
            ),
            Why::Revoked => write!(f, "{device} is revoked and gets no state"),
            Why::SecretUnknown(name) => {
                write!(f, "{device} should hold the secret `{name}`, which the fleet does not have; add it")
            }
            Why::SecretsSuspended => write!(f, "{device} gets no secrets while it is suspended"),
            Why::SecretsUnattested => {
                write!(f, "{device} gets no secrets before it has attested an opening key")
            }
        }
    }
}

/// Most bytes of a stored plan.
const LIMITS: Limits = Limits { bytes: 64 << 20, depth: 16, items: 8 << 20 };

impl Plan {
    /// The fleet that it is for.
    pub const fn fleet(&self) -> &FleetName {
        &self.fleet
    }

    /// The plan before it.
    pub const fn parent(&self) -> Option<&Digest> {
        self.parent.as_ref()
    }

    /// When it was made.
    pub const fn made(&self) -> Wall {
        self.made
    }

    /// What devices shall be told, by id.
    pub fn devices(&self) -> &[Planned] {
        &self.devices
    }

    /// Secrets that are no longer secret.
    pub fn rotations(&self) -> &[Rotation] {
        &self.rotations
    }

    /// Values that nobody needs any more.
    pub fn retirements(&self) -> &[Retirement] {
        &self.retirements
    }

    /// What it says, as bytes.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// A plan as it was stored.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, &LIMITS)
    }

    /// SHA-256(`wrale.plan.v1` ‖ SHA-256(plan)).
    pub fn digest(&self) -> Digest {
        Hasher::tagged("wrale.plan.v1").digest(&Digest::of(&self.encode())).finish()
    }

    /// Its id: its time and its digest.
    pub fn id(&self) -> PlanId {
        PlanId::v7(self.made, tail(&self.digest()))
    }

    /// The same plan without these devices; none if nothing remains.
    ///
    /// What is left out stays as it was told last, and the next plan takes it up again.
    pub fn without(&self, devices: &BTreeSet<DeviceId>) -> Option<Self> {
        self.instead(devices, Vec::new())
    }

    /// The same plan with these states for these devices instead; none if nothing remains.
    pub(crate) fn instead(&self, devices: &BTreeSet<DeviceId>, states: Vec<Planned>) -> Option<Self> {
        let kept = self.devices.iter().filter(|planned| !devices.contains(&planned.state.device));
        let mut all: Vec<_> = kept.cloned().chain(states).collect();
        all.sort_by_key(|planned| planned.state.device);
        let plan = Self { devices: all, ..self.clone() };
        (!plan.is_empty()).then_some(plan)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.devices.is_empty() && self.rotations.is_empty() && self.retirements.is_empty()
    }
}

impl Planned {
    /// SHA-256 of the state before anything is sealed into it.
    pub fn digest(&self) -> Digest {
        Digest::of(&cbor::encode(&self.state))
    }
}

/// A person's decision that these states may go out together, however many they are.
///
/// It lifts ceilings and forecasts and nothing else: what takes consents still takes them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Sanction {
    #[n(0)]
    person: PersonId,
    #[n(1)]
    states: BTreeSet<Digest>,
}

impl Sanction {
    /// The decision over a plan that the person has seen.
    pub fn of(plan: &Plan, person: PersonId) -> Self {
        Self { person, states: plan.devices.iter().map(Planned::digest).collect() }
    }

    /// Who decided.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    pub(crate) fn covers(&self, planned: &Planned) -> bool {
        self.states.contains(&planned.digest())
    }
}

/// Ten bytes of a digest, where an id wants random ones: the same facts give the same id.
pub(crate) fn tail(digest: &Digest) -> [u8; 10] {
    let mut tail = [0; 10];
    tail.copy_from_slice(&digest.as_bytes()[..10]);
    tail
}
