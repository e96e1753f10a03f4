//! Person × action × resource → [`Permit`], or the one refusal.

use core::fmt;

use vocab::PersonId;

use crate::{
    matrix::{self, Action, Role},
    person::Person,
    resource::Resource,
};

/// Proof that this person may do this to this resource, once: it cannot be copied.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    person: PersonId,
    action: Action,
    resource: Resource,
    role: Role,
}

impl Permit {
    /// Who may.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// What they may do.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// To what.
    pub const fn resource(&self) -> &Resource {
        &self.resource
    }

    /// By which of their roles.
    pub const fn role(&self) -> Role {
        self.role
    }
}

/// No. To whoever asked it says nothing else, not even whether the thing exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(Why);

/// Why not; for the audit log alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// They already consented.
    ConsentedAlready,
    /// A role of theirs may do it, but not there.
    OutOfReach,
    /// They would approve what they proposed themselves.
    OwnProposal,
    /// They would give themselves a role, or take one from themselves.
    SelfGrant,
    /// A token of theirs was to give what they do not have.
    WiderToken,
    /// No role of theirs may do it anywhere.
    WithoutRole,
}

impl Refusal {
    /// The one code that strangers see.
    pub const fn code(&self) -> &'static str {
        "access/refused"
    }

    /// Why; for the audit log, never for whoever asked.
    pub const fn why(&self) -> Why {
        self.0
    }
}

impl Why {
    /// The word for the audit log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ConsentedAlready => "consented already",
            Self::OutOfReach => "out of reach",
            Self::OwnProposal => "own proposal",
            Self::SelfGrant => "self grant",
            Self::WiderToken => "wider token",
            Self::WithoutRole => "without role",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no such thing here, or you may not do this to it; ask whoever gives out roles")
    }
}

impl core::error::Error for Refusal {}

/// Whether this person may do this to this resource.
pub fn permit(person: &Person, action: Action, resource: Resource) -> Result<Permit, Refusal> {
    let roles = matrix::roles(action, resource.kind());
    let able = |role: &Role| roles.contains(role);
    if !person.grants.iter().any(|grant| able(&grant.role)) {
        return Err(Refusal(Why::WithoutRole));
    }
    let within = person.grants.iter().filter(|grant| able(&grant.role) && grant.reach.covers(&resource));
    let Some(role) = within.map(|grant| grant.role).min() else { return Err(Refusal(Why::OutOfReach)) };
    if let Some(why) = alone(person.id, action, &resource) {
        return Err(Refusal(why));
    }
    Ok(Permit { person: person.id, action, resource, role })
}

/// What takes somebody else, whatever the role.
fn alone(person: PersonId, action: Action, resource: &Resource) -> Option<Why> {
    match (action, resource) {
        (Action::Approve, Resource::Proposal { by, .. }) if *by == person => Some(Why::OwnProposal),
        (Action::Approve, Resource::Proposal { consented, .. }) if consented.contains(&person) => {
            Some(Why::ConsentedAlready)
        }
        (Action::Grant, Resource::Person(whom)) if *whom == person => Some(Why::SelfGrant),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
