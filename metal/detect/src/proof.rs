//! What is known of a sensor: that it lives, that it can trip, and whether what it looks for is there.

use vocab::Mono;

/// The marks of one sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liveness {
    /// When it last said anything, in this boot.
    pub heard: Option<Mono>,
    /// When it last tripped, in this boot.
    pub tripped: Option<Mono>,
    /// What that makes it.
    pub proof: Proof,
}

/// What a sensor's quiet is worth; only that of a proved one is worth anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// It cannot look, or says the impossible.
    Faulted,
    /// It speaks, and it has tripped since it was installed.
    Proved,
    /// It has said nothing for too long.
    Silent,
    /// It has not spoken yet, has not learned what is normal, or was never seen to trip.
    Unproved,
}

/// Whether the causes of a zone's findings are still there; only `Gone` lets anybody reset it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// Every sensor of the zone looks, and sees nothing.
    Gone,
    /// At least one still sees it.
    Present,
    /// Some sensor is silent, faulted or not yet heard; or none sits there.
    Unknown,
}

impl Condition {
    /// What two sensors of one zone say together: one that sees it is enough, and one that cannot look spoils the rest.
    pub(crate) const fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Present, _) | (_, Self::Present) => Self::Present,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Gone, Self::Gone) => Self::Gone,
        }
    }
}
