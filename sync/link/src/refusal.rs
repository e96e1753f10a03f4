//! What a station does not take from a device, although the session goes on.

use core::fmt;

/// The device's claim is not taken; its journal still flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The answer to a challenge came too late.
    NonceExpired,
    /// The answer to a challenge of another purpose.
    NoncePurpose,
    /// No such challenge is open: it was never asked, or was answered already.
    NonceUnknown,
    /// The device stands in the quarantine room, where nothing is renewed.
    Quarantined,
}

impl Refusal {
    /// `link/<reason>`, for counters and logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NonceExpired => "link/nonce-expired",
            Self::NoncePurpose => "link/nonce-purpose",
            Self::NonceUnknown => "link/nonce-unknown",
            Self::Quarantined => "link/quarantined",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NonceExpired => "the device answered a challenge too late; challenge it again",
            Self::NoncePurpose => "the device answered a challenge with a letter of another kind",
            Self::NonceUnknown => {
                "the device answered a challenge that is not open; if it repeats, look for a replay"
            }
            Self::Quarantined => {
                "the device asked for a renewal in quarantine; release what suspended it first"
            }
        })
    }
}

impl core::error::Error for Refusal {}
