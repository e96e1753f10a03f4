//! What a sensor's word is worth now: the mark that every heartbeat carries for it.

use minicbor::{Decode, Encode};

use crate::{
    name::SensorName,
    reading::Channel,
    time::{Millis, Wall},
};

/// One sensor's mark.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Mark {
    /// Which sensor.
    #[n(0)]
    pub sensor: SensorName,
    /// What it measures.
    #[n(1)]
    pub channel: Channel,
    /// What its word is worth.
    #[n(2)]
    pub state: SenseState,
    /// How long ago it last spoke; none if it never did in this boot.
    #[n(3)]
    pub spoke: Option<Millis>,
    /// When it last proved that it can trip; none if it never did.
    #[n(4)]
    pub tripped: Option<Wall>,
}

/// What a sensor's word is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum SenseState {
    /// It speaks, and has proved that it can trip.
    #[n(0)]
    Proved,
    /// It speaks, and nobody has seen it trip.
    #[n(1)]
    Unproved,
    /// It says that it cannot look.
    #[n(2)]
    Faulted,
    /// It says nothing.
    #[n(3)]
    Silent,
}
