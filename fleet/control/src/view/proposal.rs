//! What waits for people: the order that they are to read, who consented, and what is missing.

use std::collections::{BTreeMap, BTreeSet};

use crypto::cbor;
use plan::Proposal;
use store::Store;
use vocab::{DeviceId, EventId, FleetName, Label, OrderId, PersonId, Severity, SiteName, Wall};
use wire::v1::OrderKind;

use crate::{
    fleet::{Fleet, Now},
    record::Record,
};

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalView {
    /// The order.
    pub order: OrderId,
    /// As people must read it before they sign it: deterministic CBOR.
    pub bytes: Vec<u8>,
    /// The fleet that it names.
    pub fleet: FleetName,
    /// The device that it names.
    pub device: DeviceId,
    /// What people call the device.
    pub label: Label,
    /// Where it stands.
    pub site: SiteName,
    /// What it asks for.
    pub kind: OrderKind,
    /// The same in a sentence.
    pub sentence: String,
    /// The event that it is about, and how bad that was.
    pub event: Option<(EventId, Option<Severity>)>,
    /// Who proposed it.
    pub by: Party,
    /// When.
    pub at: Wall,
    /// Why.
    pub reason: Label,
    /// Not after this.
    pub expires: Wall,
    /// How far it has come.
    pub state: ProposalState,
    /// Who consented.
    pub consented: Vec<Party>,
    /// How many people it takes.
    pub needs: usize,
    /// What is missing; empty if nothing is.
    pub missing: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Party {
    /// Who.
    pub id: PersonId,
    /// What the roster calls them.
    pub name: String,
}

/// How far a proposal has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProposalState {
    /// It waits for people.
    Open,
    /// Enough people have consented; the device has not reported yet.
    Approved,
    /// The device has reported what became of it.
    Done,
    /// Its time is over.
    Expired,
}

impl ProposalView {
    /// Everybody who consented.
    pub fn people(&self) -> BTreeSet<PersonId> {
        self.consented.iter().map(|person| person.id).collect()
    }
}

/// One proposal.
pub fn proposal<S: Store>(fleet: &Fleet<S>, order: OrderId, now: Now) -> Option<ProposalView> {
    view(fleet, fleet.proposals().find(|one| one.order().id == order)?, now)
}

/// Every proposal whose time is not over, oldest first.
pub fn proposals<S: Store>(fleet: &Fleet<S>, now: Now) -> Vec<ProposalView> {
    fleet.proposals().filter_map(|one| view(fleet, one, now)).collect()
}

/// How far a proposal has come, for whoever only wants to hear that it went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// About which device.
    pub device: DeviceId,
    /// Where it stands.
    pub site: SiteName,
    /// How many people consented.
    pub consents: usize,
    /// Whether the device has reported what became of it.
    pub state: Reported,
}

/// Whether a device has reported an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// Not yet.
    NotYet,
    /// It has.
    Yes,
}

/// Every proposal by its order, without judging a signature.
pub fn asking<S: Store>(fleet: &Fleet<S>) -> BTreeMap<OrderId, Asking> {
    let asking = |one: &Proposal| {
        let (order, record) = (one.order(), fleet.record(one.audience().device?)?);
        let state = if record.done.contains(&order.id) { Reported::Yes } else { Reported::NotYet };
        let (device, site) = (record.device(), record.site.clone());
        Some((order.id, Asking { device, site, consents: order.consents.len(), state }))
    };
    fleet.proposals().filter_map(asking).collect()
}

fn view<S: Store>(fleet: &Fleet<S>, one: &Proposal, now: Now) -> Option<ProposalView> {
    let (order, audience) = (one.order(), one.audience());
    let record = fleet.record(audience.device?)?;
    let reset = fleet.reset(record);
    let consented = order.consents.iter().filter_map(|consent| consent.claimed().ok());
    let consented = consented.map(|consent| party(fleet, consent.person)).collect();
    let latches = fleet.latches(record.device());
    let approved = one.approved(&fleet.setup().roster, &reset, &latches, now.wall);
    let state = match &approved {
        _ if record.done.contains(&order.id) => ProposalState::Done,
        _ if order.expires <= now.wall => ProposalState::Expired,
        Ok(_) => ProposalState::Approved,
        Err(_) => ProposalState::Open,
    };
    let missing = match (state, approved) {
        (ProposalState::Open, Err(mistake)) => mistake.to_string(),
        _ => String::new(),
    };
    let event = match order.kind {
        OrderKind::ReleaseLatch { event, severity } => Some((event, Some(severity))),
        OrderKind::Acknowledge(event) => Some((event, None)),
        OrderKind::Run(_) => None,
    };
    Some(ProposalView {
        order: order.id,
        bytes: cbor::encode(order),
        device: record.device(),
        fleet: audience.fleet,
        label: record.identity.label().clone(),
        site: record.site.clone(),
        kind: order.kind.clone(),
        sentence: sentence(&order.kind, record),
        event,
        by: party(fleet, one.by()),
        at: one.at(),
        reason: one.reason().clone(),
        expires: order.expires,
        state,
        consented,
        needs: one.needs(&reset),
        missing,
    })
}

fn sentence(kind: &OrderKind, record: &Record) -> String {
    let (label, site) = (record.identity.label(), &record.site);
    match kind {
        OrderKind::ReleaseLatch { event, .. } => {
            let latch = record.latches.iter().find(|latch| latch.event == *event);
            let zone = latch.map_or_else(|| "what".into(), |latch| format!("{}, which", latch.zone));
            format!("Release {zone} {event} latched on {label} at {site}.")
        }
        OrderKind::Acknowledge(event) => format!("Say that people know of {event} on {label} at {site}."),
        OrderKind::Run(action) => format!("Do {action:?} on {label} at {site}."),
    }
}

fn party<S: Store>(fleet: &Fleet<S>, id: PersonId) -> Party {
    let known = fleet.setup().roster.people.iter().find(|person| person.id == id);
    let name = known.map_or_else(|| "somebody who left the roster".into(), |person| person.name.to_string());
    Party { id, name }
}
