//! What people may ask of the fleet: each with the permit that they earned at the door.

use access::{Action, Permit, Resource};
use admit::standing::{Change, Reason, Release, Revocation, Standing};
use audit::{Actor, Decision, Kind, Outcome, Subject};
use crypto::{approved::Approved, cbor, signed::Signed};
use incident::{Incident, Outcome as Ending};
use plan::{Mistake, Proposal, proposal::Request};
use policy::{Reset, evaluate};
use store::{Store, Table};
use vocab::{Arming, DeviceId, EventId, IncidentId, Label, OrderId, PersonId, SiteName};
use wire::v1::{Consent, Order};

use super::{Fleet, Now};
use crate::{fault::Fault, record::Record};

/// How long an order may wait for its consents and its device.
const ORDER_LIFE: std::time::Duration = std::time::Duration::from_hours(1);

/// Why a person did not get what they asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The account does not allow it.
    Account(access::account::Mistake),
    /// Something is wrong with the fleet's own house.
    Fault(Fault),
    /// The fleet has no such device.
    NoDevice(DeviceId),
    /// The fleet has no such incident that is open.
    NoIncident(IncidentId),
    /// The roster gives this person no such passkey.
    NoPasskey(PersonId),
    /// Nobody proposed that.
    NoProposal(OrderId),
    /// People have not suspended this device, or have taken it back already.
    NotSuspended(DeviceId),
    /// The permit is for something else.
    Permit,
    /// The proposal does not hold.
    Plan(Mistake),
    /// The identity of this device has ended.
    Revoked(DeviceId),
    /// The consent is somebody else's.
    Somebody,
    /// People have suspended this device already.
    SuspendedAlready(DeviceId),
    /// The incident does not close.
    Incident(incident::Mistake),
    /// No such token is issued.
    Token(admit::Mistake),
    /// As many services were ended as are remembered.
    ServicesFull,
    /// As many boxes are watched as may be.
    Watched,
}

impl<S: Store> Fleet<S> {
    /// Proposes the release of what this event latched; gives the order that two people are to consent to.
    pub fn propose(
        &mut self,
        permit: &Permit,
        device: DeviceId,
        event: EventId,
        reason: Label,
        now: Now,
    ) -> Result<Proposal, Asked> {
        self.granted(permit, Action::Propose, device)?;
        let by = permit.person();
        let request = self.request(by, device, reason.clone(), now)?;
        let about = Subject::Device(device);
        let proposal = Proposal::release(request, event, &self.latches(device))
            .map_err(|mistake| self.mistaken(Kind::Propose, by, about, mistake, now))?;
        self.keep_proposal(&proposal);
        let order = proposal.order().id;
        self.asked(Kind::Propose, by, order, vec![proposal.subject()], Some(reason), now);
        Ok(proposal)
    }

    /// Takes a person's consent to a proposal: of whoever proposed it, and of whoever may approve it.
    pub fn approve(
        &mut self,
        permit: &Permit,
        order: OrderId,
        consent: Signed<Consent>,
        now: Now,
    ) -> Result<(), Asked> {
        let by = permit.person();
        let mut proposal = self.proposals.get(&order).cloned().ok_or(Asked::NoProposal(order))?;
        let Some(device) = proposal.audience().device else { return Err(Asked::NoProposal(order)) };
        if proposal.by() == by {
            self.granted(permit, Action::Propose, device)?;
        } else {
            self.granted_over(permit, &proposal, device)?;
        }
        if consent.claimed().map_or(true, |claimed| claimed.person != by) {
            return Err(Asked::Somebody);
        }
        let digest = consent.digest();
        proposal
            .consent(consent, &self.setup.roster, &self.latches(device), now.wall)
            .map_err(|mistake| self.mistaken(Kind::Approve, by, Subject::Order(order), mistake, now))?;
        self.keep_proposal(&proposal);
        self.asked(Kind::Approve, by, order, vec![digest], None, now);
        self.dirty.insert(device);
        Ok(())
    }

