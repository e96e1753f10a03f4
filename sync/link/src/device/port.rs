//! What enters the device's machine, and what leaves it.

use alloc::vec::Vec;

use journal::{Branch, Cursor, Position};
use vocab::Nonce;

use crate::{
    Conn,
    challenge::Purpose,
    fault::Fault,
    frame::{Adopted, Readings, Room},
    parting::Parting,
    uplink::{Fetched, Lane},
};

/// What enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The guard obeys another state, or holds another proof.
    Adopted(Adopted),
    /// An entry is durable.
    Appended {
        /// The entry.
        at: Position,
        /// How urgent it is.
        lane: Lane,
    },
    /// The guard signed the heartbeat that [`Effect::Beat`] asked for.
    Beat(Vec<u8>),
    /// The branch entry that [`Effect::Branch`] asked for is durable.
    Branched {
        /// Offer what follows this entry, one that the fleet has too. It may be earlier than the last such: what
        /// was ever removed is covered by a mark, so what precedes the oldest entry kept will do.
        after: Option<Position>,
        /// What the branch entry says.
        branch: Branch,
    },
    /// The transport of [`Effect::Connect`] stands.
    Connected {
        /// Of that effect.
        conn: Conn,
        /// To ask the time with, while the clock is unknown; nothing else is said before [`Input::Timed`].
        time: Option<Nonce>,
    },
    /// The evidence that [`Effect::Challenge`] asked for.
    Evidence {
        /// Of the challenge.
        nonce: Nonce,
        /// The evidence letter.
        letter: Vec<u8>,
    },
    /// The entries that [`Effect::Fetch`] asked for.
    Fetched {
        /// As in the effect.
        after: Option<Position>,
        /// What the disk holds.
        fetched: Fetched,
    },
    /// Everything that was to be sent on this connection is with the network.
    Flushed(Conn),
    /// The transport is gone, or never came.
    Lost(Conn),
    /// What the senses say, as [`Effect::Watched`] asked.
    Readings(Readings),
    /// A message came.
    Received(Conn, Vec<u8>),
    /// A new certificate is wanted: a challenge will come. Asked again at each welcome until it has come.
    Renew,
    /// The renewal letter that [`Effect::Challenge`] asked for.
    Renewal {
        /// Of the challenge.
        nonce: Nonce,
        /// The renewal letter.
        letter: Vec<u8>,
    },
    /// The guard signed the beat over this position that [`Effect::Seal`] asked for.
    Sealed {
        /// As in the effect.
        at: Position,
        /// The beat letter.
        letter: Vec<u8>,
    },
    /// The deadline passed.
    Tick,
    /// What is the time?
    TimeAsked(Nonce),
    /// The trusted clock is set.
    Timed,
}

/// What leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The fleet has all entries up to here.
    Acknowledged(Position),
    /// Have the guard sign a heartbeat.
    Beat,
    /// Append a branch entry that resumes this position, or find the one that does, and answer `Branched`.
    Branch(Position),
    /// Hand the chain, as `wire` writes it, to whoever asked for it.
    Certificate(Vec<u8>),
    /// Answer with `Evidence` or `Renewal`.
    Challenge {
        /// To sign.
        nonce: Nonce,
        /// Which of the two.
        purpose: Purpose,
    },
    /// Close the transport.
    Close(Conn),
    /// Open a transport, and answer `Connected` or `Lost`.
    Connect(Conn),
    /// Up to this entry, the journal may be removed; nothing may be if the journal has no such entry.
    Covered(Cursor),
    /// Something is wrong on this side.
    Fault(Fault),
    /// Read at most 256 entries and about [`RUN_BYTES`](crate::uplink::RUN_BYTES) bytes, and answer `Fetched`.
    Fetch {
        /// Those after this entry; from the very first if none.
        after: Option<Position>,
    },
    /// The session is over. The machine comes back by itself.
    Parted(Conn, Parting),
    /// A proof letter for the guard; answer `Adopted`, also when nothing changed.
    Proof(Vec<u8>),
    /// The device stands in this room, as the fleet says.
    Room(Room),
    /// Have the guard sign a beat over this position, and answer `Sealed`.
    Seal(Position),
    /// Send a message.
    Send(Conn, Vec<u8>),
    /// A state letter for the guard; answer `Adopted`, also when nothing changed.
    State(Vec<u8>),
    /// A time letter for the guard; once the clock is set, `Timed`.
    Time(Vec<u8>),
    /// Somebody watches: answer with `Readings`.
    Watched,
}
