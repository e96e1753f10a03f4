//! Why a work order does not open a device, or does not close.

use core::fmt;

use vocab::ZoneName;

/// A technician's claim that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The presence was signed over another challenge.
    Challenge,
    /// The work order is not yet valid.
    Early,
    /// The work order is no longer valid.
    Late,
    /// More work orders are still valid than a device remembers.
    MemoryFull,
    /// The work order was made for another moment of this device.
    Nonce,
    /// No work order is open.
    None,
    /// Another work order is open.
    Open,
    /// The presence is for another work order.
    Other,
    /// Something still stands open.
    StillOpen(ZoneName),
    /// The work order was used before.
    Used,
    /// The window is longer than work orders may be, or empty.
    Window,
    /// The work order names no zone, or more than a device remembers.
    Zones,
}

impl Refusal {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Challenge => "guard/work-challenge",
            Self::Early => "guard/work-early",
            Self::Late => "guard/work-late",
            Self::MemoryFull => "guard/work-memory-full",
            Self::Nonce => "guard/work-nonce",
            Self::None => "guard/work-none",
            Self::Open => "guard/work-open",
            Self::Other => "guard/work-other",
            Self::StillOpen(_) => "guard/work-still-open",
            Self::Used => "guard/work-used",
            Self::Window => "guard/work-window",
            Self::Zones => "guard/work-zones",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self {
            Self::StillOpen(zone) => {
                return write!(f, "`{zone}` still stands open; shut it, then close the work");
            }
            Self::Challenge => "the presence is over another challenge; read the device's again",
            Self::Early => "the work order is not valid yet; come back later",
            Self::Late => "the work order is no longer valid; ask for a new one",
            Self::MemoryFull => "too many work orders are valid at once for this device; let one expire",
            Self::Nonce => "the work order was made for another challenge; ask for a new one",
            Self::None => "no work order is open; there is nothing to close",
            Self::Open => "another work order is open; close it first",
            Self::Other => "the presence is for another work order; sign for this one",
            Self::Used => "the work order was used before; ask for a new one",
            Self::Window => "a work order lasts four hours at most; ask for a shorter one",
            Self::Zones => "a work order names one to eight zones; ask for another",
        };
        f.write_str(sentence)
    }
}

impl core::error::Error for Refusal {}
