//! Conditions under which an act would hurt somebody.

use minicbor::{Decode, Encode};

use crate::action::Action;

/// A condition of the machine that the device controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Interlock {
    /// Current flows: a charging car, a running pump.
    #[n(0)]
    Energised,
    /// Parts move.
    #[n(1)]
    InMotion,
    /// Somebody is inside.
    #[n(2)]
    Occupied,
    /// It is the only way out.
    #[n(3)]
    OnlyEgress,
}

/// What is known of an interlock now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum InterlockReading {
    /// The condition does not hold: the act is safe.
    #[n(0)]
    Clear,
    /// It holds.
    #[n(1)]
    Engaged,
    /// Nobody knows, which counts as engaged.
    #[n(2)]
    Unknown,
}

/// One line of a device's interlock table: while the condition is engaged or unknown, the act is withheld.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct InterlockRule {
    /// The act that would hurt.
    #[n(0)]
    pub withholds: Action,
    /// The condition under which it would.
    #[n(1)]
    pub condition: Interlock,
    /// What is done instead; never itself hazardous.
    #[n(2)]
    pub instead: Option<Action>,
}
