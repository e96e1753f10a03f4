//! What a journal entry says, once it is read.

use core::time::Duration;

use journal::{Entry, Position};
use minicbor::{Decode, Encode};
use vocab::{DeviceId, Mono, Time};
use wire::v1::Body;

/// An entry older than this when its run was sealed is back-filled.
pub const LATE_AFTER: Duration = Duration::from_mins(1);

/// One entry of one device, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who says it.
    pub device: DeviceId,
    /// Where it stands in the device's journal.
    pub position: Position,
    /// When it was written, by the device.
    pub at: Time,
    /// Whether it came when it happened.
    pub arrival: Arrival,
    /// What it says; none where this fleet cannot read it.
    pub body: Option<Body>,
}

/// Whether an entry came when it happened. Late ones count as much; people want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Arrival {
    /// Within a minute.
    #[n(0)]
    Live,
    /// Back-filled: of an earlier boot, or after the device had been out of reach.
    #[n(1)]
    Late,
}

impl Said {
    /// Reads an entry.
    pub fn read(device: DeviceId, entry: &Entry, arrival: Arrival) -> Self {
        let body = Body::decode(entry).ok();
        Self { device, position: entry.position(), at: entry.header().time(), arrival, body }
    }
}

impl Arrival {
    /// Of an entry in a run that was sealed at this time of this boot; no wall clock is needed for that.
    pub(crate) fn of(entry: &Entry, boot: vocab::BootId, sealed: Mono) -> Self {
        let header = entry.header();
        let live = header.boot == boot && sealed.since(header.mono) <= LATE_AFTER;
        if live { Self::Live } else { Self::Late }
    }
}
