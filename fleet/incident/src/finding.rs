//! What a journal shows beside what it says: a lost tail, a rollback, a second history.

use journal::{Cursor, Head, Position};
use minicbor::{Decode, Encode};
use vocab::{BootId, DeviceId, Generation};

/// The device may be honest; it is told to people, and the run is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The disk lost what it had said to keep.
    TailLost(TailLost),
    /// The device obeys an older state than its journal says it adopted.
    Rollback {
        /// What it obeys.
        obeys: Generation,
        /// What it had adopted.
        adopted: Generation,
    },
    /// An entry that this fleet cannot read; its place in the journal is kept.
    Unreadable {
        /// Which.
        at: Cursor,
        /// The reason, `crypto/cbor-…`.
        code: &'static str,
    },
}

/// Entries that the fleet has and the device has no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TailLost {
    /// The first number.
    pub from: u64,
    /// The last one, and the head after it.
    pub resumes: Position,
    /// The entry by which the fleet knows: the branch entry, or where that one was lost too, what came instead.
    pub at: Cursor,
}

/// Two machines speak as one device, or one was set back behind the fleet's back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fork {
    /// As which device.
    pub device: DeviceId,
    /// The boot that spoke.
    pub boot: BootId,
    /// How it shows.
    pub split: Split,
}

/// How a second history shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Split {
    /// The run stands on a tail that the device had lost.
    #[n(0)]
    Abandoned(#[n(0)] Cursor),
    /// A boot speaks after a later one was accepted.
    #[n(1)]
    DeadBoot {
        /// The later one.
        #[n(0)]
        later: BootId,
    },
    /// One boot shows two journal keys.
    #[n(2)]
    JournalKey,
    /// Two entries under one key.
    #[n(3)]
    TwoEntries {
        /// The key.
        #[n(0)]
        at: Cursor,
        /// The head after the accepted one.
        #[n(1)]
        accepted: Head,
        /// The head after the other.
        #[n(2)]
        offered: Head,
    },
    /// The run stands on an ancestor of what is accepted, and no branch entry says that a tail was lost.
    #[n(4)]
    Unannounced {
        /// The number of the ancestor; zero for the beginning.
        #[n(0)]
        after: u64,
        /// What is accepted.
        #[n(1)]
        accepted: Position,
    },
}

impl Split {
    /// What it looks like, for people.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Abandoned(_) => "its history goes on from entries that it had lost before",
            Self::DeadBoot { .. } => "an earlier boot still speaks while a later one has begun",
            Self::JournalKey => "one boot shows two journal keys",
            Self::TwoEntries { .. } => "one entry has two contents",
            Self::Unannounced { .. } => "its history was set back, and it does not say so",
        }
    }
}
