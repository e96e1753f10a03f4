//! What waits for people: the order that they are to read, who consented, and what is missing.

use std::collections::{BTreeMap, BTreeSet};

use crypto::cbor;
use plan::{Latch, Mistake, Proposal};
use store::Store;
use vocab::{DeviceId, EventId, FleetName, Label, OrderId, PersonId, Severity, SiteName, Wall};
use wire::v1::OrderKind;

use super::piece::{Goes, Most, Piece, Search};
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
    /// What is missing, or why it is void; empty if nothing is.
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
    /// Nobody's signature completes it any more: one that it holds no longer counts, too few are left who may, or
    /// nothing is left to release. What to do, `missing` says.
    Void,
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

/// A piece of the proposals whose time is not over, after one, oldest first: those about devices that are wanted.
pub fn proposals<S: Store>(
    fleet: &Fleet<S>,
    after: Option<OrderId>,
    most: Most,
    now: Now,
    wanted: impl Fn(DeviceId) -> bool,
) -> Piece<ProposalView, OrderId> {
    let mut search = Search::new(most);
    for one in fleet.proposals_after(after) {
        if search.goes() == Goes::NoFurther {
            return search.broken_off();
        }
        let device = one.audience().device.filter(|device| wanted(*device));
        let cost = if device.is_some() { JUDGED } else { 1 };
        search.looked(one.order().id, cost, device.and_then(|_| view(fleet, one, now)));
    }
    search.ended()
}

/// What it costs to judge the signatures of a proposal, counted in looks.
const JUDGED: usize = 32;

/// How far a proposal has come, for whoever only wants to hear that it went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// About which device.
    pub device: DeviceId,
    /// What people call it.
    pub label: Label,
    /// Where it stands.
    pub site: SiteName,
    /// Who asked, and what the roster calls them.
    pub by: Party,
    /// When.
    pub at: Wall,
    /// Everybody who consented.
    pub people: BTreeSet<PersonId>,
    /// The version of the roster by which it is judged whether that counts.
    pub roster: u64,
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
        Some((
            order.id,
            Asking {
                device: record.device(),
                label: record.identity.label().clone(),
                site: record.site.clone(),
                by: party(fleet, one.by()),
                at: one.at(),
                people: people(one).collect(),
                roster: fleet.setup().roster.version,
                state,
            },
        ))
    };
    fleet.proposals().filter_map(asking).collect()
}

fn view<S: Store>(fleet: &Fleet<S>, one: &Proposal, now: Now) -> Option<ProposalView> {
    let (order, audience) = (one.order(), one.audience());
    let record = fleet.record(audience.device?)?;
    let consented = people(one).map(|person| party(fleet, person)).collect();
    let (state, missing) = if record.done.contains(&order.id) {
        (ProposalState::Done, String::new())
    } else if order.expires <= now.wall {
        (ProposalState::Expired, String::new())
    } else {
        match judge(fleet, record, one, now.wall) {
            Verdict::Approved => (ProposalState::Approved, String::new()),
            Verdict::Waits(why) => (ProposalState::Open, words(fleet, &why)),
            Verdict::Void(why) => (ProposalState::Void, words(fleet, &why)),
        }
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
        needs: one.needs(&fleet.reset(record)),
        missing,
    })
}

/// What further signatures could do for a proposal.
pub(super) enum Verdict {
    /// Nothing: there are enough.
    Approved,
    /// Nothing, ever.
    Void(Mistake),
    /// They are missing.
    Waits(Mistake),
}

/// Judges a proposal about this device at this time.
pub(super) fn judge<S: Store>(fleet: &Fleet<S>, record: &Record, one: &Proposal, at: Wall) -> Verdict {
    let latches = fleet.latches(record.device());
    match one.approved(&fleet.setup().roster, &fleet.reset(record), &latches, at) {
        Ok(_) => Verdict::Approved,
        Err(mistake @ Mistake::FewPeople { .. }) => match released(one, &latches) {
            Some(event) => Verdict::Void(Mistake::NoSuchLatch(event)),
            None => Verdict::Waits(mistake),
        },
        Err(mistake) => Verdict::Void(mistake),
    }
}

/// What it is to release, if that latches nothing any more.
fn released(one: &Proposal, latches: &[Latch]) -> Option<EventId> {
    let OrderKind::ReleaseLatch { event, .. } = one.order().kind else { return None };
    (!latches.iter().any(|latch| latch.event == event)).then_some(event)
}

/// The judge's sentence, with the name of whoever it is about.
pub(super) fn words<S: Store>(fleet: &Fleet<S>, mistake: &Mistake) -> String {
    let sentence = mistake.to_string();
    match mistake {
        Mistake::Opener(person) | Mistake::Void(person) => {
            sentence.replace(&person.to_string(), &party(fleet, *person).name)
        }
        _ => sentence,
    }
}

/// Everybody who consented.
fn people(one: &Proposal) -> impl Iterator<Item = PersonId> {
    let consents = one.order().consents.iter().filter_map(|consent| consent.claimed().ok());
    consents.map(|consent| consent.person)
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

/// A person as the roster calls them, or, where they left it, as their account does.
pub(super) fn party<S: Store>(fleet: &Fleet<S>, id: PersonId) -> Party {
    let name = fleet.named(id).map_or_else(|| "somebody who left the roster".into(), ToString::to_string);
    Party { id, name }
}
