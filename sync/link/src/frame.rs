//! What travels: one frame in each message, deterministic CBOR, letters sealed inside.
//!
//! A frame is `[tag, {fields}]`. `Up` has the tags below 16 and `Down` those from 16, so a frame that is sent
//! back to its sender is refused.

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crypto::{
    cbor::{self, Limits},
    digest::Digest,
};
use journal::{Branch, Cursor, Position, Run};
use minicbor::{Decode, Decoder, Encode};
use vocab::{Generation, Label, Mono, Nonce, Reading};

use crate::{challenge::Purpose, part::Part, violation::Violation};

/// The version that both ends speak.
pub const VERSION: u64 = 1;

/// Most bytes of one message.
pub const FRAME_LIMIT: usize = 64 * 1024;

/// Most bytes of a frame's own fields beside the letter or the entries that it carries.
const AROUND: usize = 256;

/// Most bytes of an evidence letter.
pub const EVIDENCE_LIMIT: usize = 4 * 1024 * 1024;

/// Most bytes of a state letter.
pub const STATE_LIMIT: usize = 256 * 1024;

/// Most bytes of any other letter: with the longest entry, a frame still holds a seal of this size.
pub const LETTER_LIMIT: usize = 11 * 1024;

/// Most bytes of a proof letter or of a certificate's chain; each travels whole.
pub const PROOF_LIMIT: usize = 48 * 1024;

/// From the device to the station.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum Up {
    /// The first frame, or the first after the time was asked.
    #[n(0)]
    Hello {
        /// What the device speaks.
        #[n(0)]
        version: u64,
        /// The boot letter.
        #[n(1)]
        #[cbor(with = "minicbor::bytes")]
        boot: Vec<u8>,
    },
    /// What is the time? Alone allowed before `Hello`.
    #[n(1)]
    TimeAsked {
        /// The answer must sign it.
        #[n(0)]
        nonce: Nonce,
    },
    /// Entries that follow what was announced or sent before.
    #[n(2)]
    Run {
        /// The entries.
        #[n(0)]
        run: Run,
        /// A beat letter over the run's last position.
        #[n(1)]
        #[cbor(with = "minicbor::bytes")]
        seal: Vec<u8>,
        /// What the branch entry says that these entries hold or lead to; until the fleet has it.
        #[n(2)]
        branch: Option<Branch>,
    },
    /// A heartbeat.
    #[n(3)]
    Beat {
        /// The beat letter.
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        letter: Vec<u8>,
    },
    /// What the device obeys now; sent after each welcome and at each change.
    #[n(4)]
    Adopted(#[n(0)] Adopted),
    /// The answer to a challenge.
    #[n(5)]
    Evidence {
        /// The challenge.
        #[n(0)]
        nonce: Nonce,
        /// The evidence letter.
        #[n(1)]
        #[cbor(with = "minicbor::bytes")]
        letter: Vec<u8>,
    },
    /// The device wants a certificate, and a challenge to ask with.
    #[n(6)]
    RenewalAsked,
    /// The answer to that challenge.
    #[n(7)]
    Renewal {
        /// The challenge.
        #[n(0)]
        nonce: Nonce,
        /// The renewal letter.
        #[n(1)]
        #[cbor(with = "minicbor::bytes")]
        letter: Vec<u8>,
    },
    /// A piece of a longer frame.
    #[n(8)]
    Part(#[n(0)] Part),
    /// What the senses say now, while somebody watches. Nobody signs it and nobody keeps it: it is no evidence.
    #[n(9)]
    Readings(#[n(0)] Readings),
}

/// From the station to the device.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum Down {
    /// The answer to `Hello`.
    #[n(16)]
    Welcome {
        /// What the fleet has; none of a new device.
        #[n(0)]
        accepted: Option<Position>,
        /// What its backup covers.
        #[n(1)]
        mark: Option<Cursor>,
        /// Where the device stands.
        #[n(2)]
        room: Room,
    },
    /// What the fleet has now. Nothing is acknowledged before it is committed; repeated for each beat.
    #[n(17)]
    Ack {
        /// The last entry accepted.
        #[n(0)]
        accepted: Option<Position>,
        /// What the backup covers.
        #[n(1)]
        mark: Option<Cursor>,
    },
    /// The state to adopt; repeated until it is adopted.
    #[n(18)]
    State {
        /// The state letter.
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        letter: Vec<u8>,
    },
    /// The proof of that state; repeated until it is held.
    #[n(19)]
    Proof {
        /// The proof letter.
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        letter: Vec<u8>,
    },
    /// A question that is answered once.
    #[n(20)]
    Challenge {
        /// What the answer must sign.
        #[n(0)]
        nonce: Nonce,
        /// What is asked.
        #[n(1)]
        purpose: Purpose,
    },
    /// The answer to `TimeAsked`.
    #[n(21)]
    Time {
        /// The time letter.
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        letter: Vec<u8>,
    },
    /// The answer to `Renewal`: the new certificate and its issuer's.
    #[n(22)]
    Certificate {
        /// The chain as `wire` writes it.
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        chain: Vec<u8>,
    },
    /// The device stands in another room from here on.
    #[n(23)]
    Room(#[n(0)] Room),
    /// The last frame of a session.
    #[n(24)]
    Goodbye(#[n(0)] Goodbye),
    /// A piece of a longer frame.
    #[n(25)]
    Part(#[n(0)] Part),
    /// Somebody watches: say what the senses say, for a little while.
    #[n(26)]
    Watch,
}

/// The last word of each sense that says how much, or whether; senses that list things say nothing here.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Readings {
    /// The device's moment.
    #[n(0)]
    pub now: Mono,
    /// At most [`WATCHED`] of them, each of another sense.
    #[n(1)]
    pub readings: Vec<Reading>,
}

/// Most readings of one frame.
pub const WATCHED: usize = 64;

/// What a device obeys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Adopted {
    /// The generation.
    #[n(0)]
    pub generation: Generation,
    /// The digest of that state; none before the first.
    #[n(1)]
    pub state: Option<Digest>,
    /// The last generation whose proof the device holds.
    #[n(2)]
    pub proved: Generation,
}

/// Where a device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Room {
    /// Everywhere.
    #[n(0)]
    Open,
    /// Its identity is suspended: journal, evidence, and states that tighten or recover; nothing else.
    #[n(1)]
    Quarantine,
}

/// Why a station ends a session.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Goodbye {
    /// `<room>/<kebab-reason>`.
    #[n(0)]
    pub code: Label,
    /// One sentence for people.
    #[n(1)]
    pub sentence: Label,
}

