//! The control plane: what is heard goes to the judges, what they decide is committed, and only then is it told.
//!
//! One thread. A decision and all that it changes stand in one batch; nothing is acknowledged before its commit.
//! After a commit that failed nobody knows what is stored, so everything is read again: restart is the normal path.

mod lanes;
mod people;
mod proving;
mod road;
mod session;
mod telling;

pub use self::{people::Asked, proving::Enrolled};

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::Bound,
};

use admit::{Identity, appraise::Reference, challenge::Challenge, door::Presented, enrol::Draw as EnrolDraw};
use audit::{Actor, Decision, Kind, Outcome, Salts, Subject};
use crypto::{
    cbor::{self, Limits},
    digest::Digest,
    signed::Verified,
};
use incident::{Incident, Place, State, Topology, silence::Listening};
use link::{Conn, Station, frame::Room};
use plan::{Census, Proposal};
use policy::Document;
use store::{Batch, Change, Order, Store, Table};
use vocab::{DeviceId, FleetName, IncidentId, Label, Mono, Nonce, OrderId, Severity, SiteName, Wall};
use wire::v1::{Keyset, Roster};

use crate::{
    authority::Authority,
    dossier::{Counted, Dossier, Record},
    fault::Fault,
    ledger::Ledger,
};

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
    dossiers: BTreeMap<DeviceId, Dossier>,
    incidents: BTreeMap<IncidentId, Incident>,
    proposals: BTreeMap<OrderId, Proposal>,
    enrolling: BTreeMap<Nonce, Challenge>,
    listening: Listening,
    listened: Mono,
    /// When the store was last told that.
    noted: Mono,
    batch: Batch,
    /// Told once the batch is committed.
    after: Vec<After>,
    /// Devices for which something may have to be planned.
    dirty: BTreeSet<DeviceId>,
    effects: Vec<Effect>,
    /// Devices of which something waits to be judged.
    heard: BTreeSet<DeviceId>,
    /// Those of them that say that something happened.
    urgent: BTreeSet<DeviceId>,
    /// When which device is due.
    agenda: BTreeSet<(Mono, DeviceId)>,
    census: Census,
    /// Why plans are held back, as the log has it.
    held: BTreeMap<Option<DeviceId>, BTreeSet<&'static str>>,
    /// Why the door is shut for whom, as the log has it.
    shut: BTreeMap<DeviceId, &'static str>,
    /// Whose turn it was last.
    turn: Option<DeviceId>,
    /// Up to whom facts were looked at again although nothing was heard.
    swept: Option<DeviceId>,
    /// What is in memory is not what is stored.
    unread: bool,
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

pub(crate) const INCIDENT: Limits = Limits { bytes: 4 << 20, depth: 16, items: 1 << 18 };
const PROPOSAL: Limits = Limits { bytes: 64 * 1024, depth: 12, items: 4096 };

impl<S: Store> Fleet<S> {
    /// Opens the fleet on what is stored.
    pub fn open(setup: Setup, store: S, now: Now) -> Result<Self, Fault> {
        let ledger = Ledger::open(&setup.fleet, setup.authority.log(), &store)?;
        let listening = listened(&store)?;
        let mut fleet = Self {
            setup,
            ledger,
            dossiers: BTreeMap::new(),
            incidents: BTreeMap::new(),
            proposals: BTreeMap::new(),
            enrolling: BTreeMap::new(),
            listening,
            listened: now.mono,
            noted: now.mono,
            batch: Batch::new(),
            after: vec![],
            dirty: BTreeSet::new(),
            effects: vec![],
            heard: BTreeSet::new(),
            urgent: BTreeSet::new(),
            agenda: BTreeSet::new(),
            census: Census::default(),
            held: BTreeMap::new(),
            shut: BTreeMap::new(),
            turn: None,
            swept: None,
            unread: true,
            commits: 0,
            store,
        };
        fleet.load(now)?;
        Ok(fleet)
    }

