//! The control plane: what is heard goes to the judges, what they decide is committed, and only then is it told.
//!
//! One thread. A decision and all that it changes stand in one batch; nothing is acknowledged before its commit.
//! After a commit that failed nobody knows what is stored, so everything is read again: restart is the normal path.

mod people;
mod proving;
mod road;
mod telling;

pub use self::{people::Asked, proving::Enrolled};

use std::collections::{BTreeMap, BTreeSet};

use admit::{
    Identity,
    appraise::Reference,
    challenge::Challenge,
    door::{self, Door, Presented},
    enrol::Draw as EnrolDraw,
};
use audit::{Actor, Decision, Kind, Outcome, Salts, Subject};
use crypto::{
    cbor::{self, Limits},
    digest::Digest,
    signed::Verified,
};
use incident::{Incident, Place, State, Topology, silence::Listening};
use link::{Conn, Station, frame::Room};
use plan::Proposal;
use policy::Document;
use store::{Batch, Order, Store, Table};
use vocab::{DeviceId, FleetName, IncidentId, Label, Mono, Nonce, OrderId, SiteName, Wall};
use wire::v1::{Keyset, Roster};

use crate::{
    authority::Authority,
    dossier::{Dossier, Record},
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
    /// A device connected, by a certificate that leads to this room.
    Opened(Conn, Room),
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
    batch: Batch,
    /// Told once the batch is committed.
    after: Vec<After>,
    /// Devices for which something may have to be planned.
    dirty: BTreeSet<DeviceId>,
    effects: Vec<Effect>,
}

/// What is told after a commit.
enum After {
    Appraise(DeviceId),
    Effect(Effect),
    Evidence(DeviceId, Nonce, Vec<u8>),
    Publish(DeviceId),
    Station(DeviceId, link::station::Input),
}

const INCIDENT: Limits = Limits { bytes: 4 << 20, depth: 16, items: 1 << 18 };
const PROPOSAL: Limits = Limits { bytes: 64 * 1024, depth: 12, items: 4096 };

impl<S: Store> Fleet<S> {
    /// Opens the fleet on what is stored.
    pub fn open(setup: Setup, store: S, now: Now) -> Result<Self, Fault> {
        let ledger = Ledger::open(&setup.fleet, setup.authority.log(), &store)?;
        let mut fleet = Self {
            setup,
            ledger,
            dossiers: BTreeMap::new(),
            incidents: BTreeMap::new(),
            proposals: BTreeMap::new(),
            enrolling: BTreeMap::new(),
            listening: Listening::default(),
            listened: now.mono,
            batch: Batch::new(),
            after: vec![],
            dirty: BTreeSet::new(),
            effects: vec![],
            store,
        };
        fleet.load(now)?;
        Ok(fleet)
    }

    /// Reads everything again.
    fn load(&mut self, now: Now) -> Result<(), Fault> {
        self.batch = Batch::new();
        self.after.clear();
        self.ledger = Ledger::open(&self.setup.fleet, self.setup.authority.log(), &self.store)?;
        self.dossiers = Record::all(&self.store)?
            .into_iter()
            .map(|record| (record.device(), Dossier::new(record, now.mono)))
            .collect();
        let read = |row: store::Row| cbor::decode::<Incident>(&row.value, &INCIDENT);
        let rows = self.store.scan(Table::Incident, b"", None, Order::Ascending, usize::MAX)?;
        let all = rows.into_iter().map(|row| read(row).map_err(|_| Fault::Record("incident")));
        let open = all.collect::<Result<Vec<_>, _>>()?.into_iter();
        self.incidents =
            open.filter(|one| one.state() != State::Closed).map(|one| (one.id(), one)).collect();
        let rows = self.store.scan(Table::Proposal, b"", None, Order::Ascending, usize::MAX)?;
        let read = |row: store::Row| cbor::decode::<Proposal>(&row.value, &PROPOSAL);
        let proposals = rows.into_iter().map(|row| read(row).map_err(|_| Fault::Record("proposal")));
        self.proposals = proposals
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .map(|proposal| (proposal.order().id, proposal))
            .collect();
        self.listening.begin(now.wall);
        self.dirty = self.dossiers.keys().copied().collect();
        Ok(())
    }

    /// Takes what a device's connection has to say.
    pub fn hear(&mut self, device: DeviceId, heard: Heard, now: Now) {
        use link::station::Input;
        let input = match heard {
            Heard::Opened(conn, room) => {
                self.to_station(device, Input::Room(room), now);
                Input::Connected(conn)
            }
            Heard::Message(conn, message) => Input::Received(conn, message),
            Heard::Flushed(conn) => Input::Flushed(conn),
            Heard::Closed(conn) => Input::Lost(conn),
        };
        self.to_station(device, input, now);
    }

