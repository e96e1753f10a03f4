//! What enters the station's machine, and what leaves it.

use alloc::vec::Vec;

use journal::{Branch, Cursor, Position, Run};
use vocab::{Generation, Mono, Nonce};

use crate::{
    Conn,
    challenge::Purpose,
    downlink::Publication,
    fault::Fault,
    frame::{Adopted, Goodbye, Readings, Room},
    parting::Parting,
    refusal::Refusal,
};

/// What enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The run that ends here is committed, or was known already. Each [`Effect::Offered`] is answered once, in
    /// order, by this or by `Dismiss`, also after its connection is gone: the next hello waits for it.
    Accepted {
        /// Of the offer.
        conn: Conn,
        /// Where the run ends.
        at: Position,
        /// What the backup covers.
        mark: Option<Cursor>,
    },
    /// The chain that answers a renewal, as `wire` writes it.
    Certificate(Vec<u8>),
    /// Ask the device; the nonce is fresh randomness.
    Challenge {
        /// To be signed.
        nonce: Nonce,
        /// For what.
        purpose: Purpose,
    },
    /// The device connected, by an identity that was verified. Numbers grow.
    Connected(Conn),
    /// End this connection and forget what it offered that is not accepted.
    Dismiss(Conn, Goodbye),
    /// Everything that was to be sent on this connection is with the network.
    Flushed(Conn),
    /// The transport is gone.
    Lost(Conn),
    /// The proof letter of a published generation.
    Prove(Generation, Vec<u8>),
    /// The state to publish from now on.
    Publish(Publication),
    /// A message came.
    Received(Conn, Vec<u8>),
    /// The identity is revoked, for good.
    Revoke,
    /// The identity is suspended, or is no longer.
    Room(Room),
    /// The deadline passed.
    Tick,
    /// The time letter that [`Effect::TimeAsked`] asked for.
    Time(Conn, Vec<u8>),
    /// Somebody watches this device, or goes on to; it says what its senses say for a little while.
    Watch,
    /// The answer to [`Effect::Greeted`].
    Welcome {
        /// As in the effect.
        conn: Conn,
        /// What the fleet has of this device.
        accepted: Option<Position>,
        /// What the backup covers.
        mark: Option<Cursor>,
    },
}

/// What leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// What the device obeys, as it says; its journal says the same, signed.
    Adopted(Adopted),
    /// A heartbeat: verify it and feed the dead-man.
    Beat(Conn, Vec<u8>),
    /// Close the transport.
    Close(Conn),
    /// The answer to a challenge of this moment.
    Evidence {
        /// Where it came.
        conn: Conn,
        /// The challenge, used up.
        nonce: Nonce,
        /// When it was issued.
        issued: Mono,
        /// The evidence letter.
        letter: Vec<u8>,
    },
    /// Something is wrong on this side.
    Fault(Fault),
    /// A device says hello: verify the boot letter, and answer `Welcome` or `Dismiss`.
    Greeted(Conn, Vec<u8>),
    /// Entries to ingest: verify the seal, commit, and answer `Accepted` or `Dismiss`.
    Offered(Conn, Offer),
    /// The session is over.
    Parted(Conn, Parting),
    /// What the senses of a watched device say, unsigned.
    Readings(Readings),
    /// A claim was not taken; count it.
    Refused(Conn, Refusal),
    /// A renewal letter over a challenge, used up.
    Renewal {
        /// Where it came.
        conn: Conn,
        /// The challenge.
        nonce: Nonce,
        /// The renewal letter.
        letter: Vec<u8>,
    },
    /// The device wants a certificate: challenge it for `Renewal`.
    RenewalAsked,
    /// Send a message.
    Send(Conn, Vec<u8>),
    /// Entries that do not follow, of a session that ends for it: a replay or a fork, for ingest to tell apart.
    /// There is nothing to answer.
    Strayed(Conn, Stray),
    /// The device asks for the time: answer with a letter over this nonce.
    TimeAsked(Conn, Nonce),
    /// The device obeys an older state than the published one, whose letters are no longer here: publish again.
    Wanted(Generation),
}

/// A run that follows what was announced or offered before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The entries.
    pub run: Run,
    /// The beat letter over their last position.
    pub seal: Vec<u8>,
    /// What the device says of a lost tail; a claim. Without it, the entries stand on the last one accepted or
    /// offered; with it, a session's first entries may stand on an earlier one.
    pub branch: Option<Branch>,
}

/// A run that does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The entries.
    pub run: Run,
    /// What should be the beat letter over their last position.
    pub seal: Vec<u8>,
}
