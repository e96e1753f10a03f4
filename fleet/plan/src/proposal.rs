//! What a person asks for and others consent to, until there are enough of them.
//!
//! The verbs stand in the facade; this is what they carry. Consents are verified when they come and again when the
//! order goes out.

use alloc::vec::Vec;

use crypto::{
    approved::{Approved, Consent as _, Electorate, NeedsConsent},
    digest::Digest,
    signed::{Audience, Signed, Verified},
};
use journal::Position;
use minicbor::{Decode, Encode};
use policy::Reset;
use vocab::{Action, DeviceId, EventId, FleetName, Label, OrderId, PersonId, Wall};
use wire::v1::{Consent, Order, OrderKind, Roster};

use crate::{
    facts::{Latch, Sensed},
    refusal::Mistake,
};

/// An order that waits for consents.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Proposal {
    #[n(0)]
    fleet: FleetName,
    #[n(1)]
    device: DeviceId,
    #[n(2)]
    order: Order,
    #[n(3)]
    by: PersonId,
    #[n(4)]
    at: Wall,
    #[n(5)]
    reason: Label,
}

/// Whom a proposal is for and who makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The fleet.
    pub fleet: FleetName,
    /// The device.
    pub device: DeviceId,
    /// The id that the order will have; single use, drawn by the caller.
    pub order: OrderId,
    /// The journal that the person was shown.
    pub seen: Position,
    /// Not after this.
    pub expires: Wall,
    /// Who asks.
    pub by: PersonId,
    /// When.
    pub at: Wall,
    /// Why, in their own words.
    pub reason: Label,
}

impl Proposal {
    /// Asks for the release of a latch. Refused while its cause is there, and to whoever was let in at that time.
    pub fn release(request: Request, event: EventId, latches: &[Latch]) -> Result<Self, Mistake> {
        let latch = latches.iter().find(|latch| latch.event == event).ok_or(Mistake::NoSuchLatch(event))?;
        if latch.cause != Sensed::Gone {
            return Err(Mistake::CausePresent(event));
        }
        if latch.openers.contains(&request.by) {
            return Err(Mistake::Opener(request.by));
        }
        Ok(Self::new(request, OrderKind::ReleaseLatch { event, severity: latch.severity }))
    }

    /// Says that a person has seen an event.
    pub fn acknowledge(request: Request, event: EventId, latches: &[Latch]) -> Result<Self, Mistake> {
        latches.iter().find(|latch| latch.event == event).ok_or(Mistake::NoSuchLatch(event))?;
        Ok(Self::new(request, OrderKind::Acknowledge(event)))
    }

    /// Asks for an act.
    pub fn run(request: Request, action: Action) -> Self {
        Self::new(request, OrderKind::Run(action))
    }

    fn new(request: Request, kind: OrderKind) -> Self {
        let Request { fleet, device, order: id, seen: basis, expires, by, at, reason } = request;
        let order = Order { id, kind, basis, expires, consents: Vec::new() };
        Self { fleet, device, order, by, at, reason }
    }

    /// The order as it stands.
    pub const fn order(&self) -> &Order {
        &self.order
    }

    /// Who asked.
    pub const fn by(&self) -> PersonId {
        self.by
    }

    /// When.
    pub const fn at(&self) -> Wall {
        self.at
    }

    /// Why.
    pub const fn reason(&self) -> &Label {
        &self.reason
    }

