//! How a peer can break the protocol. Each ends the session, is counted under its code, and is survived.

use core::fmt;

use crypto::cbor::Malformed;

use crate::{
    frame::{FRAME_LIMIT, VERSION},
    part::PART_BYTES,
    uplink::WINDOW,
};

/// The peer's fault: the session ends, and both ends begin again from what is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Entries that neither follow what was announced nor come with a branch.
    Astray,
    /// A frame before `Hello`.
    BeforeHello,
    /// A frame before `Welcome`.
    BeforeWelcome,
    /// A branch from something else than what the fleet announced.
    BranchElsewhere,
    /// More frames in a second than any honest peer sends.
    Flood,
    /// A second `Hello` in one session.
    HelloTwice,
    /// Not deterministic CBOR of a frame.
    Malformed(Malformed),
    /// A frame in parts whose kind always travels whole.
    NotLong,
    /// The first entry has another number than the one that follows.
    Number(u64),
    /// Longer than its kind may be.
    Oversize(usize),
    /// Parts: a count that no frame of this direction needs.
    PartCount(u32),
    /// Parts: what they make is not what they promised.
    PartDigest,
    /// Parts: a piece of another frame in between.
    PartOfAnother,
    /// Parts: a piece out of order, or the end of something that never began.
    PartOutOfOrder,
    /// Parts: a piece that is not full although it is not the last, or empty.
    PartSize(usize),
    /// Entries that the fleet has already, or others under their numbers.
    Replayed,
    /// An acknowledgement of something that was not sent.
    UnknownAck,
    /// A tag that this version does not know.
    UnknownFrame(u64),
    /// Another version of the link.
    Version(u64),
    /// A second `Welcome` in one session.
    WelcomeTwice,
    /// More runs unanswered than the window holds.
    Window,
    /// A frame of the other direction.
    WrongWay(u64),
}

impl Violation {
    /// `link/<reason>`, for counters, logs and the peer.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Astray => "link/astray",
            Self::BeforeHello => "link/before-hello",
            Self::BeforeWelcome => "link/before-welcome",
            Self::BranchElsewhere => "link/branch-elsewhere",
            Self::Flood => "link/flood",
            Self::HelloTwice => "link/hello-twice",
            Self::Malformed(_) => "link/malformed",
            Self::NotLong => "link/not-long",
            Self::Number(_) => "link/number",
            Self::Oversize(_) => "link/oversize",
            Self::PartCount(_) => "link/part-count",
            Self::PartDigest => "link/part-digest",
            Self::PartOfAnother => "link/part-of-another",
            Self::PartOutOfOrder => "link/part-out-of-order",
            Self::PartSize(_) => "link/part-size",
            Self::Replayed => "link/replayed",
            Self::UnknownAck => "link/unknown-ack",
            Self::UnknownFrame(_) => "link/unknown-frame",
            Self::Version(_) => "link/version",
            Self::WelcomeTwice => "link/welcome-twice",
            Self::Window => "link/window",
            Self::WrongWay(_) => "link/wrong-way",
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Astray => f.write_str("the peer's entries do not stand on what the fleet announced"),
            Self::BeforeHello => f.write_str("the peer spoke before its hello"),
            Self::BeforeWelcome => f.write_str("the peer spoke before the welcome"),
            Self::BranchElsewhere => f.write_str("the peer branches from what the fleet did not announce"),
            Self::Flood => f.write_str("the peer sends too many frames in a second; it should slow down"),
            Self::HelloTwice => f.write_str("the peer said hello twice in one session"),
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::NotLong => f.write_str("the peer cut a frame into parts that always travels whole"),
            Self::Number(seq) => write!(f, "the peer's first entry has number {seq}, which does not follow"),
            Self::Oversize(bytes) => {
                write!(f, "the peer sent {bytes} bytes at once; a message has at most {FRAME_LIMIT}")
            }
            Self::PartCount(count) => write!(f, "the peer announced {count} parts, which no frame needs"),
            Self::PartDigest => {
                f.write_str("the peer's parts do not make what they promised; send them again")
            }
            Self::PartOfAnother => f.write_str("the peer mixed the parts of two frames"),
            Self::PartOutOfOrder => f.write_str("the peer sent parts out of order"),
            Self::PartSize(bytes) => {
                write!(f, "the peer sent a part of {bytes} bytes; all but the last have {PART_BYTES}")
            }
            Self::Replayed => f.write_str("the peer sent entries whose numbers the fleet already has"),
            Self::UnknownAck => f.write_str("the peer acknowledged what was not sent"),
            Self::UnknownFrame(tag) => {
                write!(f, "the peer sent frame {tag}, which this version does not know")
            }
            Self::Version(version) => {
                write!(
                    f,
                    "the peer speaks version {version} of the link, this end speaks {VERSION}; update it"
                )
            }
            Self::WelcomeTwice => f.write_str("the peer welcomed twice in one session"),
            Self::Window => write!(f, "the peer has more than {WINDOW} runs unanswered"),
            Self::WrongWay(tag) => write!(f, "the peer sent frame {tag}, which goes the other way"),
        }
    }
}

impl core::error::Error for Violation {}
