//! What is true of the fleet, as far as the fleet knows.
//!
//! Everything here was proved elsewhere: positions are accepted, keys attested, orders approved, letters verified.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use admit::Attested;
use crypto::{approved::Approved, digest::Digest, seal::OpeningPublic, signed::Verified};
use journal::{Cursor, Position};
use minicbor::{Decode, Encode};
use policy::{Document, IncidentFacts, Subject};
use vocab::{
    Action, Arming, DeviceId, EventId, FleetName, Generation, Interlock, InterlockReading, OrderId, PersonId,
    Posture, SecretName, Severity, SiteName, Wall,
};
use wire::v1::{DeviceState, Keyset, Order, Roster};

/// All that a plan is made from.
#[derive(Debug)]
pub struct Facts {
    /// Which fleet.
    pub fleet: FleetName,
    /// The time of planning.
    pub now: Wall,
    /// The digest of the plan before this one; none for the first.
    pub parent: Option<Digest>,
    /// Who may consent.
    pub roster: Verified<Roster>,
    /// Which keys speak for the fleet.
    pub keyset: Verified<Keyset>,
    /// The response documents in force.
    pub documents: Vec<Document>,
    /// The devices to plan for; any of the fleet may be left out.
    pub devices: Vec<DeviceFacts>,
    /// The secrets of the fleet.
    pub secrets: Vec<SecretFacts>,
    /// How many devices there are, those left out included.
    pub census: Census,
}

/// What is true of one device.
#[derive(Debug)]
pub struct DeviceFacts {
    /// Which, where, with which labels.
    pub subject: Subject,
    /// What its identity is worth at the doors.
    pub standing: Standing,
    /// How far its journal is accepted; none before it ever spoke.
    pub accepted: Option<Position>,
    /// The arming state that it last reported.
    pub arming: Arming,
    /// The arming state that a person asked for; none: documents decide.
    pub asked: Option<Arming>,
    /// The effective posture that it last reported.
    pub posture: Posture,
    /// Its latches.
    pub latches: Vec<Latch>,
    /// The incidents that it is part of and that are not over.
    pub incidents: Vec<IncidentFacts>,
    /// The last state signed for it.
    pub signed: Option<Letter>,
    /// The state that it last adopted.
    pub adopted: Option<Letter>,
    /// The highest generation that it ever reported; after a restore it may be above what we signed.
    pub highest: Generation,
    /// To whom its secrets may be sealed.
    pub opening: Option<Opening>,
    /// The secrets that it should hold.
    pub secrets: BTreeSet<SecretName>,
    /// Orders that people approved for it.
    pub approved: Vec<Approved<Order>>,
    /// Orders of which it reported the end; none is obeyed twice.
    pub done: BTreeSet<OrderId>,
    /// Acts that orders hold in force on it.
    pub ordered: BTreeSet<Action>,
    /// What it last said of its interlocks; one that is missing is unknown.
    pub interlocks: BTreeMap<Interlock, InterlockReading>,
}

/// What an identity is worth at the doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Every door is open.
    Sound,
    /// The quarantine room alone, or not yet renewed.
    Suspended,
    /// No door at all.
    Revoked,
}

/// One event that latches a zone of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latch {
    /// The event.
    pub event: EventId,
    /// How bad.
    pub severity: Severity,
    /// The entry that a basis must reach to release it.
    pub position: Cursor,
    /// The posture that it demands.
    pub posture: Posture,
    /// Whether what set it off is still there.
    pub cause: Sensed,
    /// People who held a work order over its zone at that time.
    pub openers: BTreeSet<PersonId>,
}

/// Whether what set off a latch is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensed {
    /// It is over: the lid is closed.
    Gone,
    /// It is there: the lid is open.
    Present,
    /// Nobody knows, which counts as present.
    Unknown,
}

/// A state as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// SHA-256 of the letter as sent.
    pub digest: Digest,
    /// What it says.
    pub state: DeviceState,
    /// The versions of the secrets in it.
    pub given: BTreeMap<SecretName, Version>,
}

/// Counts the values that a secret ever had.
pub type Version = u32;

/// The opening key of a device's last attestation: the only one that the fleet seals to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Opening(#[n(0)] OpeningPublic);

impl Opening {
    /// The key that this proof vouches for; none while the vault is latched.
    pub fn of(proof: &Attested) -> Option<Self> {
        proof.opening_key.map(Self)
    }

    /// The key.
    pub const fn key(&self) -> &OpeningPublic {
        &self.0
    }
}

/// What is true of one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFacts {
    /// Its name.
    pub name: SecretName,
    /// Its newest version.
    pub newest: Version,
    /// The version before it, while services still accept that one too.
    pub overlap: Option<Version>,
    /// Every device that was last given some version of it.
    pub holders: BTreeMap<DeviceId, Holder>,
    /// The devices whose turn it is to get the newest one.
    pub due: BTreeSet<DeviceId>,
    /// Devices that were compromised while they held the newest version, whatever they are now.
    pub exposed: BTreeSet<DeviceId>,
}

/// A device that was given a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Which version.
    pub version: Version,
    /// What its identity is worth now.
    pub standing: Standing,
}

impl SecretFacts {
    /// The devices by which the newest version is no longer secret: what root could read before a tamper counts as
    /// read, so whoever holds it and is not sound exposes it.
    pub fn exposers(&self) -> BTreeSet<DeviceId> {
        let unsound = |(_, holder): &(&DeviceId, &Holder)| {
            holder.version == self.newest && holder.standing != Standing::Sound
        };
        let now = self.holders.iter().filter(unsound).map(|(device, _)| *device);
        self.exposed.iter().copied().chain(now).collect()
    }
}

/// How many devices there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// By site; every site with a device stands here.
    pub sites: BTreeMap<SiteName, Tally>,
}

/// The devices of one site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub devices: usize,
    /// Those with a latch of High or above.
    pub latched: usize,
    /// Those that were sent a change which [`propagates`](crate::propagates) and have not yet proved that they are
    /// well under it.
    pub unsettled: usize,
}

impl Census {
    /// The whole fleet.
    pub fn fleet(&self) -> Tally {
        self.sites.values().fold(Tally::default(), |sum, site| Tally {
            devices: sum.devices + site.devices,
            latched: sum.latched + site.latched,
            unsettled: sum.unsettled + site.unsettled,
        })
    }

    /// One site.
    pub fn site(&self, site: &SiteName) -> Tally {
        self.sites.get(site).copied().unwrap_or_default()
    }
}

impl DeviceFacts {
    /// Its id.
    pub const fn id(&self) -> DeviceId {
        self.subject.device
    }

    /// The posture that its own latches demand.
    pub fn own_posture(&self) -> Posture {
        self.latches.iter().map(|latch| latch.posture).max().unwrap_or(Posture::Normal)
    }
}