    /// Asks for another arming state of a device.
    pub fn arm(&mut self, permit: &Permit, device: DeviceId, arming: Arming, now: Now) -> Result<(), Asked> {
        self.granted(permit, Action::Arm, device)?;
        let dossier = self.dossiers.get_mut(&device).ok_or(Asked::NoDevice(device))?;
        dossier.record.asked = Some(arming);
        self.keep(device);
        self.dirty.insert(device);
        let actor = Actor::Person(permit.person());
        self.decide(Kind::Plan, actor, Subject::Device(device), vec![], Outcome::Done, now.wall);
        Ok(())
    }

    /// Ends an identity for good.
    pub fn revoke(
        &mut self,
        permit: &Permit,
        device: DeviceId,
        reason: Reason,
        now: Now,
    ) -> Result<(), Asked> {
        self.granted(permit, Action::Revoke, device)?;
        let by = permit.person();
        self.decide(
            Kind::Revoke,
            Actor::Person(by),
            Subject::Device(device),
            vec![],
            Outcome::Done,
            now.wall,
        );
        self.end(device, Revocation { reason, by, at: now.wall }, now);
        Ok(())
    }

    /// Suspends an identity, as what happens to a device does: it keeps the quarantine room, and returns by proof.
    pub fn suspend(
        &mut self,
        permit: &Permit,
        device: DeviceId,
        reason: Label,
        now: Now,
    ) -> Result<(), Asked> {
        self.granted(permit, Action::Suspend, device)?;
        let (by, why) = (permit.person(), reason.clone());
        let standing = self.standing(device)?;
        let changed = match standing.revocation() {
            Some(_) => Err(Asked::Revoked(device)),
            None => match standing.suspend_by_hand(by, why, now.wall) {
                Change::Nothing => Err(Asked::SuspendedAlready(device)),
                changed => Ok(changed),
            },
        };
        self.stands(Kind::Suspend, by, device, reason, changed, now)
    }

    /// Says that what people suspended an identity for is over: the device is asked at once to prove itself, and no
    /// door opens before it has, under a new key.
    pub fn resume(
        &mut self,
        permit: &Permit,
        device: DeviceId,
        reason: Label,
        now: Now,
    ) -> Result<(), Asked> {
        self.granted(permit, Action::Suspend, device)?;
        let record = &self.dossiers.get(&device).ok_or(Asked::NoDevice(device))?.record;
        let release =
            Release { generation: record.obeyed, seq: record.accepted.map_or(0, |accepted| accepted.seq) };
        let changed = match self.standing(device)?.end_by_hand(release, now.wall) {
            Change::Nothing => Err(Asked::NotSuspended(device)),
            changed => Ok(changed),
        };
        if let Some(dossier) = self.dossiers.get_mut(&device).filter(|_| changed.is_ok()) {
            dossier.appraise_at = now.mono;
            self.schedule(device);
        }
        self.stands(Kind::Resume, permit.person(), device, reason, changed, now)
    }

    fn standing(&mut self, device: DeviceId) -> Result<&mut Standing, Asked> {
        let dossier = self.dossiers.get_mut(&device).ok_or(Asked::NoDevice(device))?;
        Ok(dossier.record.identity.standing_mut())
    }

    /// Writes down what a person decided about where an identity stands, or why it is not so, and tells the doors.
    fn stands(
        &mut self,
        kind: Kind,
        by: PersonId,
        device: DeviceId,
        reason: Label,
        changed: Result<Change, Asked>,
        now: Now,
    ) -> Result<(), Asked> {
        let outcome = match &changed {
            Ok(_) => Outcome::Done,
            Err(asked) => Outcome::Refused(asked.code().into()),
        };
        let (actor, subject) = (Actor::Person(by), Subject::Device(device));
        let reason = Some(reason);
        self.decide_because(Decision { kind, at: now.wall, actor, subject, inputs: vec![], outcome, reason });
        self.stood(device, changed?);
        Ok(())
    }

