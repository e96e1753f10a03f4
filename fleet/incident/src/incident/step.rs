//! The steps of an incident, and its end.

use minicbor::{Decode, Encode};
use vocab::{DeviceId, Generation, Label, PersonId, Wall};

use super::State;
use crate::settle::Failure;

/// One step of an incident, as the fleet saw it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Step {
    /// When, by the fleet's clock.
    #[n(0)]
    pub at: Wall,
    /// What.
    #[n(1)]
    pub what: What,
}

/// What a step was.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum What {
    /// The state is this from here on.
    #[n(0)]
    State(#[n(0)] State),
    /// Another box is part of it.
    #[n(1)]
    Joined(#[n(0)] DeviceId),
    /// The identity of a box is suspended.
    #[n(2)]
    Suspended(#[n(0)] DeviceId),
    /// It is not any longer; a renewal comes next.
    #[n(3)]
    Lifted(#[n(0)] DeviceId),
    /// A state was published for a box, to bring it back.
    #[n(4)]
    Planned {
        /// The box.
        #[n(0)]
        device: DeviceId,
        /// The state's generation.
        #[n(1)]
        generation: Generation,
    },
    /// A box has proved that it is back.
    #[n(5)]
    Verified {
        /// The box.
        #[n(0)]
        device: DeviceId,
        /// What it obeys.
        #[n(1)]
        generation: Generation,
    },
    /// A box did not come back as it should.
    #[n(6)]
    Failed {
        /// The box.
        #[n(0)]
        device: DeviceId,
        /// Why.
        #[n(1)]
        why: Failure,
    },
    /// A box says nothing any longer.
    #[n(7)]
    Silent(#[n(0)] DeviceId),
    /// It speaks again.
    #[n(8)]
    Back(#[n(0)] DeviceId),
    /// People revoked the identity of a box.
    #[n(9)]
    Revoked(#[n(0)] DeviceId),
}

/// How an incident ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Closing {
    /// What it was.
    #[n(0)]
    pub outcome: Outcome,
    /// Who says so.
    #[n(1)]
    pub by: PersonId,
    /// In their words.
    #[n(2)]
    pub reason: Label,
    /// When.
    #[n(3)]
    pub at: Wall,
}

/// What an incident turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Outcome {
    /// Somebody was allowed to.
    #[n(0)]
    Authorised,
    /// Nothing happened.
    #[n(1)]
    False,
    /// A drill.
    #[n(2)]
    Test,
    /// It was an attack.
    #[n(3)]
    True,
}
