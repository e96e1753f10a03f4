//! Acts: what a device can do about it, each with a class, an inverse and a time limit.

use core::time::Duration;

use minicbor::{Decode, Encode};

use crate::name::UnitName;

/// One act on one device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Action {
    /// Let the network lead to the fleet alone.
    #[n(0)]
    Isolate,
    /// Undo `Isolate`.
    #[n(1)]
    Rejoin,
    /// Refuse every USB device not there before.
    #[n(2)]
    LockUsb,
    /// Undo `LockUsb`.
    #[n(3)]
    UnlockUsb,
    /// Stop a service.
    #[n(4)]
    StopUnit(#[n(0)] UnitName),
    /// Undo `StopUnit`.
    #[n(5)]
    StartUnit(#[n(0)] UnitName),
    /// Make every sealed secret unusable until the fleet seals new ones.
    #[n(6)]
    LatchVault,
    /// Make ready to receive secrets again, under a new opening key.
    #[n(7)]
    RearmVault,
    /// Forget the keys that stand in memory.
    #[n(8)]
    DropKeys,
    /// Turn the device off.
    #[n(9)]
    PowerOff,
    /// Destroy the data.
    #[n(10)]
    Wipe,
}

/// Who may order an act, and what it costs to undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum ActionClass {
    /// The device can undo it alone.
    #[n(0)]
    Reversible,
    /// The fleet can make good for it, with new credentials.
    #[n(1)]
    Recoverable,
    /// Nobody can.
    #[n(2)]
    Irreversible,
}

impl Action {
    /// The act's class.
    pub const fn class(&self) -> ActionClass {
        match self {
            Self::Isolate
            | Self::Rejoin
            | Self::LockUsb
            | Self::UnlockUsb
            | Self::StopUnit(_)
            | Self::StartUnit(_) => ActionClass::Reversible,
            Self::LatchVault | Self::RearmVault | Self::DropKeys | Self::PowerOff => ActionClass::Recoverable,
            Self::Wipe => ActionClass::Irreversible,
        }
    }

    /// What undoes it; `None` only where undoing is new credentials, a hand on the switch, or nothing.
    pub fn inverse(&self) -> Option<Self> {
        Some(match self {
            Self::Isolate => Self::Rejoin,
            Self::Rejoin => Self::Isolate,
            Self::LockUsb => Self::UnlockUsb,
            Self::UnlockUsb => Self::LockUsb,
            Self::StopUnit(unit) => Self::StartUnit(unit.clone()),
            Self::StartUnit(unit) => Self::StopUnit(unit.clone()),
            Self::LatchVault => Self::RearmVault,
            Self::RearmVault => Self::LatchVault,
            Self::DropKeys | Self::PowerOff | Self::Wipe => return None,
        })
    }

    /// Whether it takes that one out of force.
    pub fn undoes(&self, other: &Self) -> bool {
        other.inverse().as_ref() == Some(self)
    }

    /// How long its hand may take before the act counts as failed.
    pub const fn limit(&self) -> Duration {
        match self {
            Self::DropKeys | Self::Isolate | Self::LatchVault | Self::LockUsb => Duration::from_secs(2),
            Self::PowerOff | Self::RearmVault | Self::Rejoin | Self::UnlockUsb => Duration::from_secs(10),
            Self::StartUnit(_) | Self::StopUnit(_) => Duration::from_secs(30),
            Self::Wipe => Duration::from_mins(5),
        }
    }
}