    /// Reads everything again. Until it succeeds nothing else happens: what is in memory was never committed.
    fn load(&mut self, now: Now) -> Result<(), Fault> {
        self.unread = true;
        self.batch = Batch::new();
        self.after.clear();
        self.heard.clear();
        self.urgent.clear();
        self.agenda.clear();
        self.held.clear();
        self.shut.clear();
        self.census = Census::default();
        self.ledger = Ledger::open(&self.setup.fleet, self.setup.authority.log(), &self.store)?;
        self.dossiers = Record::all(&self.store)?
            .into_iter()
            .map(|record| (record.device(), Dossier::new(record, now.mono)))
            .collect();
        let read = |row: store::Row| cbor::decode::<Incident>(&row.value, &INCIDENT);
        let rows = self.store.scan(Table::Incident, b"", None, Order::Ascending, usize::MAX)?;
        let all = rows.into_iter().map(|row| read(row).map_err(|_| Fault::Record("incident")));
        let open = all.collect::<Result<Vec<_>, _>>()?.into_iter();
        self.incidents = open.filter(|one| one.state() != State::Closed).map(|one| (one.id(), one)).collect();
        let rows = self.store.scan(Table::Proposal, b"", None, Order::Ascending, usize::MAX)?;
        let read = |row: store::Row| cbor::decode::<Proposal>(&row.value, &PROPOSAL);
        let proposals = rows.into_iter().map(|row| read(row).map_err(|_| Fault::Record("proposal")));
        self.proposals = proposals
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .map(|proposal| (proposal.order().id, proposal))
            .collect();
        self.forget_proposals(now);
        self.listening.begin(now.wall);
        self.dirty = self.dossiers.keys().copied().collect();
        for device in self.dirty.clone() {
            self.count(device);
        }
        self.unread = false;
        Ok(())
    }

    /// Proposals whose time is over are history: their rows stay.
    fn forget_proposals(&mut self, now: Now) {
        self.proposals.retain(|_, proposal| proposal.order().expires > now.wall);
    }

    /// Looks again at a share of the devices although nothing was heard: leases and orders run out by themselves, and
    /// a lost wake-up costs latency, never correctness.
    fn sweep(&mut self) {
        let share = self.dossiers.len().div_ceil(SWEEPS);
        let after = self.swept.map_or(Bound::Unbounded, Bound::Excluded);
        let next: Vec<_> =
            self.dossiers.range((after, Bound::Unbounded)).take(share).map(|(id, _)| *id).collect();
        self.swept = next.last().copied();
        self.dirty.extend(next);
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

    /// Commits what was asked since the last call, and the containment of each device that says that something
    /// happened, as far as that: to be told before anything else is begun. On a fault, nobody may tell anybody of what
    /// was asked: it is not known to be stored.
    pub fn contain(&mut self, now: Now) -> Result<(), Fault> {
        self.ready(now)?;
        self.take_urgent(now);
        self.commit(now)
    }

    /// Does a share of what waits, from every device in turn, so that a storm of one keeps no other waiting and a
    /// storm of all keeps no alarm waiting for longer than a share takes. What is planned about it comes last.
    pub fn proceed(&mut self, now: Now) -> Result<(), Fault> {
        self.ready(now)?;
        self.tick(now)?;
        self.take_in_turn(now);
        self.commit(now)?;
        while !self.dirty.is_empty() {
            self.replan(now);
            self.publish_log()?;
            self.commit(now)?;
        }
        Ok(())
    }

    /// When to go on, if nothing is heard before.
    pub fn deadline(&self) -> Option<Mono> {
        let waits = (!self.heard.is_empty()).then_some(self.listened);
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
            self.end_old_sessions(now);
            self.forget_proposals(now);
            self.sweep();
            self.publish_log()?;
        }
        Ok(())
    }

    /// Tells the store until when the fleet has listened: with whatever is stored anyway, or alone now and then. What
    /// it was not told counts after a restart as time in which nobody listened, and is nobody's silence.
    fn note_listening(&mut self, now: Now) {
        if !self.batch.is_empty() || now.mono >= self.noted + NOTE {
            self.noted = now.mono;
            self.batch.put(Table::Fleet, LISTENED, cbor::encode(&self.listening));
        }
    }

    fn commit(&mut self, now: Now) -> Result<(), Fault> {
        if !self.batch.is_empty() {
            let batch = std::mem::take(&mut self.batch);
            if let Err(fault) = self.store.commit(batch) {
                self.hang_up();
                self.load(now)?;
                return Err(fault.into());
            }
            self.commits += 1;
        }
        for told in std::mem::take(&mut self.after) {
            match told {
                After::Doors(device) => self.doors(device, now),
                After::Appraise(device) => self.appraise_again(device, now),
                After::Publish(device) => self.publish_now(device, now),
                After::Station(device, input) => self.to_station(device, input, now),
            }
        }
        // What a station says to being told may be a decision again.
        if self.batch.is_empty() && self.after.is_empty() { Ok(()) } else { self.commit(now) }
    }

