//! The one entrance for the bodies of journal entries.

use alloc::{boxed::Box, string::String, vec::Vec};

use crypto::{
    cbor::{self, Limits, Malformed},
    digest::Digest,
    key::KeyId,
    signed::Signed,
};
use journal::{Branch, Entry, Kind};
use minicbor::{Decode, Encode};
use vocab::{
    Action, Arming, ClockQuality, EventId, Generation, Millis, OrderId, Posture, Reading, Receipt,
    SensorName, TamperEvent, TamperState, Wall, WorkOrderId, ZoneName,
};

use super::{boot::Boot, standing::Standing};

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
    /// All that the entries before it add up to.
    Standing(Box<Standing>),
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
            Kind::Standing => Self::Standing(Box::new(cbor::decode(bytes, &LIMITS)?)),
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
            Self::Standing(_) => Kind::Standing,
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
            Self::Standing(body) => cbor::encode(&**body),
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
        /// The version of its roster; an older one is refused from here on.
        #[n(3)]
        roster: u64,
        /// The version of its keyset; an older one is refused from here on.
        #[n(4)]
        keyset: u64,
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
    /// It is in the fleet's log. Stands before `Adopted` where the state relaxes, after it where it tightens.
    #[n(2)]
    Proved {
        /// Its generation.
        #[n(0)]
        generation: Generation,
        /// The checkpoint that the device remembers from here on, for the next proof to start from.
        #[n(1)]
        checkpoint: Seen,
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

/// A checkpoint of the fleet's log, as far as a device remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Seen {
    /// How many leaves it covers.
    #[n(0)]
    pub size: u64,
    /// The root over them.
    #[n(1)]
    pub root: Digest,
}

/// What changed on the device.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Change {
    /// The effective arming state.
    #[n(0)]
    Arming(#[n(0)] Arming),
    /// An event latched its zone, or latches it further. Follows its `Event` entry.
    #[n(1)]
    Latched {
        /// The zone.
        #[n(0)]
        zone: ZoneName,
        /// How far this event latches it; the zone's state is that of its worst event.
        #[n(1)]
        state: TamperState,
        /// The event.
        #[n(2)]
        event: EventId,
        /// The posture that the device keeps at least, until this event is released.
        #[n(3)]
        posture: Posture,
        /// What stays in force besides, until then.
        #[n(4)]
        holds: Vec<Action>,
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
    /// An event no longer latches its zone.
    #[n(5)]
    Released {
        /// The zone.
        #[n(0)]
        zone: ZoneName,
        /// The event.
        #[n(1)]
        event: EventId,
        /// The order that released it; none where a work order was presented within the entry delay.
        #[n(2)]
        order: Option<OrderId>,
        /// The zone's state from here on.
        #[n(3)]
        state: TamperState,
    },
    /// A person has seen an event; it latches as before.
    #[n(6)]
    Acknowledged {
        /// The zone.
        #[n(0)]
        zone: ZoneName,
        /// The event.
        #[n(1)]
        event: EventId,
        /// The order that says so.
        #[n(2)]
        order: OrderId,
    },
    /// The same happened again in the same zone: so often since its event, and no event of its own for each.
    #[n(7)]
    Repeated {
        /// The event.
        #[n(0)]
        event: EventId,
        /// How often since then, in all.
        #[n(1)]
        times: u32,
    },
    /// New tuning or a new reflex table: recoverable acts are only recorded until this moment at the latest.
    #[n(8)]
    Soaking(#[n(0)] Wall),
    /// Every sensor has tripped since, or the time is over: the reflex acts.
    #[n(9)]
    Soaked,
    /// A signed fleet time has come, or an hour passed without another entry.
    #[n(10)]
    Clock(#[n(0)] ClockQuality),
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
    /// In order of time; beyond [`TRACE_LIMIT`], whoever said most is thinned out.
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
    Opened {
        /// The work order.
        #[n(0)]
        order: WorkOrderId,
        /// The key of whoever holds it.
        #[n(1)]
        holder: KeyId,
        /// What it mutes.
        #[n(2)]
        zones: Vec<ZoneName>,
        /// How long, from here on.
        #[n(3)]
        window: Millis,
        /// Not before this, as it was signed.
        #[n(4)]
        from: Wall,
        /// Not after this, as it was signed.
        #[n(5)]
        until: Wall,
    },
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
