//! The control plane: what is heard goes to the judges, what they decide is committed, and only then is it told.
//!
//! One thread. A decision and all that it changes stand in one batch; nothing is acknowledged before its commit.
//! After a commit that failed nobody knows what is stored, so everything is read again: restart is the normal path.

mod accounts;
mod changed;
mod lanes;
mod open;
mod people;
mod proving;
mod road;
mod services;
mod session;
mod stored;
mod tally;
mod telling;
pub(crate) mod watching;

pub(crate) use self::stored::INCIDENT;
pub use self::{
    accounts::{FIRST_WITHIN, Invites},
    people::Asked,
    proving::Enrolled,
    stored::Offered,
    tally::Repeated,
};

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::Bound,
};

use admit::{Identity, appraise::Reference, challenge::Challenge, door::Presented, enrol::Draw as EnrolDraw};
use crypto::signed::Verified;
use incident::{Incident, Place, Topology, silence::Listening};
use link::{Conn, frame::Room};
use plan::{Census, Proposal};
use policy::Document;
use store::{Batch, Store};
use vocab::{DeviceId, FleetName, Label, Mono, Nonce, OrderId, Severity, SiteName, Wall};
use wire::v1::{Keyset, Roster};

use crate::{
    accounts::Accounts,
    authority::Authority,
    dossier::{Counted, Dossier},
    fault::Fault,
    ledger::Ledger,
    record::Record,
    services::Services,
    sign_in::Gate,
};

use self::{changed::Changed, open::Open, tally::Tallies};

/// A moment, as the fleet's machine has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Since this process's machine booted.
    pub mono: Mono,
    /// By the wall.
    pub wall: Wall,
}

/// What the transports hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A device connected, by this certificate, which [`Fleet::enter`] let in.
    Opened(Conn, Presented),
    /// A message.
    Message(Conn, Vec<u8>),
    /// All that was to be sent has left.
    Flushed(Conn),
    /// The connection is gone.
    Closed(Conn),
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send a message.
    Send(DeviceId, Conn, Vec<u8>),
    /// Close a connection.
    Close(DeviceId, Conn),
    /// Tell every door where this identity stands from now on.
    Doors(DeviceId),
    /// Something happened that somebody may want to read in a log.
    Said(Line),
}

/// One line for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// A verb of the house.
    pub verb: &'static str,
    /// About which device.
    pub device: Option<DeviceId>,
    /// What.
    pub text: String,
}

/// What a fleet is opened with.
pub struct Setup {
    /// Its name.
    pub fleet: FleetName,
    /// Signed by the root.
    pub keyset: Verified<Keyset>,
    /// Signed by the root.
    pub roster: Verified<Roster>,
    /// The response documents in force.
    pub documents: Vec<Document>,
    /// What sound software calls itself.
    pub reference: Reference,
    /// The keys.
    pub authority: Authority,
    /// Thirty-two fresh random bytes at each call.
    pub draw: Box<dyn FnMut() -> [u8; 32] + Send>,
}

/// The control plane over a store.
pub struct Fleet<S> {
    setup: Setup,
    store: S,
    ledger: Ledger,
    // Boxed: a tree that grows leaf by leaf leaves room for half as many again.
    dossiers: BTreeMap<DeviceId, Box<Dossier>>,
    incidents: Open,
    changed: Changed,
    proposals: BTreeMap<OrderId, Proposal>,
    accounts: Accounts,
    services: Services,
    /// By which doors know people; it is renewed when a newer roster is stored.
    gate: Gate,
    enrolling: BTreeMap<Nonce, Challenge>,
    listening: Listening,
    listened: Mono,
    /// When the store was last told that.
    noted: Mono,
    batch: Batch,
    /// Told once the batch is committed.
    after: Vec<After>,
    /// Devices of which something changed, so that something may have to be planned.
    dirty: BTreeSet<DeviceId>,
    /// Devices that are looked at again although nothing was heard.
    unseen: BTreeSet<DeviceId>,
    /// For whom it was planned last.
    planned: Option<DeviceId>,
    effects: Vec<Effect>,
    /// Devices of which something waits to be judged.
    heard: BTreeSet<DeviceId>,
    /// Those of them that say that something happened.
    urgent: BTreeSet<DeviceId>,
    /// Who of these was contained last.
    contained: Option<DeviceId>,
    /// Those of them that wait at the door, in the order in which they came.
    arriving: VecDeque<DeviceId>,
    /// When which device is due.
    agenda: BTreeSet<(Mono, DeviceId)>,
    census: Census,
    /// Why plans are held back, as the log has it.
    held: BTreeMap<Option<DeviceId>, BTreeSet<&'static str>>,
    /// What is refused again and again.
    tallies: Tallies,
    /// How often what a device said was refused since this process began, by the code of the reason.
    refusals: BTreeMap<&'static str, u64>,
    /// Whose turn it was last.
    turn: Option<DeviceId>,
    /// Up to whom facts were looked at again although nothing was heard.
    swept: Option<DeviceId>,
    /// What is in memory is not what is stored.
    unread: bool,
    /// The boxes that somebody watches.
    watches: watching::Watches,
    /// How many batches this process has committed.
    commits: u64,
}

