//! The whole matrix, as one table. What does not stand here is refused.

use minicbor::{Decode, Encode};

use crate::resource::Kind;

/// What a person is to the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Looks.
    #[n(0)]
    Viewer,
    /// Goes there with tools.
    #[n(1)]
    Technician,
    /// Runs the fleet from day to day.
    #[n(2)]
    Operator,
    /// Decides on trust: policies, revocations, secrets.
    #[n(3)]
    Security,
    /// Checks what the others did, and changes nothing.
    #[n(4)]
    Auditor,
    /// Decides who is who; commands no device.
    #[n(5)]
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Viewer, Self::Technician, Self::Operator, Self::Security, Self::Auditor, Self::Admin];
}

/// What a person wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Say that one has seen it.
    Acknowledge,
    /// Consent to what another proposed.
    Approve,
    /// Set the arming state.
    Arm,
    /// Change it.
    Change,
    /// State how it ended.
    Close,
    /// Take it away as a file.
    Export,
    /// Give or take a role.
    Grant,
    /// Bring it into being.
    Issue,
    /// Ask for an order that takes other people's consent.
    Propose,
    /// End an identity for good.
    Revoke,
    /// Replace it everywhere.
    Rotate,
    /// Keep an identity to the quarantine room.
    Suspend,
    /// Look at it.
    View,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 13] = [
        Self::Acknowledge,
        Self::Approve,
        Self::Arm,
        Self::Change,
        Self::Close,
        Self::Export,
        Self::Grant,
        Self::Issue,
        Self::Propose,
        Self::Revoke,
        Self::Rotate,
        Self::Suspend,
        Self::View,
    ];
}

/// The roles that may do this to a resource of this kind.
pub fn roles(action: Action, kind: Kind) -> &'static [Role] {
    MATRIX.iter().find(|(a, k, _)| (*a, *k) == (action, kind)).map_or(&[], |(_, _, roles)| roles)
}

use Action as A;
use Kind as K;
use Role::{Admin, Auditor, Operator, Security, Technician, Viewer};

/// Each line once. Nobody views a secret, and nobody changes what the audit log holds.
#[rustfmt::skip]
const MATRIX: &[(Action, Kind, &[Role])] = &[
    (A::View,        K::Device,    &[Viewer, Technician, Operator, Security, Auditor, Admin]),
    (A::Arm,         K::Device,    &[Operator, Security]),
    (A::Propose,     K::Device,    &[Operator, Security]),
    (A::Suspend,     K::Device,    &[Operator, Security]),
    (A::Revoke,      K::Device,    &[Security]),

    (A::View,        K::Incident,  &[Viewer, Technician, Operator, Security, Auditor]),
    (A::Acknowledge, K::Incident,  &[Operator, Security]),
    (A::Close,       K::Incident,  &[Operator, Security]),

    (A::View,        K::Trace,     &[Operator, Security, Auditor]),
    (A::Export,      K::Trace,     &[Security, Auditor]),

    (A::View,        K::Proposal,  &[Operator, Security, Auditor]),
    (A::Approve,     K::Proposal,  &[Operator, Security]),

    (A::View,        K::WorkOrder, &[Technician, Operator, Security, Auditor]),
    (A::Issue,       K::WorkOrder, &[Operator, Security]),

    (A::Issue,       K::Token,     &[Operator, Admin]),

    (A::View,        K::Policy,    &[Operator, Security, Auditor, Admin]),
    (A::Change,      K::Policy,    &[Security]),

    (A::Rotate,      K::Secret,    &[Security]),

    (A::View,        K::Service,   &[Operator, Security, Auditor]),
    (A::Revoke,      K::Service,   &[Security]),

    (A::View,        K::Audit,     &[Security, Auditor]),
    (A::Export,      K::Audit,     &[Security, Auditor]),

    (A::View,        K::Person,    &[Security, Auditor, Admin]),
    (A::Grant,       K::Person,    &[Admin]),

    (A::View,        K::Metrics,   &[Viewer, Operator, Security, Auditor, Admin]),

    (A::View,        K::Settings,  &[Operator, Security, Auditor, Admin]),
    (A::Change,      K::Settings,  &[Admin]),
];

#[cfg(test)]
mod tests;
