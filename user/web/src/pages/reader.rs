//! Who reads a page: what they are shown, and which controls.

use access::{Action, Grant, Kind, Person, Reach, Resource, matrix::roles, permit};
use vocab::{DeviceId, PersonId, SiteName};

use crate::{refusal::Refusal, route::Call};

/// Whoever reads. A control that is not shown refuses nobody, so nothing of this is written down.
#[derive(Clone)]
pub(super) struct Reader(Person);

impl Reader {
    pub(super) fn of(call: &Call) -> Result<Self, Refusal> {
        call.caller.as_ref().map(|caller| Self(caller.person.clone())).ok_or(Refusal::SignedOut)
    }

    pub(super) const fn id(&self) -> PersonId {
        self.0.id
    }

    /// Whether they may do this to that.
    pub(super) fn may(&self, action: Action, resource: Resource) -> bool {
        permit(&self.0, action, resource).is_ok()
    }

    pub(super) fn sees(&self, resource: Resource) -> bool {
        self.may(Action::View, resource)
    }

    /// Whether they may look at what is of this kind and stands at this site alone.
    pub(super) fn sees_at(&self, kind: Kind, site: &SiteName) -> bool {
        self.0.sees_at(kind, site)
    }

    pub(super) fn may_device(&self, action: Action, device: DeviceId, site: &SiteName) -> bool {
        self.may(action, Resource::Device(device, site.clone()))
    }

    /// Whether they may do this to anything of the kind, anywhere.
    pub(super) fn ever(&self, action: Action, kind: Kind) -> bool {
        let able = roles(action, kind);
        self.0.grants.iter().any(|grant| able.contains(&grant.role))
    }

    /// `operator, security, all sites`.
    pub(super) fn roles(&self) -> String {
        let mut all: Vec<&Grant> = self.0.grants.iter().collect();
        all.sort();
        let words: Vec<_> = all.iter().map(|grant| grant.role.word()).collect();
        let mut told = words.clone();
        told.dedup();
        let reaches: std::collections::BTreeSet<_> = all.iter().map(|grant| reach(&grant.reach)).collect();
        format!("{}, {}", told.join(", "), reaches.into_iter().collect::<Vec<_>>().join("; "))
    }
}

/// Where it holds.
fn reach(reach: &Reach) -> String {
    match reach {
        Reach::Fleet => "all sites".into(),
        Reach::Sites(sites) => sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}