    /// Ends every connection: what is not known to be stored must be offered again. Doors are told to look again,
    /// because what was to be told may be stored.
    fn hang_up(&mut self) {
        for (device, dossier) in &self.dossiers {
            self.effects.extend(dossier.session.as_ref().map(|session| Effect::Close(*device, session.conn)));
        }
        for told in &self.after {
            if let After::Doors(device) = told {
                self.effects.push(Effect::Doors(*device));
            }
        }
    }

    /// Signs a checkpoint over what the log holds once this batch is committed.
    pub(crate) fn publish_log(&mut self) -> Result<(), Fault> {
        self.ledger.publish(self.setup.authority.log(), &mut self.batch)
    }

    /// Puts a device's row into the batch.
    fn keep(&mut self, device: DeviceId) {
        if let Some(dossier) = self.dossiers.get(&device) {
            dossier.record.put(&mut self.batch);
        }
        self.count(device);
    }

    /// A row as it will be once the batch is committed: what was asked a moment ago counts already.
    fn pending(&self, table: Table, key: &[u8]) -> Option<Vec<u8>> {
        match self.batch.of(table, key) {
            Some(Change::Put(value)) => Some(value.clone()),
            Some(Change::Delete) => None,
            None => self.store.get(table, key).ok().flatten(),
        }
    }

    /// Puts an incident's row into the batch.
    fn keep_incident(&mut self, incident: Incident) {
        self.batch.put(Table::Incident, *incident.id().as_bytes(), cbor::encode(&incident));
        if incident.state() == State::Closed {
            self.incidents.remove(&incident.id());
        } else {
            self.incidents.insert(incident.id(), incident);
        }
    }

    /// Records a decision in the audit log.
    pub(crate) fn decide(
        &mut self,
        kind: Kind,
        actor: Actor,
        subject: Subject,
        inputs: Vec<Digest>,
        outcome: Outcome,
        at: Wall,
    ) {
        self.decide_because(Decision { kind, at, actor, subject, inputs, outcome, reason: None });
    }

    fn decide_because(&mut self, decision: Decision) {
        let salts = Salts { leaf: Digest((self.setup.draw)()), personal: Digest((self.setup.draw)()) };
        self.ledger.record(&decision, salts, &mut self.batch);
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
        self.dossiers.values().map(|dossier| &dossier.record)
    }

    /// The incidents that are not closed, oldest first.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values()
    }

    /// What people proposed and whose time is not over, oldest first.
    pub fn proposals(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals.values()
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

    /// The process ends; what is stored remains.
    pub fn close(self) -> (Setup, S) {
        (self.setup, self.store)
    }
}

/// How often the fleet notes that it still listens, and looks who does not speak.
const LISTEN: std::time::Duration = std::time::Duration::from_secs(10);

/// How often the store is told so, at least.
const NOTE: std::time::Duration = std::time::Duration::from_mins(1);

/// Where it is told.
const LISTENED: &[u8] = b"listening";
const LISTENING: Limits = Limits { bytes: 8 * 1024, depth: 6, items: 256 };

/// When the fleet has listened, as the store was told.
fn listened(store: &impl Store) -> Result<Listening, Fault> {
    let stored = store.get(Table::Fleet, LISTENED)?;
    let read = |bytes: Vec<u8>| cbor::decode(&bytes, &LISTENING).map_err(|_| Fault::Record("listening"));
    stored.map_or_else(|| Ok(Listening::default()), read)
}

/// In how many of these the whole fleet is looked at again.
const SWEEPS: usize = 30;

impl Dossier {
    fn new(record: Record, now: Mono) -> Self {
        let station = Station::new(record.device(), room(&record.identity));
        Self {
            record,
            station,
            speaker: None,
            challenges: BTreeMap::new(),
            waiting: None,
            opening: None,
            appraise_at: now,
            session: None,
            queue: VecDeque::new(),
            counted: Counted::default(),
            due: None,
        }
    }
}

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
    pub(crate) dossiers: &'a BTreeMap<DeviceId, Dossier>,
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
