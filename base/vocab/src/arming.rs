//! What a device expects of the people around it.

use minicbor::{Decode, Encode};

/// Arming states, in the order of a device's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Arming {
    /// On a shelf.
    #[n(0)]
    Storage,
    /// On the road: movement is expected, opening is not.
    #[n(1)]
    Transport,
    /// Being installed: everything is recorded, nothing latches.
    #[n(2)]
    Commissioning,
    /// On duty.
    #[n(3)]
    Armed,
    /// Opened lawfully, under a work order.
    #[n(4)]
    Service,
    /// Out of the fleet for good.
    #[n(5)]
    Retired,
}
