//! A person and what was granted to them.

use alloc::{collections::BTreeSet, vec::Vec};

use minicbor::{Decode, Encode};
use vocab::{PersonId, SiteName};

use crate::{
    matrix::{Action, Role, roles},
    resource::{Kind, Resource},
};

/// One person, as the fleet knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// What was granted to them.
    pub grants: Vec<Grant>,
}

impl Person {
    /// Whether they have what they would give: the role, and at each site that is named. Where none is named, it is given
    /// wherever they have it.
    pub fn has(&self, given: &Grant) -> bool {
        let of = |own: &&Grant| own.role == given.role;
        let own: Vec<&Reach> = self.grants.iter().filter(of).map(|own| &own.reach).collect();
        match &given.reach {
            Reach::Fleet => !own.is_empty(),
            Reach::Sites(sites) => sites.iter().all(|site| own.iter().any(|reach| reach.at(site))),
        }
    }

    /// Whether this would let them do what no role of theirs lets them do anywhere; to look is not to do.
    pub fn lacks(&self, given: &Grant) -> bool {
        let deeds = Action::ALL.into_iter().filter(|action| !matches!(action, Action::Export | Action::View));
        let mut able = deeds.flat_map(|action| Kind::ALL.map(|kind| roles(action, kind)));
        able.any(|able| able.contains(&given.role) && !self.grants.iter().any(|own| able.contains(&own.role)))
    }

    /// Whether they may look at what is of this kind and stands at this site alone: whoever may see one such thing of a
    /// site may see them all.
    pub fn sees_at(&self, kind: Kind, site: &SiteName) -> bool {
        let able = roles(Action::View, kind);
        self.grants.iter().any(|grant| able.contains(&grant.role) && grant.reach.holds(kind, site))
    }
}

/// One role, somewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    /// The role.
    #[n(0)]
    pub role: Role,
    /// Where it holds.
    #[n(1)]
    pub reach: Reach,
}

/// Where a role holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Reach {
    /// At every site, and for what belongs to no site.
    #[n(0)]
    Fleet,
    /// At these sites alone.
    #[n(1)]
    Sites(#[n(0)] BTreeSet<SiteName>),
}

impl Grant {
    /// What of this grant lies within another: the same role, where both hold.
    pub fn within(&self, other: &Self) -> Option<Self> {
        if self.role != other.role {
            return None;
        }
        let reach = match (&self.reach, &other.reach) {
            (Reach::Fleet, reach) | (reach, Reach::Fleet) => reach.clone(),
            (Reach::Sites(ours), Reach::Sites(theirs)) => {
                let both: BTreeSet<SiteName> = ours.intersection(theirs).cloned().collect();
                if both.is_empty() {
                    return None;
                }
                Reach::Sites(both)
            }
        };
        Some(Self { role: self.role, reach })
    }
}

impl Reach {
    fn at(&self, site: &SiteName) -> bool {
        if let Self::Sites(sites) = self { sites.contains(site) } else { true }
    }

    /// Whether what is of this kind and stands at this site alone lies within reach.
    fn holds(&self, kind: Kind, site: &SiteName) -> bool {
        let Self::Sites(sites) = self else { return true };
        match kind {
            Kind::Device | Kind::Incident | Kind::Proposal | Kind::Token | Kind::Trace | Kind::WorkOrder => {
                sites.contains(site)
            }
            Kind::Audit
            | Kind::Metrics
            | Kind::Person
            | Kind::Policy
            | Kind::Secret
            | Kind::Service
            | Kind::Settings => false,
        }
    }

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
            | Resource::Metrics
            | Resource::Person(_)
            | Resource::Policy
            | Resource::Secret
            | Resource::Service
            | Resource::Settings => false,
        }
    }
}