    /// For whom.
    pub fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }

    /// What people sign.
    pub fn subject(&self) -> Digest {
        self.order.subject(&self.audience())
    }

    /// What this person signs to consent: for as long as the order holds.
    pub fn consenting(&self, person: PersonId) -> Consent {
        let (fleet, device) = (self.fleet.clone(), self.device);
        Consent { fleet, device, person, subject: self.subject(), expires: self.order.expires }
    }

    /// Takes a consent, if it counts: by somebody of the roster who may, who was not let in at that time, and who
    /// has not consented yet.
    pub fn consent(
        &mut self,
        consent: Signed<Consent>,
        roster: &Verified<Roster>,
        latches: &[Latch],
        now: Wall,
    ) -> Result<(), Mistake> {
        let person = consent.claimed().map_err(Mistake::Consent)?.person();
        if let Some(void) = self.void(roster, now).filter(|_| self.order.expires > now) {
            return Err(Mistake::Void(void));
        }
        if self.openers(latches).any(|opener| opener == person) {
            return Err(Mistake::Opener(person));
        }
        let mut order = self.order.clone();
        order.consents.push(consent);
        match Approved::verify(order.clone(), &self.audience(), roster, now) {
            // That more people are needed is no fault of this one.
            Ok(_) | Err(crypto::refusal::Refusal::ConsentsMissing { .. }) => {
                self.order = order;
                Ok(())
            }
            Err(reason) => Err(Mistake::Consent(reason)),
        }
    }

    /// How many people it takes, by what the device demands and by what the documents ask for beyond it.
    pub fn needs(&self, reset: &Reset) -> usize {
        match self.order.kind {
            OrderKind::ReleaseLatch { severity, .. } => reset.people_for(severity).max(self.order.required()),
            OrderKind::Acknowledge(_) | OrderKind::Run(_) => self.order.required(),
        }
    }

    /// The approved order, once enough people have consented. [`Mistake::FewPeople`] alone says that others may still
    /// complete it; with any other it has to be proposed again.
    pub fn approved(
        &self,
        roster: &Verified<Roster>,
        reset: &Reset,
        latches: &[Latch],
        now: Wall,
    ) -> Result<Approved<Order>, Mistake> {
        let order = match Approved::verify(self.order.clone(), &self.audience(), roster, now) {
            Ok(order) => Some(order),
            // Each of those that are there counts.
            Err(crypto::refusal::Refusal::ConsentsMissing { .. }) => None,
            Err(reason) => {
                return Err(self.void(roster, now).map_or(Mistake::Consent(reason), Mistake::Void));
            }
        };
        if let Some(opener) = self.openers(latches).find(|opener| self.consented().any(|one| one == *opener))
        {
            return Err(Mistake::Opener(opener));
        }
        let need = self.needs(reset);
        let outside = |person: &PersonId| !self.openers(latches).any(|opener| opener == *person);
        let may = roster.people.iter().filter(|person| roster.may(person.id, &self.order));
        let able = may.filter(|person| outside(&person.id)).count();
        if able < need {
            return Err(Mistake::Lonely { have: able, need });
        }
        let have = self.order.consents.len();
        order.filter(|_| have >= need).ok_or(Mistake::FewPeople { have, need })
    }

    /// Who consented, by what their letters say.
    fn consented(&self) -> impl Iterator<Item = PersonId> {
        self.order
            .consents
            .iter()
            .filter_map(|consent| consent.claimed().ok())
            .map(|consent| consent.person())
    }

    /// Whose consent no longer counts by itself, of those that counted when they came.
    fn void(&self, roster: &Verified<Roster>, now: Wall) -> Option<PersonId> {
        let counts = |consent: &Signed<Consent>| {
            let alone = Order { consents: [consent.clone()].into(), ..self.order.clone() };
            let judged = Approved::verify(alone, &self.audience(), roster, now);
            matches!(judged, Ok(_) | Err(crypto::refusal::Refusal::ConsentsMissing { .. }))
        };
        let void = self.order.consents.iter().find(|consent| !counts(consent))?;
        void.claimed().ok().map(|consent| consent.person())
    }

    fn openers<'a>(&self, latches: &'a [Latch]) -> impl Iterator<Item = PersonId> + use<'a> {
        let released = match self.order.kind {
            OrderKind::ReleaseLatch { event, .. } => Some(event),
            OrderKind::Acknowledge(_) | OrderKind::Run(_) => None,
        };
        let latch = latches.iter().filter(move |latch| Some(latch.event) == released);
        latch.flat_map(|latch| &latch.openers).copied()
    }
}

#[cfg(test)]
mod tests;
