//! The entry of a device whose tail was lost: it says so before it says anything else.

use minicbor::{Decode, Encode};

use crate::head::Position;

/// The chain goes on from an ancestor of what the fleet has already accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Branch {
    /// What the fleet had accepted when the device came back.
    #[n(0)]
    pub resumes: Position,
    /// The first number that this device no longer has.
    #[n(1)]
    pub lost_from: u64,
    /// The last number that the fleet has and this device no longer has.
    #[n(2)]
    pub lost_to: u64,
}
