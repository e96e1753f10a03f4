//! The reflex table: what a device does by itself about an event.

use alloc::{vec, vec::Vec};

use minicbor::{Decode, Encode};

use crate::{action::Action, posture::Posture, severity::Severity, tamper::Verification};

/// One line: an unauthorised event, at least this bad and this sure, draws the device in so far.
///
/// An irreversible act stands only in a line for `Verified` events, and is done only while `Armed`; the guard
/// refuses a table that holds one elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReflexRule {
    /// The least severity.
    #[n(0)]
    pub severity: Severity,
    /// Whether one sensor group is enough.
    #[n(1)]
    pub verification: Verification,
    /// The posture to take at least.
    #[n(2)]
    pub posture: Posture,
    /// What is done besides what the posture asks for, in this order.
    #[n(3)]
    pub actions: Vec<Action>,
}

impl ReflexRule {
    /// The table of a device that has never had another: guard on suspicion, seal on a severe event.
    pub fn defaults() -> Vec<Self> {
        vec![
            Self {
                severity: Severity::Medium,
                verification: Verification::Single,
                posture: Posture::Guarded,
                actions: vec![Action::LockUsb],
            },
            Self {
                severity: Severity::High,
                verification: Verification::Single,
                posture: Posture::Sealed,
                actions: vec![Action::LockUsb, Action::DropKeys],
            },
        ]
    }
}
