//! What people bring to the fleet's door as bytes, and what is written down of their coming.

use std::time::Duration;

use access::{Action, Permit, Resource, Why};
use admit::token::{Binding, LIFE};
use audit::{Actor, Kind, Outcome, Subject};
use crypto::signed::Signed;
use plan::Mistake;
use store::Store;
use vocab::{IncidentId, Label, OrderId, PersonId, Wall};

use crate::{
    fleet::{Asked, Fleet, Now},
    view::{self, TraceView},
};

/// Takes a person's consent as they sent it.
pub fn consent<S: Store>(
    fleet: &mut Fleet<S>,
    permit: &Permit,
    order: OrderId,
    letter: Vec<u8>,
    now: Now,
) -> Result<(), Asked> {
    let letter = Signed::parse(letter).map_err(|refusal| Asked::Plan(Mistake::Consent(refusal)))?;
    fleet.approve(permit, order, letter, now)
}

/// A join token, as it is told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// What the device joins with.
    pub secret: [u8; 32],
    /// Until when.
    pub until: Wall,
}

/// Issues a join token for the site of the permit; for one label alone where one is given, for an hour where no
/// shorter life is.
pub fn token<S: Store>(
    fleet: &mut Fleet<S>,
    permit: &Permit,
    label: Option<Label>,
    life: Option<Duration>,
    now: Now,
) -> Result<Issued, Asked> {
    let Resource::Token(site) = permit.resource() else { return Err(Asked::Permit) };
    if permit.action() != Action::Issue {
        return Err(Asked::Permit);
    }
    let (bound, life) = (Binding { label, key: None }, life.unwrap_or(LIFE));
    let secret = fleet.issue_token(bound, site.clone(), life, permit.person(), now).map_err(Asked::Token)?;
    Ok(Issued { secret, until: now.wall + life })
}

/// The recordings of an incident of the boxes that these permits are for; that somebody read them is written down.
pub fn traces<S: Store>(
    fleet: &mut Fleet<S>,
    permits: &[Permit],
    incident: IncidentId,
    now: Now,
) -> Result<Vec<TraceView>, Asked> {
    let may = |one: &TraceView| {
        let of = |permit: &&Permit| {
            permit.action() == Action::View
                && *permit.resource() == Resource::Trace(one.device, one.site.clone())
        };
        permits.iter().any(|permit| of(&permit))
    };
    let mut traces = view::traces(fleet, incident).map_err(Asked::Fault)?;
    traces.retain(may);
    let shown = |permit: &&Permit| {
        let of = |one: &TraceView| *permit.resource() == Resource::Trace(one.device, one.site.clone());
        traces.iter().any(of)
    };
    for permit in permits.iter().filter(shown) {
        looked(fleet, permit, now);
    }
    Ok(traces)
}

/// What somebody wanted who was refused a permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// To decide who may what, which is not theirs to decide: an incident.
    Rights,
    /// Something else.
    Else,
}

/// Writes down that somebody was refused a permit: for this, or whatever it would have been.
pub fn turned_away<S: Store>(
    fleet: &mut Fleet<S>,
    person: PersonId,
    resource: Option<&Resource>,
    why: Why,
    wanted: Wanted,
    now: Now,
) {
    let outcome = Outcome::Refused(format!("access/refused ({})", why.word()));
    let about = resource.map_or(Subject::Fleet, subject);
    fleet.decide(Kind::Permit, Actor::Person(person), about, vec![], outcome, now.wall);
    if wanted == Wanted::Rights {
        fleet.reached(person, now);
    }
}

/// Writes down that somebody used a permit to look at what others did.
pub(crate) fn looked<S: Store>(fleet: &mut Fleet<S>, permit: &Permit, now: Now) {
    let (actor, subject) = (Actor::Person(permit.person()), subject(permit.resource()));
    fleet.decide(Kind::Permit, actor, subject, vec![], Outcome::Done, now.wall);
}

const fn subject(resource: &Resource) -> Subject {
    match resource {
        Resource::Device(device, _) | Resource::Trace(device, _) | Resource::WorkOrder(device, _) => {
            Subject::Device(*device)
        }
        Resource::Incident(incident, _) => Subject::Incident(*incident),
        Resource::Person(person) => Subject::Person(*person),
        Resource::Audit
        | Resource::Metrics
        | Resource::Policy
        | Resource::Proposal { .. }
        | Resource::Secret
        | Resource::Service
        | Resource::Settings
        | Resource::Token(_) => Subject::Fleet,
    }
}
