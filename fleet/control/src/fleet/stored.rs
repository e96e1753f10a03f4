//! What is stored and what is in memory: read when the fleet opens, kept with each decision, and read again when a
//! commit failed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use audit::{Actor, Decision, Kind, Outcome, Salts, Subject};
use crypto::{
    cbor::{self, Limits},
    digest::Digest,
    signed::Verified,
};
use incident::{Incident, silence::Listening};
use plan::{Census, Proposal};
use store::{Batch, Change, Order, Store, Table};
use vocab::{DeviceId, Label, Wall};
use wire::v1::Roster;

use super::{After, Effect, Fleet, Now, Setup, changed::Changed, open::Open, tally::Tallies};
use crate::{
    accounts::Accounts,
    dossier::Dossier,
    fault::Fault,
    ledger::Ledger,
    record::Record,
    rooted::{self, Letter, Taken},
    services::Services,
    sign_in::Gate,
};

pub(crate) const INCIDENT: Limits = Limits { bytes: 4 << 20, depth: 16, items: 1 << 18 };
const PROPOSAL: Limits = Limits { bytes: 64 * 1024, depth: 12, items: 4096 };

/// What became of a letter of the root that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// It is the one that is obeyed already.
    Known,
    /// It is obeyed from now on.
    Taken,
}

impl<S: Store> Fleet<S> {
    /// Opens the fleet on what is stored.
    pub fn open(setup: Setup, store: S, now: Now) -> Result<Self, Fault> {
        let ledger = Ledger::open(&setup.fleet, setup.authority.log(), &store)?;
        let (listening, gate) = (listened(&store)?, Gate::of(&setup));
        let mut fleet = Self {
            setup,
            ledger,
            dossiers: BTreeMap::new(),
            incidents: Open::default(),
            changed: Changed::default(),
            proposals: BTreeMap::new(),
            accounts: Accounts::default(),
            services: Services::default(),
            gate,
            enrolling: BTreeMap::new(),
            listening,
            listened: now.mono,
            noted: now.mono,
            batch: Batch::new(),
            after: vec![],
            dirty: BTreeSet::new(),
            unseen: BTreeSet::new(),
            planned: None,
            effects: vec![],
            heard: BTreeSet::new(),
            urgent: BTreeSet::new(),
            contained: None,
            arriving: VecDeque::new(),
            agenda: BTreeSet::new(),
            census: Census::default(),
            held: BTreeMap::new(),
            tallies: Tallies::default(),
            refusals: BTreeMap::new(),
            turn: None,
            swept: None,
            unread: true,
            watches: super::watching::Watches::default(),
            commits: 0,
            store,
        };
        fleet.load(now)?;
        // What the root took away stays away from here on, whatever becomes of this process.
        fleet.commit(now)?;
        Ok(fleet)
    }

    /// Reads everything again. Until it succeeds nothing else happens: what is in memory was never committed.
    pub(super) fn load(&mut self, now: Now) -> Result<(), Fault> {
        self.unread = true;
        self.batch = Batch::new();
        self.after.clear();
        self.heard.clear();
        self.urgent.clear();
        self.arriving.clear();
        self.dirty.clear();
        self.agenda.clear();
        self.changed.forget();
        self.held.clear();
        self.census = Census::default();
        self.ledger = Ledger::open(&self.setup.fleet, self.setup.authority.log(), &self.store)?;
        self.tallies.reread(self.ledger.size(), now.mono);
        self.dossiers = Record::all(&self.store)?
            .into_iter()
            .map(|record| (record.device(), Dossier::new(record, now.mono)))
            .collect();
        let read = |row: store::Row| cbor::decode::<Incident>(&row.value, &INCIDENT);
        let rows = self.store.scan(Table::Incident, b"", None, Order::Ascending, usize::MAX)?;
        let all = rows.into_iter().map(|row| read(row).map_err(|_| Fault::Record("incident")));
        let open = all.collect::<Result<Vec<_>, _>>()?.into_iter();
        self.incidents = open.collect();
        let rows = self.store.scan(Table::Proposal, b"", None, Order::Ascending, usize::MAX)?;
        let read = |row: store::Row| cbor::decode::<Proposal>(&row.value, &PROPOSAL);
        let proposals = rows.into_iter().map(|row| read(row).map_err(|_| Fault::Record("proposal")));
        self.proposals = proposals
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .map(|proposal| (proposal.order().id, proposal))
            .collect();
        self.forget_proposals(now);
        self.accounts.read(&self.store)?;
        self.services.read(&self.store)?;
        self.listening.begin(now.wall);
        self.unseen = self.dossiers.keys().copied().collect();
        for device in self.unseen.clone() {
            self.count(device);
        }
        let taken = rooted::judge(&self.setup, &self.store)?;
        // What is stored after a commit of which nobody knew is obeyed at the doors, too.
        if taken.is_empty() && self.gate.version() != self.setup.roster.version {
            self.gate.renew(&self.setup.roster);
        }
        self.obey(&taken, now);
        self.unread = false;
        Ok(())
    }

