//! What people act on, and where it stands.

use alloc::collections::BTreeSet;

use vocab::{DeviceId, IncidentId, PersonId, SiteName};

/// One thing to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The audit log.
    Audit,
    /// A device at a site.
    Device(DeviceId, SiteName),
    /// An incident and the sites that it touches.
    Incident(IncidentId, BTreeSet<SiteName>),
    /// The fleet's own numbers: how many of everything, and nobody's name.
    Metrics,
    /// A person: account and roles.
    Person(PersonId),
    /// The response documents.
    Policy,
    /// What somebody proposed for a device at a site.
    Proposal {
        /// Who proposed it.
        by: PersonId,
        /// Who else consented already.
        consented: BTreeSet<PersonId>,
        /// Where the device stands.
        site: SiteName,
    },
    /// A secret that devices hold.
    Secret,
    /// The credential of a service: a verifier elsewhere that hears where identities stand.
    Service,
    /// The fleet's own settings.
    Settings,
    /// A join token for a site.
    Token(SiteName),
    /// The raw readings of a device at a site.
    Trace(DeviceId, SiteName),
    /// A work order for a device at a site.
    WorkOrder(DeviceId, SiteName),
}

/// Kinds of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The audit log.
    Audit,
    /// A device.
    Device,
    /// An incident.
    Incident,
    /// The fleet's own numbers.
    Metrics,
    /// A person.
    Person,
    /// The response documents.
    Policy,
    /// A proposal.
    Proposal,
    /// A secret.
    Secret,
    /// The credential of a service.
    Service,
    /// The fleet's own settings.
    Settings,
    /// A join token.
    Token,
    /// Raw readings.
    Trace,
    /// A work order.
    WorkOrder,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Audit,
        Self::Device,
        Self::Incident,
        Self::Metrics,
        Self::Person,
        Self::Policy,
        Self::Proposal,
        Self::Secret,
        Self::Service,
        Self::Settings,
        Self::Token,
        Self::Trace,
        Self::WorkOrder,
    ];
}

impl Resource {
    /// Of which kind it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Audit => Kind::Audit,
            Self::Device(..) => Kind::Device,
            Self::Incident(..) => Kind::Incident,
            Self::Metrics => Kind::Metrics,
            Self::Person(_) => Kind::Person,
            Self::Policy => Kind::Policy,
            Self::Proposal { .. } => Kind::Proposal,
            Self::Secret => Kind::Secret,
            Self::Service => Kind::Service,
            Self::Settings => Kind::Settings,
            Self::Token(_) => Kind::Token,
            Self::Trace(..) => Kind::Trace,
            Self::WorkOrder(..) => Kind::WorkOrder,
        }
    }
}
