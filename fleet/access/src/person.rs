//! A person and what was granted to them.

use alloc::{collections::BTreeSet, vec::Vec};

use vocab::{PersonId, SiteName};

use crate::{matrix::Role, resource::Resource};

/// One person, as the fleet knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// What was granted to them.
    pub grants: Vec<Grant>,
}

/// One role, somewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Where it holds.
    pub reach: Reach,
}

/// Where a role holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// At every site, and for what belongs to no site.
    Fleet,
    /// At these sites alone.
    Sites(BTreeSet<SiteName>),
}

impl Reach {
    /// Whether all of this resource lies within reach.
    pub fn covers(&self, resource: &Resource) -> bool {
        let Self::Sites(sites) = self else { return true };
        match resource {
            Resource::Device(_, site)
            | Resource::Proposal { site, .. }
            | Resource::Token(site)
            | Resource::Trace(_, site)
            | Resource::WorkOrder(_, site) => sites.contains(site),
            // Whoever may see half of an incident would learn the other half from it.
            Resource::Incident(_, touched) => !touched.is_empty() && touched.is_subset(sites),
            Resource::Audit
            | Resource::Person(_)
            | Resource::Policy
            | Resource::Secret
            | Resource::Settings => false,
        }
    }
}