/// One direction of the link.
pub trait Frame: Sized + Encode<()> + for<'b> Decode<'b, ()> {
    /// Its tags.
    const TAGS: RangeInclusive<u64>;
    /// The other direction's tags.
    const OTHERS: RangeInclusive<u64>;
    /// Most bytes of a frame that travels in parts.
    const LONGEST: usize;

    /// The frame that carries a piece.
    fn of_part(part: Part) -> Self;

    /// The piece, or the frame if it is whole.
    fn into_part(self) -> Result<Part, Self>;

    /// Whether it may travel in parts.
    fn may_be_long(&self) -> bool;

    /// The frame of one message.
    fn decode_message(message: &[u8]) -> Result<Self, Violation> {
        if message.len() > FRAME_LIMIT {
            return Err(Violation::Oversize(message.len()));
        }
        read(message)
    }

    /// The frame that was put together from its parts.
    fn decode_whole(whole: &[u8]) -> Result<Self, Violation> {
        let frame = read::<Self>(whole)?;
        if frame.may_be_long() { Ok(frame) } else { Err(Violation::NotLong) }
    }

    /// Its bytes.
    fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }
}

impl Frame for Up {
    const TAGS: RangeInclusive<u64> = 0..=9;
    const OTHERS: RangeInclusive<u64> = Down::TAGS;
    const LONGEST: usize = EVIDENCE_LIMIT + AROUND;

    fn of_part(part: Part) -> Self {
        Self::Part(part)
    }

    fn into_part(self) -> Result<Part, Self> {
        if let Self::Part(part) = self { Ok(part) } else { Err(self) }
    }

    fn may_be_long(&self) -> bool {
        matches!(self, Self::Evidence { .. })
    }
}

impl Frame for Down {
    const TAGS: RangeInclusive<u64> = 16..=26;
    const OTHERS: RangeInclusive<u64> = Up::TAGS;
    const LONGEST: usize = STATE_LIMIT + AROUND;

    fn of_part(part: Part) -> Self {
        Self::Part(part)
    }

    fn into_part(self) -> Result<Part, Self> {
        if let Self::Part(part) = self { Ok(part) } else { Err(self) }
    }

    fn may_be_long(&self) -> bool {
        matches!(self, Self::State { .. })
    }
}

fn read<F: Frame>(bytes: &[u8]) -> Result<F, Violation> {
    match tag(bytes) {
        Some(tag) if F::OTHERS.contains(&tag) => return Err(Violation::WrongWay(tag)),
        Some(tag) if !F::TAGS.contains(&tag) => return Err(Violation::UnknownFrame(tag)),
        _ => {}
    }
    // A run of 256 entries is 770 items, 64 readings are as many, and seven deep; no letter is opened here.
    let limits = Limits { bytes: F::LONGEST, depth: 7, items: 1024 };
    cbor::decode(bytes, &limits).map_err(Violation::Malformed)
}

/// A look at the tag, so that an unknown frame has a reason of its own; the strict entrance follows.
fn tag(bytes: &[u8]) -> Option<u64> {
    let mut decoder = Decoder::new(bytes);
    if decoder.array().ok()? == Some(2) { decoder.u64().ok() } else { None }
}

#[cfg(test)]
mod tests;
