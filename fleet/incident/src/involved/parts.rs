//! What a box's part in an incident is made of.

use alloc::{string::String, vec::Vec};

use crypto::digest::Digest;
use minicbor::{Decode, Encode};
use vocab::{
    Action, Confidence, EventId, Generation, OrderId, ReceiptId, Severity, TamperKind, TamperState, Time,
    Wall, ZoneName, receipt, tamper::Verification,
};

use crate::{finding::Split, said::Arrival};

/// Events of one kind in one zone, as one line.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Fold {
    /// The first of them.
    #[n(0)]
    pub event: EventId,
    /// The last of them.
    #[n(1)]
    pub latest: EventId,
    /// What happened.
    #[n(2)]
    pub kind: TamperKind,
    /// Where on the box.
    #[n(3)]
    pub zone: ZoneName,
    /// When the first happened.
    #[n(4)]
    pub at: Time,
    /// How often.
    #[n(5)]
    pub times: u64,
    /// The worst.
    #[n(6)]
    pub severity: Severity,
    /// The surest.
    #[n(7)]
    pub confidence: Confidence,
    /// Whether two sensor groups said so, once at least.
    #[n(8)]
    pub verification: Verification,
    /// Whether the first came when it happened.
    #[n(9)]
    pub arrival: Arrival,
}

/// An event that latches its zone until it is released.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Latched {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// Where.
    #[n(1)]
    pub zone: ZoneName,
    /// How far.
    #[n(2)]
    pub state: TamperState,
    /// The number of the entry that says so; zero once the box has lost it.
    #[n(3)]
    pub seq: u64,
    /// How it was released.
    #[n(4)]
    pub released: Option<Released>,
    /// The box lost the entry that says so, and knows of no latch: people alone release it.
    #[n(5)]
    #[cbor(default)]
    pub forgotten: bool,
    /// The state in which people release what the box does not know of.
    #[n(6)]
    pub forgiven: Option<Generation>,
}

/// How a latch was released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Released {
    /// By which order; none where a work order was presented in time, or another latch of the zone took over.
    #[n(0)]
    pub order: Option<OrderId>,
    /// What the box obeyed then.
    #[n(1)]
    pub generation: Generation,
    /// The number of the entry that says so, or of the one with which the box goes on where that is lost.
    #[n(2)]
    pub seq: u64,
}

/// An act of the box's own reflex.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Deed {
    /// The act.
    #[n(0)]
    pub action: Action,
    /// What became of it, as far as is known.
    #[n(1)]
    pub outcome: receipt::Outcome,
    /// When that was written.
    #[n(2)]
    pub at: Time,
}

/// Another machine speaks as this box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Forked {
    /// How it showed first.
    #[n(0)]
    pub split: Split,
    /// How often it showed.
    #[n(1)]
    pub times: u64,
}

/// A tail that the fleet has and the box has no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Lost {
    /// The first number.
    #[n(0)]
    pub from: u64,
    /// The last one.
    #[n(1)]
    pub to: u64,
}

/// An older state than was adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RolledBack {
    /// What it obeys.
    #[n(0)]
    pub obeys: Generation,
    /// What it had adopted.
    #[n(1)]
    pub adopted: Generation,
}

/// A box that says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Quiet {
    /// Its last beat.
    #[n(0)]
    pub since: Wall,
    /// Its next one.
    #[n(1)]
    pub back: Option<Wall>,
}

/// A state that is to bring a box back.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Expected {
    /// Its generation.
    #[n(0)]
    pub generation: Generation,
    /// SHA-256 of the letter as sent.
    #[n(1)]
    pub state: Digest,
    /// The events whose latches its orders release.
    #[n(2)]
    pub releases: Vec<EventId>,
}

/// What a box reported of the state that is to bring it back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Progress {
    /// It refused the state, with this code.
    #[n(0)]
    pub refused: Option<String>,
    /// Acts that it began and has not reported on.
    #[n(1)]
    pub begun: Vec<Act>,
    /// Acts that did not work.
    #[n(2)]
    pub failed: Vec<Act>,
}

/// One act of a state.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Act {
    /// Joins intention and outcome.
    #[n(0)]
    pub id: ReceiptId,
    /// The act.
    #[n(1)]
    pub action: Action,
}