    /// Closes an incident with what it was.
    pub fn close_incident(
        &mut self,
        permit: &Permit,
        id: IncidentId,
        ending: Ending,
        reason: Label,
        now: Now,
    ) -> Result<(), Asked> {
        let mut incident = self.incidents.get(id).cloned().ok_or(Asked::NoIncident(id))?;
        self.granted_close(permit, &incident)?;
        let by = permit.person();
        if let Err(mistake) = incident.close(ending, by, reason.clone(), now.wall) {
            let outcome = Outcome::Refused(mistake.code().into());
            self.decide(Kind::Close, Actor::Person(by), Subject::Incident(id), vec![], outcome, now.wall);
            return Err(Asked::Incident(mistake));
        }
        self.dirty.extend(incident.boxes().iter().map(|one| one.device));
        self.keep_incident(incident);
        let (actor, subject) = (Actor::Person(by), Subject::Incident(id));
        let outcome = Outcome::Done;
        self.decide_because(Decision {
            kind: Kind::Close,
            at: now.wall,
            actor,
            subject,
            inputs: vec![],
            outcome,
            reason: Some(reason),
        });
        Ok(())
    }

    /// The orders for a device to which enough people have consented, verified anew.
    pub(super) fn approved(&self, device: DeviceId, now: Now) -> Vec<Approved<Order>> {
        let Some(dossier) = self.dossiers.get(&device) else { return vec![] };
        let record = &dossier.record;
        let of_device = |proposal: &&Proposal| proposal.audience().device == Some(device);
        let open = |proposal: &&Proposal| !record.done.contains(&proposal.order().id);
        let latches = self.latches(device);
        let reset = self.reset(record);
        let ready = self.proposals.values().filter(of_device).filter(open);
        ready.filter_map(|one| one.approved(&self.setup.roster, &reset, &latches, now.wall).ok()).collect()
    }

    /// How many people a reset of this device takes, as the documents have it.
    pub(crate) fn reset(&self, record: &Record) -> Reset {
        let facts = policy::Facts {
            subject: super::telling::subject(record),
            arming: Arming::Armed,
            incidents: vec![],
        };
        evaluate(&self.setup.documents, &facts).reset.value
    }

    fn request(&mut self, by: PersonId, device: DeviceId, reason: Label, now: Now) -> Result<Request, Asked> {
        let drawn = self.draw();
        let dossier = self.dossiers.get(&device).ok_or(Asked::NoDevice(device))?;
        let seen = dossier.record.accepted.ok_or(Asked::NoDevice(device))?;
        Ok(Request {
            fleet: self.setup.fleet.clone(),
            device,
            order: OrderId::v7(now.wall, std::array::from_fn(|at| drawn[at])),
            seen,
            expires: now.wall + ORDER_LIFE,
            by,
            at: now.wall,
            reason,
        })
    }

    fn keep_proposal(&mut self, proposal: &Proposal) {
        let id = proposal.order().id;
        self.batch.put(Table::Proposal, *id.as_bytes(), cbor::encode(proposal));
        self.proposals.insert(id, proposal.clone());
    }

    fn asked(
        &mut self,
        kind: Kind,
        by: PersonId,
        order: OrderId,
        inputs: Vec<crypto::digest::Digest>,
        reason: Option<Label>,
        now: Now,
    ) {
        let (actor, subject, at) = (Actor::Person(by), Subject::Order(order), now.wall);
        self.decide_because(Decision { kind, at, actor, subject, inputs, outcome: Outcome::Done, reason });
    }

    /// A refusal is a decision too.
    fn mistaken(&mut self, kind: Kind, by: PersonId, about: Subject, mistake: Mistake, now: Now) -> Asked {
        let outcome = Outcome::Refused(mistake.code().into());
        self.decide(kind, Actor::Person(by), about, vec![], outcome, now.wall);
        Asked::Plan(mistake)
    }

    /// The permit was earned for this device where it stands now, and not for something else.
    fn granted(&self, permit: &Permit, action: Action, device: DeviceId) -> Result<(), Asked> {
        let site = self.site(device).ok_or(Asked::NoDevice(device))?;
        let of = matches!(permit.resource(), Resource::Device(of, at) if *of == device && *at == site);
        if permit.action() == action && of { Ok(()) } else { Err(Asked::Permit) }
    }