/// What is told after a commit.
enum After {
    Appraise(DeviceId),
    Doors(DeviceId),
    Publish(DeviceId),
    Station(DeviceId, link::station::Input),
}

impl<S: Store> Fleet<S> {
    /// Looks again at a share of the devices although nothing was heard: leases and orders run out by themselves, and
    /// a lost wake-up costs latency, never correctness.
    fn sweep(&mut self) {
        let share = self.dossiers.len().div_ceil(SWEEPS);
        let after = self.swept.map_or(Bound::Unbounded, Bound::Excluded);
        let next: Vec<_> =
            self.dossiers.range((after, Bound::Unbounded)).take(share).map(|(id, _)| *id).collect();
        self.swept = next.last().copied();
        self.unseen.extend(next);
    }

    /// Counts a device for what its record says now.
    fn count(&mut self, device: DeviceId) {
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        let record = &dossier.record;
        let latched = record.latches.iter().any(|latch| latch.severity >= Severity::High);
        let now = Counted { there: true, latched, unsettled: record.is_unsettled() };
        let before = std::mem::replace(&mut dossier.counted, now);
        let tally = self.census.sites.entry(dossier.record.site.clone()).or_default();
        let moved = |count: usize, before: bool, now: bool| {
            (count + usize::from(now)).saturating_sub(usize::from(before))
        };
        tally.devices = moved(tally.devices, before.there, now.there);
        tally.latched = moved(tally.latched, before.latched, now.latched);
        tally.unsettled = moved(tally.unsettled, before.unsettled, now.unsettled);
    }

    /// Notes when a device is due.
    pub(crate) fn schedule(&mut self, device: DeviceId) {
        // Whatever its connection does comes by here.
        self.changed.note(device);
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        let proof = dossier.station.live().map(|_| dossier.appraise_at);
        let due = [dossier.station.deadline(), proof].into_iter().flatten().min();
        if let Some(before) = std::mem::replace(&mut dossier.due, due) {
            self.agenda.remove(&(before, device));
        }
        self.agenda.extend(due.map(|due| (due, device)));
    }

    /// Takes what a device's connection has to say.
    pub fn hear(&mut self, device: DeviceId, heard: Heard, now: Now) {
        use link::station::Input;
        let input = match heard {
            Heard::Opened(conn, presented) => return self.opened(device, conn, presented, now),
            Heard::Message(conn, message) => Input::Received(conn, message),
            Heard::Flushed(conn) => Input::Flushed(conn),
            Heard::Closed(conn) => {
                self.hung_up(device, conn);
                Input::Lost(conn)
            }
        };
        self.to_station(device, input, now);
    }

    /// By which doors know the people of the roster.
    pub fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// Reads everything again if what is in memory is not what is stored. Until this succeeds nobody may ask or tell
    /// the fleet anything: it would decide on what was never committed.
    pub fn ready(&mut self, now: Now) -> Result<(), Fault> {
        if self.unread { self.load(now) } else { Ok(()) }
    }

    /// Contains, and then goes on with everything else; gives what is to be told.
    pub fn step(&mut self, now: Now) -> Result<Vec<Effect>, Fault> {
        self.contain(now)?;
        self.proceed(now)?;
        Ok(self.told())
    }

