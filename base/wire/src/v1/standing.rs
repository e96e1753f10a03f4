//! Where a device stands: all that its journal adds up to, written into the journal itself.
//!
//! A guard that replays its journal may begin at such an entry; whatever lies before it may be forgotten. Lists
//! are in order and bounded, so the body fits [`super::body::LIMITS`] at its fullest.

use alloc::vec::Vec;

use crypto::{digest::Digest, key::KeyId};
use journal::{Branch, Cursor};
use minicbor::{Decode, Encode};
use vocab::{
    Action, Arming, BootId, ClockQuality, EventId, Generation, MachineBoot, Millis, OrderId, Posture,
    Receipt, SensorName, Severity, TamperKind, TamperState, Time, Wall, WorkOrderId, ZoneName,
};

use super::body::Seen;

/// The sum of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Standing {
    /// Events that still latch a zone, oldest first.
    #[n(0)]
    pub latches: Vec<Latch>,
    /// The arming state without any work order.
    #[n(1)]
    pub arming: Arming,
    /// The effective posture.
    #[n(2)]
    pub posture: Posture,
    /// The state obeyed; none before the first.
    #[n(3)]
    pub obeyed: Option<Obeyed>,
    /// The last checkpoint that a proof showed.
    #[n(4)]
    pub seen: Option<Seen>,
    /// The last generation that was proved.
    #[n(5)]
    pub proved: Generation,
    /// Orders obeyed, oldest first: none is obeyed twice.
    #[n(6)]
    pub orders: Vec<OrderId>,
    /// What orders hold in force.
    #[n(7)]
    pub ordered: Vec<Action>,
    /// Work orders used, oldest first: none opens twice.
    #[n(8)]
    pub works: Vec<UsedWork>,
    /// Acts that were intended and of which nothing more is known.
    #[n(9)]
    pub acts: Vec<Receipt>,
    /// When each sensor last proved that it can trip.
    #[n(10)]
    pub tripped: Vec<Tripped>,
    /// The digest of the baselines learnt.
    #[n(11)]
    pub learnt: Option<Digest>,
    /// Recoverable acts are only recorded.
    #[n(12)]
    pub soak: Option<Soak>,
    /// It was never earlier than this: the last wall time that did not rest on the machine's own clock.
    #[n(13)]
    pub floor: Wall,
    /// What the last entry's wall time was worth.
    #[n(14)]
    pub quality: ClockQuality,
    /// Milliseconds with power in all boots before this one, as far as entries tell.
    #[n(15)]
    pub powered: u64,
    /// When the lease of the state obeyed began.
    #[n(16)]
    pub lease: Option<Granted>,
    /// The latest boots, oldest first, and which entries each wrote.
    #[n(17)]
    pub boots: Vec<Stretch>,
    /// The last branch.
    #[n(18)]
    pub branch: Option<Branch>,
    /// What the fleet was last known to have.
    #[n(19)]
    pub acknowledged: Option<Cursor>,
    /// No reset goes below this: `Wiped` once a wipe was begun.
    #[n(20)]
    pub least: Posture,
    /// An adopted state relaxes, and what posture that leaves is not said yet.
    #[n(21)]
    pub loosening: Option<Generation>,
    /// What acts put in force, or may have, and none has surely undone.
    #[n(22)]
    #[cbor(default)]
    pub held: Vec<Action>,
    /// The start of the machine in which this was written; none where it has no name.
    #[n(23)]
    pub machine: Option<MachineBoot>,
}

/// One event that latches its zone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Latch {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// Where.
    #[n(1)]
    pub zone: ZoneName,
    /// What happened.
    #[n(2)]
    pub kind: TamperKind,
    /// How bad.
    #[n(3)]
    pub severity: Severity,
    /// When.
    #[n(4)]
    pub at: Time,
    /// The entry that a basis must reach to release it: its event, or the last that said it happened again.
    #[n(5)]
    pub position: Cursor,
    /// How far it latches.
    #[n(6)]
    pub state: TamperState,
    /// The posture that it demands.
    #[n(7)]
    pub posture: Posture,
    /// What it holds in force besides.
    #[n(8)]
    pub holds: Vec<Action>,
}

/// The state obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Obeyed {
    /// Its generation.
    #[n(0)]
    pub generation: Generation,
    /// SHA-256 of the letter as sent.
    #[n(1)]
    pub state: Digest,
    /// The version of its roster.
    #[n(2)]
    pub roster: u64,
    /// The version of its keyset.
    #[n(3)]
    pub keyset: u64,
}

/// A work order that was used.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct UsedWork {
    /// The work order.
    #[n(0)]
    pub order: WorkOrderId,
    /// The key of whoever held it.
    #[n(1)]
    pub holder: KeyId,
    /// What it muted.
    #[n(2)]
    pub zones: Vec<ZoneName>,
    /// How long, from first use.
    #[n(3)]
    pub window: Millis,
    /// Not before this, as it was signed.
    #[n(4)]
    pub from: Wall,
    /// Not after this, as it was signed.
    #[n(5)]
    pub until: Wall,
    /// When it was first used.
    #[n(6)]
    pub opened: Time,
    /// Milliseconds with power, in all boots, when it was first used.
    #[n(7)]
    pub powered: u64,
    /// When it closed; none while it is open.
    #[n(8)]
    pub closed: Option<Wall>,
}

/// A sensor that proved that it can trip.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Tripped {
    /// The sensor.
    #[n(0)]
    pub sensor: SensorName,
    /// When.
    #[n(1)]
    pub at: Wall,
}

/// New tuning or a new reflex table on trial.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Soak {
    /// Until when at the latest.
    #[n(0)]
    pub until: Wall,
    /// Sensors that have tripped since it began.
    #[n(1)]
    pub tripped: Vec<SensorName>,
}

/// When a lease began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Granted {
    /// Milliseconds with power, in all boots, by then.
    #[n(0)]
    pub powered: u64,
}

/// The entries of one boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Stretch {
    /// The boot.
    #[n(0)]
    pub boot: BootId,
    /// Its first entry.
    #[n(1)]
    pub first: u64,
    /// Its last entry.
    #[n(2)]
    pub last: u64,
}
