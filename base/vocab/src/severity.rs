//! How bad: five levels, ordered.

use minicbor::{Decode, Encode};

/// Ordered from least to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Severity {
    /// Worth a line in the history.
    #[n(0)]
    Info,
    /// Worth a look one day.
    #[n(1)]
    Low,
    /// Worth a look today.
    #[n(2)]
    Medium,
    /// Latches, suspends, and needs two people to undo.
    #[n(3)]
    High,
    /// As `High`, and somebody is woken.
    #[n(4)]
    Critical,
}