    /// The permit was earned for this proposal, knowing who proposed it and who else consented.
    fn granted_over(&self, permit: &Permit, proposal: &Proposal, device: DeviceId) -> Result<(), Asked> {
        let here = self.site(device).ok_or(Asked::NoDevice(device))?;
        let Resource::Proposal { by, consented, site } = permit.resource() else { return Err(Asked::Permit) };
        let people = proposal.order().consents.iter().filter_map(|consent| consent.claimed().ok());
        let seen = people.map(|consent| consent.person).all(|one| one == *by || consented.contains(&one));
        let of = *by == proposal.by() && *site == here && seen;
        if permit.action() == Action::Approve && of { Ok(()) } else { Err(Asked::Permit) }
    }

    /// The permit was earned for this incident and for every site that it touches by now.
    fn granted_close(&self, permit: &Permit, incident: &Incident) -> Result<(), Asked> {
        let Resource::Incident(id, sites) = permit.resource() else { return Err(Asked::Permit) };
        let mut touched = incident.boxes().iter().filter_map(|one| self.site(one.device));
        let of = *id == incident.id() && touched.all(|site| sites.contains(&site));
        if permit.action() == Action::Close && of { Ok(()) } else { Err(Asked::Permit) }
    }

    fn site(&self, device: DeviceId) -> Option<SiteName> {
        self.dossiers.get(&device).map(|dossier| dossier.record.site.clone())
    }
}

impl Asked {
    /// `control/…`, or the judge's own code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Account(mistake) => mistake.code(),
            Self::Fault(fault) => fault.code(),
            Self::NoDevice(_) => "control/no-device",
            Self::NoIncident(_) => "control/no-incident",
            Self::NoPasskey(_) => "control/no-passkey",
            Self::NoProposal(_) => "control/no-proposal",
            Self::NotSuspended(_) => "control/not-suspended",
            Self::Permit => "control/permit",
            Self::Plan(mistake) => mistake.code(),
            Self::Revoked(_) => "control/revoked",
            Self::ServicesFull => "control/services-full",
            Self::Somebody => "control/somebody",
            Self::SuspendedAlready(_) => "control/suspended-already",
            Self::Incident(mistake) => mistake.code(),
            Self::Token(mistake) => mistake.code(),
            Self::Watched => "control/watched",
        }
    }
}

impl std::fmt::Display for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(mistake) => mistake.fmt(f),
            Self::Fault(fault) => fault.fmt(f),
            Self::NoDevice(device) => write!(f, "the fleet has no device {device}, or it has never spoken"),
            Self::NoIncident(incident) => write!(f, "no incident {incident} is open"),
            Self::NoPasskey(person) => {
                write!(
                    f,
                    "the roster gives {person} no such passkey; ask whoever keeps the root to sign one with it"
                )
            }
            Self::NoProposal(order) => write!(f, "nobody proposed {order}; propose it first"),
            Self::NotSuspended(device) => write!(
                f,
                "people have not suspended {device}, or have taken that back already; what holds it now goes by its \
                 release and by its proof"
            ),
            Self::Permit => f.write_str("the permit was given for something else; ask again for this"),
            Self::Plan(mistake) => mistake.fmt(f),
            Self::Revoked(device) => {
                write!(f, "the identity of {device} has ended for good: every door is closed to it already")
            }
            Self::SuspendedAlready(device) => {
                write!(
                    f,
                    "people have suspended {device} already; the first reason stands until it is taken back"
                )
            }
            Self::ServicesFull => f.write_str(
                "the credentials of a thousand services were ended within a week, and no more are remembered; wait until \
                 the oldest have run out",
            ),
            Self::Somebody => f.write_str("the consent is somebody else's; each person hands in their own"),
            Self::Incident(mistake) => mistake.fmt(f),
            Self::Token(mistake) => mistake.fmt(f),
            Self::Watched => f.write_str(
                "as many boxes are watched as may be at once; close one, and try again in half a minute",
            ),
        }
    }
}

impl std::error::Error for Asked {}