    /// What is to be told since the last call.
    pub fn told(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Commits what was asked since the last call, and the containment of devices that say that something happened, as
    /// far as that and no more than a share: to be told before anything else is begun. On a fault, nobody may tell
    /// anybody of what was asked: it is not known to be stored.
    pub fn contain(&mut self, now: Now) -> Result<(), Fault> {
        self.ready(now)?;
        self.take_urgent(now);
        self.commit(now)
    }

    /// Judges a share of what waits, from every device in turn, and then plans for a share of those of which something
    /// changed: a storm of one keeps no other waiting, and a storm of all keeps no alarm waiting for longer than two
    /// shares take.
    pub fn proceed(&mut self, now: Now) -> Result<(), Fault> {
        self.ready(now)?;
        self.tick(now)?;
        self.take_share(now);
        self.commit(now)?;
        let mut room = lanes::PLANS;
        while let Some(next) = self.plan_next(room) {
            room -= next.len();
            self.replan(&next, now);
            self.publish_log()?;
            self.commit(now)?;
        }
        Ok(())
    }

    /// When to go on, if nothing is heard before.
    pub fn deadline(&self) -> Option<Mono> {
        // After a commit that failed there is somebody to be told that the session is over.
        let judged = self.heard.is_empty() && self.effects.is_empty();
        let planned = self.dirty.is_empty() && self.unseen.is_empty();
        let waits = (!judged || !planned).then_some(self.listened);
        let due = self.agenda.first().map(|(due, _)| *due);
        [Some(self.listened + LISTEN), due, waits].into_iter().flatten().min()
    }

    fn tick(&mut self, now: Now) -> Result<(), Fault> {
        let is_due = |(due, _): &&(Mono, DeviceId)| *due <= now.mono;
        let due: Vec<DeviceId> = self.agenda.iter().take_while(is_due).map(|(_, device)| *device).collect();
        for device in due {
            if self
                .dossiers
                .get(&device)
                .is_some_and(|one| one.station.deadline().is_some_and(|due| due <= now.mono))
            {
                self.to_station(device, link::station::Input::Tick, now);
            }
            self.challenge_due(device, now);
            self.schedule(device);
        }
        if now.mono >= self.listened + LISTEN {
            self.listened = now.mono;
            self.listening.still(now.wall);
            self.note_listening(now);
            self.look_for_silence(now);
            self.write_tallies(now.mono, now);
            self.end_old_sessions(now);
            self.watches.forget(now.mono);
            self.forget_proposals(now);
            self.sweep();
            self.publish_log()?;
        }
        Ok(())
    }

    fn draw(&mut self) -> [u8; 32] {
        (self.setup.draw)()
    }

    fn draw_for_enrolment(&mut self) -> EnrolDraw {
        let (device, serial) = (self.draw(), self.draw());
        EnrolDraw {
            device: std::array::from_fn(|at| device[at]),
            serial: std::array::from_fn(|at| serial[at]),
        }
    }

    fn say(&mut self, verb: &'static str, device: DeviceId, text: impl Into<String>) {
        self.effects.push(Effect::Said(Line { verb, device: Some(device), text: text.into() }));
    }

    /// What is known of a device.
    pub fn record(&self, device: DeviceId) -> Option<&Record> {
        self.dossiers.get(&device).map(|dossier| &dossier.record)
    }

    /// Every device.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records_after(None)
    }

    /// Every device after this one, by id.
    pub fn records_after(&self, device: Option<DeviceId>) -> impl Iterator<Item = &Record> {
        let after = device.map_or(Bound::Unbounded, Bound::Excluded);
        self.dossiers.range((after, Bound::Unbounded)).map(|(_, dossier)| &dossier.record)
    }

    /// The incidents that are not closed, oldest first.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values()
    }

    /// Who changed.
    pub(crate) const fn changes(&self) -> &Changed {
        &self.changed
    }

    /// The incidents, and of whom they are.
    pub(crate) const fn open_incidents(&self) -> &Open {
        &self.incidents
    }

    /// What people proposed and whose time is not over, oldest first.
    pub fn proposals(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals_after(None)
    }

    /// The same, after this one.
    pub fn proposals_after(&self, order: Option<OrderId>) -> impl Iterator<Item = &Proposal> {
        let after = order.map_or(Bound::Unbounded, Bound::Excluded);
        self.proposals.range((after, Bound::Unbounded)).map(|(_, one)| one)
    }

    /// Whether a device's session stands.
    pub fn is_live(&self, device: DeviceId) -> bool {
        self.dossiers.get(&device).is_some_and(|dossier| dossier.station.live().is_some())
    }

    /// How many batches were committed since this process opened the fleet: what people look at changes only with it.
    pub const fn commits(&self) -> u64 {
        self.commits
    }

    /// What is stored.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// The audit log.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Whom and what the fleet serves.
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Writes down what is only counted so far: the process ends in good order.
    pub fn conclude(&mut self, now: Now) -> Result<(), Fault> {
        self.ready(now)?;
        self.write_tallies(Mono(u64::MAX), now);
        self.publish_log()?;
        self.commit(now)
    }

    /// The process ends; what is stored remains.
    pub fn close(self) -> (Setup, S) {
        (self.setup, self.store)
    }
}

/// How often the fleet notes that it still listens, and looks who does not speak.
const LISTEN: std::time::Duration = std::time::Duration::from_secs(10);

/// In how many of these the whole fleet is looked at again.
const SWEEPS: usize = 30;

/// The room in which an identity's sessions stand.
pub(crate) fn room(identity: &Identity) -> Room {
    use admit::standing::State;
    match identity.standing().state() {
        // What owes a new key must be able to ask for it; it gets no secrets before.
        State::Active | State::RenewalOwed => Room::Open,
        // A revoked identity gets no session at all; the door sees to that.
        State::Revoked | State::Suspended => Room::Quarantine,
    }
}

/// The fleet's inventory, as the dossiers have it.
pub(crate) struct Town<'a> {
    pub(crate) dossiers: &'a BTreeMap<DeviceId, Box<Dossier>>,
    pub(crate) census: &'a Census,
}

impl Topology for Town<'_> {
    fn place(&self, device: DeviceId) -> Option<Place> {
        let record = &self.dossiers.get(&device)?.record;
        let label: Label = record.identity.label().clone();
        Some(Place { label, site: record.site.clone(), cabinet: None })
    }

    fn population(&self, site: &SiteName) -> usize {
        self.census.site(site).devices
    }
}