    /// Commits what was decided since the last call, tells it, and goes on with what follows from it.
    ///
    /// Containment is committed first; what is planned about it follows in a commit of its own.
    pub fn step(&mut self, now: Now) -> Result<Vec<Effect>, Fault> {
        self.tick(now);
        self.commit(now)?;
        while !self.dirty.is_empty() {
            self.replan(now);
            self.publish_log()?;
            self.commit(now)?;
        }
        Ok(std::mem::take(&mut self.effects))
    }

    /// When to call [`Fleet::step`] again, if nothing is heard before.
    pub fn deadline(&self) -> Option<Mono> {
        let stations = self.dossiers.values().filter_map(|dossier| dossier.station.deadline());
        let proofs = self.dossiers.values().filter(|dossier| dossier.station.live().is_some());
        let proofs = proofs.map(|dossier| dossier.appraise_at);
        stations.chain(proofs).chain([self.listened + LISTEN]).min()
    }

    fn tick(&mut self, now: Now) {
        let due: Vec<DeviceId> = self
            .dossiers
            .iter()
            .filter(|(_, dossier)| dossier.station.deadline().is_some_and(|due| now.mono >= due))
            .map(|(device, _)| *device)
            .collect();
        for device in due {
            self.to_station(device, link::station::Input::Tick, now);
        }
        self.challenge_due(now);
        if now.mono >= self.listened + LISTEN {
            self.listened = now.mono;
            self.listening.still(now.wall);
            self.look_for_silence(now);
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
        }
        for told in std::mem::take(&mut self.after) {
            match told {
                After::Effect(effect) => self.effects.push(effect),
                After::Appraise(device) => self.appraise_again(device, now),
                After::Evidence(device, nonce, letter) => self.evidence(device, nonce, letter, now),
                After::Publish(device) => self.publish_now(device, now),
                After::Station(device, input) => self.to_station(device, input, now),
            }
        }
        // What a station says to being told may be a decision again.
        if self.batch.is_empty() && self.after.is_empty() { Ok(()) } else { self.commit(now) }
    }

    /// Ends every session: what is not known to be stored must be offered again.
    fn hang_up(&mut self) {
        for (device, dossier) in &self.dossiers {
            if let Some(conn) = dossier.station.live() {
                self.effects.push(Effect::Close(*device, conn));
            }
        }
    }

    /// Signs a checkpoint over what the log holds once this batch is committed.
    fn publish_log(&mut self) -> Result<(), Fault> {
        self.ledger.publish(self.setup.authority.log(), &mut self.batch)
    }

    /// Puts a device's row into the batch.
    fn keep(&mut self, device: DeviceId) {
        if let Some(dossier) = self.dossiers.get(&device) {
            dossier.record.put(&mut self.batch);
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
    fn decide(&mut self, kind: Kind, actor: Actor, subject: Subject, inputs: Vec<Digest>, outcome: Outcome, at: Wall) {
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
        EnrolDraw { device: std::array::from_fn(|at| device[at]), serial: std::array::from_fn(|at| serial[at]) }
    }

    fn say(&mut self, verb: &'static str, device: DeviceId, text: impl Into<String>) {
        self.effects.push(Effect::Said(Line { verb, device: Some(device), text: text.into() }));
    }

    /// Judges the certificate that somebody shows at the hardware listener; the listener itself hears every change
    /// at once, so its feed is never old.
    pub fn enter(&self, presented: &Presented, now: Wall) -> Result<(DeviceId, Room), admit::Refusal> {
        let device = door::named(presented, &self.setup.fleet)?;
        let identity = self.dossiers.get(&device).map(|dossier| &dossier.record.identity);
        let door = Door { fleet: &self.setup.fleet, place: door::Place::Hardware, heard: now };
        let room = match door::enter(presented, identity, &door, now)? {
            door::Room::Open => Room::Open,
            door::Room::Quarantine if identity.is_some_and(owes_renewal) => Room::Open,
            door::Room::Quarantine => Room::Quarantine,
        };
        Ok((device, room))
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

    /// Whether a device's session stands.
    pub fn is_live(&self, device: DeviceId) -> bool {
        self.dossiers.get(&device).is_some_and(|dossier| dossier.station.live().is_some())
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

impl Dossier {
    fn new(record: Record, now: Mono) -> Self {
        let station = Station::new(record.device(), room(&record.identity));
        Self { record, station, speaker: None, challenges: BTreeMap::new(), waiting: None, opening: None, appraise_at: now }
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

fn owes_renewal(identity: &Identity) -> bool {
    identity.standing().state() == admit::standing::State::RenewalOwed
}

/// The fleet's inventory, as the dossiers have it.
pub(crate) struct Town<'a>(pub(crate) &'a BTreeMap<DeviceId, Dossier>);

impl Topology for Town<'_> {
    fn place(&self, device: DeviceId) -> Option<Place> {
        let record = &self.0.get(&device)?.record;
        let label: Label = record.identity.label().clone();
        Some(Place { label, site: record.site.clone(), cabinet: None })
    }

    fn population(&self, site: &SiteName) -> usize {
        self.0.values().filter(|dossier| dossier.record.site == *site).count()
    }
}
