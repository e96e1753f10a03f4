//! Why the guard refuses what it was told; what was obeyed before still is.

use core::fmt;

use crypto::{cbor::Malformed, key::KeyId, merkle, note};
use vocab::{Action, EventId, Generation, OrderId, PersonId, SensorName, Severity, Wall, ZoneName};

/// A peer's or a person's claim that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An order would undo what the posture demands.
    AgainstPosture(Action),
    /// The alternative that an interlock rule declares is itself withheld by a rule, or cannot be undone.
    AlternativeUnsafe(Action),
    /// The plan behind an order had not seen this event, or not that it happened again.
    BeyondBasis(EventId),
    /// The fleet says that it has an entry which this device still has: nothing was lost.
    BranchNeedless,
    /// What set off this zone is still there, or its sensors cannot say that it is gone.
    CausePresent(ZoneName),
    /// A state that relaxes came before any signed time of this boot.
    ClockUnknown,
    /// The state says that it may never go back to a generation which is above its own.
    FloorAboveGeneration {
        /// The floor.
        floor: Generation,
        /// Its own.
        generation: Generation,
    },
    /// The same generation was adopted with other content: two states exist under one number.
    GenerationForked(Generation),
    /// An older generation than the adopted one.
    GenerationOld {
        /// The adopted one.
        adopted: Generation,
        /// The one that came.
        offered: Generation,
    },
    /// Two keysets exist under one version.
    KeysetForked(u64),
    /// An older keyset than the known one.
    KeysetOld {
        /// The known version.
        known: u64,
        /// The one that came.
        offered: u64,
    },
    /// The letter itself does not hold.
    Letter(crypto::refusal::Refusal),
    /// The checkpoint is of another log.
    LogOrigin,
    /// The checkpoint is not a note that a log key of this fleet signed.
    Note(note::Refusal),
    /// Nothing was learnt: that is for commissioning.
    NotCommissioning,
    /// A beat was asked for entries that are not durable.
    NotDurable(u64),
    /// This sensor learnt nothing: it has not been seen at rest for long enough, and notices nothing until it has.
    NothingToLearn(SensorName),
    /// A person consented to the reset of what was set off where that person was at work.
    Opener(PersonId),
    /// An order stands twice in one state.
    OrderTwice(OrderId),
    /// An order names another severity than the event had.
    OtherSeverity {
        /// The event.
        event: EventId,
        /// What the device reported.
        ours: Severity,
        /// What the order says.
        theirs: Severity,
    },
    /// The next generation does not follow the adopted state: the fleet signed another one in between.
    PreviousForked(Generation),
    /// The proof does not show what it must.
    Proof(merkle::Refusal),
    /// The proof letter is malformed.
    ProofMalformed(Malformed),
    /// The proof is for a generation that nobody waits for.
    ProofNeedless(Generation),
    /// The proof starts from another checkpoint than the device remembers.
    ProofStart {
        /// The size that the device remembers.
        remembered: u64,
        /// The size that the proof starts from.
        offered: u64,
    },
    /// A reflex line holds an irreversible act for an event that a single group vouches for.
    ReflexIrreversible(Action),
    /// The reflex table holds more lines or acts than a device keeps.
    ReflexTooLong,
    /// Two rosters exist under one version.
    RosterForked(u64),
    /// An older roster than the known one.
    RosterOld {
        /// The known version.
        known: u64,
        /// The one that came.
        offered: u64,
    },
    /// A signed time lies before what is known to be past.
    TimeBelowFloor {
        /// What is past.
        floor: Wall,
        /// What the letter says.
        told: Wall,
    },
    /// The answer took so long that its age is unknown.
    TimeLate,
    /// The answer is to another question, or to one that was answered.
    TimeNonce,
    /// The signing key may not be used now.
    TooEarlyOrLate(KeyId),
    /// No key of the keyset has this id.
    UnknownKey(KeyId),
    /// A state wants the device wiped without an order that two people approved.
    WipeUnordered,
    /// The work order does not open this device.
    Work(work::Refusal),
}

impl Refusal {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AgainstPosture(_) => "guard/against-posture",
            Self::AlternativeUnsafe(_) => "guard/alternative-unsafe",
            Self::BeyondBasis(_) => "guard/beyond-basis",
            Self::BranchNeedless => "guard/branch-needless",
            Self::CausePresent(_) => "guard/cause-present",
            Self::ClockUnknown => "guard/clock-unknown",
            Self::FloorAboveGeneration { .. } => "guard/floor-above-generation",
            Self::GenerationForked(_) => "guard/generation-forked",
            Self::GenerationOld { .. } => "guard/generation-old",
            Self::KeysetForked(_) => "guard/keyset-forked",
            Self::KeysetOld { .. } => "guard/keyset-old",
            Self::Letter(refusal) => refusal.code(),
            Self::LogOrigin => "guard/log-origin",
            Self::Note(refusal) => refusal.code(),
            Self::NotCommissioning => "guard/not-commissioning",
            Self::NotDurable(_) => "guard/not-durable",
            Self::NothingToLearn(_) => "guard/nothing-to-learn",
            Self::Opener(_) => "guard/opener",
            Self::OrderTwice(_) => "guard/order-twice",
            Self::OtherSeverity { .. } => "guard/other-severity",
            Self::PreviousForked(_) => "guard/previous-forked",
            Self::Proof(refusal) => refusal.code(),
            Self::ProofMalformed(malformed) => malformed.code(),
            Self::ProofNeedless(_) => "guard/proof-needless",
            Self::ProofStart { .. } => "guard/proof-start",
            Self::ReflexIrreversible(_) => "guard/reflex-irreversible",
            Self::ReflexTooLong => "guard/reflex-too-long",
            Self::RosterForked(_) => "guard/roster-forked",
            Self::RosterOld { .. } => "guard/roster-old",
            Self::TimeBelowFloor { .. } => "guard/time-below-floor",
            Self::TimeLate => "guard/time-late",
            Self::TimeNonce => "guard/time-nonce",
            Self::TooEarlyOrLate(_) => "guard/key-out-of-time",
            Self::UnknownKey(_) => "guard/unknown-key",
            Self::WipeUnordered => "guard/wipe-unordered",
            Self::Work(refusal) => refusal.code(),
        }
    }
}

impl From<crypto::refusal::Refusal> for Refusal {
    fn from(refusal: crypto::refusal::Refusal) -> Self {
        Self::Letter(refusal)
    }
}

impl From<merkle::Refusal> for Refusal {
    fn from(refusal: merkle::Refusal) -> Self {
        Self::Proof(refusal)
    }
}

impl From<note::Refusal> for Refusal {
    fn from(refusal: note::Refusal) -> Self {
        Self::Note(refusal)
    }
}

impl From<work::Refusal> for Refusal {
    fn from(refusal: work::Refusal) -> Self {
        Self::Work(refusal)
    }
}

mod sentences;
pub mod work;

impl core::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        sentences::say(self, f)
    }
}
