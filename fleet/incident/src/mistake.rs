//! What an operator asked of an incident that it cannot do.

use core::fmt;

use vocab::{DeviceId, EventId, IncidentId};

/// The operator's to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// The incident is closed.
    AlreadyClosed(IncidentId),
    /// It is about whoever would close it.
    Own(IncidentId),
    /// An event still latches a box.
    StillLatched(DeviceId, EventId),
    /// A box still says nothing.
    StillSilent(DeviceId),
    /// The identity of a box is still suspended.
    StillSuspended(DeviceId),
}

impl Mistake {
    /// `incident/<reason>`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AlreadyClosed(_) => "incident/already-closed",
            Self::Own(_) => "incident/own",
            Self::StillLatched(..) => "incident/still-latched",
            Self::StillSilent(_) => "incident/still-silent",
            Self::StillSuspended(_) => "incident/still-suspended",
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyClosed(incident) => write!(f, "{incident} is closed already; its outcome stays"),
            Self::Own(incident) => write!(f, "{incident} is about you; somebody else closes it"),
            Self::StillLatched(device, event) => {
                write!(f, "{event} still latches {device}; release it before the incident is closed")
            }
            Self::StillSilent(device) => {
                write!(
                    f,
                    "{device} still says nothing; find it, or revoke its identity, before the incident is closed"
                )
            }
            Self::StillSuspended(device) => {
                write!(
                    f,
                    "the identity of {device} is still suspended; let it prove itself, or revoke it, first"
                )
            }
        }
    }
}

impl core::error::Error for Mistake {}
