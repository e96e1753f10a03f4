//! The one entrance for the bodies of journal entries.

use alloc::{string::String, vec::Vec};

use crypto::{
    cbor::{self, Limits, Malformed},
    digest::Digest,
    signed::Signed,
};
use journal::{Branch, Entry, Kind};
use minicbor::{Decode, Encode};
use vocab::{
    Arming, EventId, Generation, OrderId, Posture, Reading, Receipt, SensorName, TamperEvent, TamperState,
    WorkOrderId, ZoneName,
};

use super::boot::Boot;

/// Limits of one body.
pub const LIMITS: Limits = Limits { bytes: journal::entry::BODY_LIMIT, depth: 12, items: 16 * 1024 };

/// Most bytes of one half of a flight recording.
pub const TRACE_LIMIT: usize = 48 * 1024;

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A state was adopted or refused.
    Adopted(Adoption),
    /// A boot began.
    Boot(Signed<Boot>),
    /// The chain goes on from an ancestor.
    Branch(Branch),
    /// Arming, posture, a latch or a sense changed.
    Change(Change),
    /// Something happened to the device.
    Event(TamperEvent),
    /// Something was not recorded.
    Gap(Gap),
    /// An act: intended, or what became of it.
    Receipt(Receipt),
    /// What every sensor said around an event.
    Trace(Trace),
    /// A work order.
    Work(Work),
}

impl Body {
    /// Reads the body of an entry by the entry's kind.
    pub fn decode(entry: &Entry) -> Result<Self, Malformed> {
        let bytes = entry.body();
        Ok(match entry.header().kind {
            Kind::Adopted => Self::Adopted(cbor::decode(bytes, &LIMITS)?),
            Kind::Boot => Self::Boot(cbor::decode(bytes, &LIMITS)?),
            Kind::Branch => Self::Branch(cbor::decode(bytes, &LIMITS)?),
            Kind::Change => Self::Change(cbor::decode(bytes, &LIMITS)?),
            Kind::Event => Self::Event(cbor::decode(bytes, &LIMITS)?),
            Kind::Gap => Self::Gap(cbor::decode(bytes, &LIMITS)?),
            Kind::Receipt => Self::Receipt(cbor::decode(bytes, &LIMITS)?),
            Kind::Trace => Self::Trace(cbor::decode(bytes, &LIMITS)?),
            Kind::Work => Self::Work(cbor::decode(bytes, &LIMITS)?),
        })
    }

    /// The kind under which the entry is written.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Adopted(_) => Kind::Adopted,
            Self::Boot(_) => Kind::Boot,
            Self::Branch(_) => Kind::Branch,
            Self::Change(_) => Kind::Change,
            Self::Event(_) => Kind::Event,
            Self::Gap(_) => Kind::Gap,
            Self::Receipt(_) => Kind::Receipt,
            Self::Trace(_) => Kind::Trace,
            Self::Work(_) => Kind::Work,
        }
    }

    /// The body's bytes.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Adopted(body) => cbor::encode(body),
            Self::Boot(body) => cbor::encode(body),
            Self::Branch(body) => cbor::encode(body),
            Self::Change(body) => cbor::encode(body),
            Self::Event(body) => cbor::encode(body),
            Self::Gap(body) => cbor::encode(body),
            Self::Receipt(body) => cbor::encode(body),
            Self::Trace(body) => cbor::encode(body),
            Self::Work(body) => cbor::encode(body),
        }
    }
}

/// What became of a device state.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Adoption {
    /// It is obeyed from here on.
    #[n(0)]
    Adopted {
        /// Its generation.
        #[n(0)]
        generation: Generation,
        /// SHA-256 of the letter as sent.
        #[n(1)]
        state: Digest,
        /// Whether it tightened or relaxed.
        #[n(2)]
        direction: Direction,
    },
    /// It was refused, and what was obeyed before still is.
    #[n(1)]
    Refused {
        /// Its generation.
        #[n(0)]
        generation: Generation,
        /// SHA-256 of the letter as sent.
        #[n(1)]
        state: Digest,
        /// The refusal's code, `guard/…`.
        #[n(2)]
        code: String,
    },
    /// The proof that a tightening state owed has come.
    #[n(2)]
    Proved {
        /// Its generation.
        #[n(0)]
        generation: Generation,
    },
}

/// Which way a state goes against the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Direction {
    /// Adopted on its signature; the proof must follow.
    #[n(0)]
    Tightens,
    /// Adopted with its proof alone.
    #[n(1)]
    Relaxes,
}

/// What changed on the device.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Change {
    /// The arming state.
    #[n(0)]
    Arming(#[n(0)] Arming),
    /// The latch of one zone, by this event or by this order.
    #[n(1)]
    Latch {
        /// The zone.
        #[n(0)]
        zone: ZoneName,
        /// Its state from here on.
        #[n(1)]
        state: TamperState,
        /// The event that latched it, or that was released.
        #[n(2)]
        event: EventId,
        /// The order that released it; none when it latched.
        #[n(3)]
        order: Option<OrderId>,
    },
    /// The effective posture.
    #[n(2)]
    Posture(#[n(0)] Posture),
    /// A sensor proved that it can trip, in a walk test or in earnest.
    #[n(3)]
    Tripped(#[n(0)] SensorName),
    /// The baselines were learnt; their digest.
    #[n(4)]
    Learnt(#[n(0)] Digest),
}

/// What every sensor said around an event.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Trace {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// Before it, or after.
    #[n(1)]
    pub half: Half,
    /// In order of time; the oldest are left out beyond [`TRACE_LIMIT`].
    #[n(2)]
    pub readings: Vec<Reading>,
}

/// One half of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Half {
    /// Thirty seconds before the decision.
    #[n(0)]
    Before,
    /// Thirty seconds after it.
    #[n(1)]
    After,
}

/// What became of a work order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Work {
    /// It was presented and used; it never opens anything again.
    #[n(0)]
    Opened(#[n(0)] WorkOrderId),
    /// Its window closed.
    #[n(1)]
    Closed(#[n(0)] WorkOrderId, #[n(1)] Closing),
    /// It was refused; the refusal's code, `guard/…`.
    #[n(2)]
    Refused(#[n(0)] WorkOrderId, #[n(1)] String),
}

/// How a work order's window ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Closing {
    /// The holder closed it, and everything is shut.
    #[n(0)]
    InOrder,
    /// The time was over.
    #[n(1)]
    Expired,
    /// At its end something stood open.
    #[n(2)]
    LeftOpen,
}

/// Something was not recorded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Gap {
    /// Why.
    #[n(0)]
    pub reason: GapReason,
    /// How many records, as far as is known.
    #[n(1)]
    pub records: u64,
}

/// Why something was not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum GapReason {
    /// The disk is full: the least severe were left out.
    #[n(0)]
    DiskFull,
    /// The last record was torn by a power cut and dropped.
    #[n(1)]
    TornTail,
    /// Damage in the middle; what follows it is kept and reported.
    #[n(2)]
    Damaged,
    /// The disk did not answer in time.
    #[n(3)]
    DiskStuck,
}
