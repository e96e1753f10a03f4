//! What somebody beside the machine might want to know: for a log, a screen, a light.

use std::fmt;

use link::{Conn, Parting, frame::Room};
use vocab::{Action, Nonce, Outcome};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A hand came back.
    Acted(Action, Outcome),
    /// The record was found damaged at boot. What lies behind the damage is kept aside and never skipped in silence.
    Damaged {
        /// How many frames are not what was written.
        frames: u64,
        /// How many entries lie behind them.
        aside: usize,
    },
    /// The disk cannot be read.
    Disk(board::DiskFault),
    /// The disk takes nothing; alarms use what is kept for them.
    DiskFull,
    /// Something on this side of the link is wrong.
    Link(link::Fault),
    /// A session is over.
    Parted(Conn, Parting),
    /// A letter, a work order or a person was refused.
    Refused(guard::Refusal),
    /// The fleet says where this device stands.
    Room(Room),
    /// To be shown to a technician.
    ShowChallenge(Nonce),
    /// The power went while the last entry was written; it never counted, and is dropped.
    Torn,
    /// A key would not sign.
    Unsigned(board::RootFault),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acted(action, outcome) => write!(f, "act: {action:?}: {outcome:?}"),
            Self::Damaged { frames, aside } => write!(
                f,
                "append: the record is damaged in {frames} places and {aside} entries are set aside; \
                 the fleet is told, and the disk should be looked at"
            ),
            Self::Disk(fault) => write!(f, "fetch: {fault}"),
            Self::DiskFull => f.write_str("append: the disk is full; only alarms are recorded"),
            Self::Link(fault) => write!(f, "link: {fault}"),
            Self::Parted(_, parting) => write!(f, "link: parted: {parting}"),
            Self::Refused(refusal) => write!(f, "refused: {refusal}"),
            Self::Room(room) => write!(f, "link: the device stands in the {room:?} room"),
            Self::ShowChallenge(_) => f.write_str("work: show the challenge to the technician"),
            Self::Torn => f.write_str("append: the last entry was torn by a power cut and is dropped"),
            Self::Unsigned(fault) => write!(f, "sign: {fault}"),
        }
    }
}