    /// Obeys a roster that the root signed while the fleet was at work: every device is told with its next state, and
    /// doors know it once it is stored. One that is older than the last, or another of its version, is refused, which
    /// is written down, and changes nothing.
    pub fn take_roster(&mut self, roster: Verified<Roster>, now: Now) -> Result<Offered, rooted::Mistake> {
        let taken = rooted::newer_roster(&self.setup.roster, &roster).inspect_err(|mistake| {
            let outcome = Outcome::Refused(mistake.code().into());
            self.root_said(Letter::Roster, roster.version, roster.digest(), outcome, now);
        })?;
        let Some(taken) = taken else { return Ok(Offered::Known) };
        self.setup.roster = roster;
        self.obey(&[taken], now);
        self.dirty.extend(self.dossiers.keys());
        Ok(Offered::Taken)
    }

    /// Letters of the root that are newer than what was obeyed are what is obeyed from now on.
    fn obey(&mut self, taken: &[Taken], now: Now) {
        for one in taken {
            one.put(&mut self.batch);
            self.root_said(one.letter, one.obeyed.version, one.obeyed.digest, Outcome::Done, now);
        }
    }

    /// Writes down what became of a letter of the root.
    fn root_said(&mut self, letter: Letter, version: u64, digest: Digest, outcome: Outcome, now: Now) {
        let reason = Label::new(&format!("{letter} of the root, version {version}")).ok();
        let (kind, actor, subject) = (Kind::Policy, Actor::Fleet, Subject::Fleet);
        let inputs = vec![digest];
        self.decide_because(Decision { kind, at: now.wall, actor, subject, inputs, outcome, reason });
    }

    /// Proposals whose time is over are history: their rows stay.
    pub(super) fn forget_proposals(&mut self, now: Now) {
        self.proposals.retain(|_, proposal| proposal.order().expires > now.wall);
    }

    /// Tells the store until when the fleet has listened: with whatever is stored anyway, or alone now and then. What
    /// it was not told counts after a restart as time in which nobody listened, and is nobody's silence.
    pub(super) fn note_listening(&mut self, now: Now) {
        if !self.batch.is_empty() || now.mono >= self.noted + NOTE {
            self.noted = now.mono;
            self.batch.put(Table::Fleet, LISTENED, cbor::encode(&self.listening));
        }
    }

    pub(super) fn commit(&mut self, now: Now) -> Result<(), Fault> {
        if !self.batch.is_empty() {
            let batch = std::mem::take(&mut self.batch);
            if let Err(fault) = self.store.commit(batch) {
                self.hang_up();
                self.load(now)?;
                return Err(fault.into());
            }
            self.commits += 1;
            self.tallies.committed();
            self.accounts.committed();
            self.services.committed();
            if self.gate.version() != self.setup.roster.version {
                self.gate.renew(&self.setup.roster);
            }
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
    pub(super) fn keep(&mut self, device: DeviceId) {
        if let Some(dossier) = self.dossiers.get(&device) {
            dossier.record.put(&mut self.batch);
        }
        self.changed.note(device);
        self.count(device);
    }

    /// A row as it will be once the batch is committed: what was asked a moment ago counts already.
    pub(super) fn pending(&self, table: Table, key: &[u8]) -> Option<Vec<u8>> {
        match self.batch.of(table, key) {
            Some(Change::Put(value)) => Some(value.clone()),
            Some(Change::Delete) => None,
            None => self.store.get(table, key).ok().flatten(),
        }
    }

    /// Puts an incident's row into the batch.
    pub(super) fn keep_incident(&mut self, incident: Incident) {
        self.batch.put(Table::Incident, *incident.id().as_bytes(), cbor::encode(&incident));
        incident.boxes().iter().for_each(|one| self.changed.note(one.device));
        self.incidents.keep(incident);
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

    pub(super) fn decide_because(&mut self, decision: Decision) {
        let salts = Salts { leaf: Digest((self.setup.draw)()), personal: Digest((self.setup.draw)()) };
        self.ledger.record(&decision, salts, &mut self.batch);
    }
}

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
