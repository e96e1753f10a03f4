//! What is stored of one device: one row, read whole when the fleet opens.

use std::{collections::BTreeSet, ops::RangeInclusive};

use admit::{Identity, appraise::Attestation};
use crypto::{
    cbor::{self, Limits},
    digest::Digest,
    key::{self, KeyId, PublicKey},
};
use incident::history::Owed;
use journal::{Cursor, Position};
use minicbor::{Decode, Encode};
use store::{Batch, Store, Table};
use vocab::{
    Action, Arming, BootId, DeviceId, EventId, Generation, Mark, Mono, OrderId, PersonId, Posture,
    SensorName, Severity, SiteName, Wall, WorkOrderId, ZoneName,
};
use wire::v1::{Roster, body::Direction};

use crate::fault::Fault;

/// Most boots whose journal keys are remembered; older ones are strangers, which is as good.
const BOOTS_LIMIT: usize = 64;

/// Most adoptions, publications and events that are remembered; evidence is never that old.
const REMEMBERED: usize = 64;

/// Most senses that are remembered; no machine has as many.
const SENSES_LIMIT: usize = 256;

/// Well above what the limits of its lists and of a beat allow: a row that cannot be read stops the whole fleet.
const LIMITS: Limits = Limits { bytes: 1024 * 1024, depth: 16, items: 64 * 1024 };

/// What is stored of a device, as one row.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Record {
    /// Who it is, and where it stands.
    #[n(0)]
    pub identity: Identity,
    /// Where it stands in the world.
    #[n(1)]
    pub site: SiteName,
    /// The last entry accepted.
    #[n(2)]
    pub accepted: Option<Position>,
    /// The branch entry that was announced and has not come yet.
    #[n(3)]
    pub owed: Option<Owed>,
    /// The highest generation that it ever adopted.
    #[n(4)]
    pub obeyed: Generation,
    /// Its boots, oldest first.
    #[n(5)]
    pub boots: Vec<Booted>,
    /// Its adoptions, oldest first.
    #[n(6)]
    pub adopted: Vec<Adopted>,
    /// The last state that was signed for it.
    #[n(7)]
    pub signed: Option<SignedState>,
    /// What its last evidence proved.
    #[n(8)]
    pub attested: Option<Attestation>,
    /// What its last beat said.
    #[n(9)]
    pub pulse: Option<Pulse>,
    /// The events that latch a zone of it now.
    #[n(10)]
    pub latches: Vec<Latched>,
    /// Orders of which it reported the end, oldest first.
    #[n(11)]
    pub done: Vec<OrderId>,
    /// Acts that orders hold in force on it.
    #[n(12)]
    pub ordered: Vec<Action>,
    /// The arming state that a person asked for.
    #[n(13)]
    pub asked: Option<Arming>,
    /// The last generation whose proof it holds, as its journal says.
    #[n(14)]
    pub proved: Generation,
    /// How many leaves of the audit log it remembers, as its journal says.
    #[n(15)]
    pub remembered: u64,
    /// Its last events and how bad each was, oldest first.
    #[n(16)]
    pub events: Vec<Weighed>,
    /// When its last states were first published, oldest first.
    #[n(17)]
    pub published: Vec<Published>,
    /// Its last work orders, oldest first.
    #[n(18)]
    pub works: Vec<LetIn>,
    /// How many leaves of the audit log its enrolment was answered with: what it remembers when it remembers nothing.
    #[n(19)]
    #[cbor(default)]
    pub anchored: u64,
    /// The senses that it was put on duty with, by name.
    #[n(20)]
    #[cbor(default)]
    pub senses: Vec<SensorName>,
    /// Those of them that its last beat did not name.
    #[n(21)]
    #[cbor(default)]
    pub missed: Vec<SensorName>,
}

/// A work order that was used: somebody was let in.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LetIn {
    /// The work order.
    #[n(0)]
    pub order: WorkOrderId,
    /// The key of whoever held it.
    #[n(1)]
    pub holder: KeyId,
    /// Where.
    #[n(2)]
    pub zones: Vec<ZoneName>,
    /// When it was used.
    #[n(3)]
    pub opened: Wall,
    /// When its window closed.
    #[n(4)]
    pub closed: Option<Wall>,
    /// Not before this, as it was signed.
    #[n(5)]
    pub from: Wall,
    /// Not after this, as it was signed.
    #[n(6)]
    pub until: Wall,
}

/// An event, and how bad it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Weighed {
    /// Which.
    #[n(0)]
    pub event: EventId,
    /// How bad.
    #[n(1)]
    pub severity: Severity,
}

/// When a generation was first published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Published {
    /// Which.
    #[n(0)]
    pub generation: Generation,
    /// When.
    #[n(1)]
    pub at: Wall,
}

/// An event that latches a zone of a device.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Latched {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// How bad.
    #[n(1)]
    pub severity: Severity,
    /// Where.
    #[n(2)]
    pub zone: ZoneName,
    /// The entry that a basis must reach to release it.
    #[n(3)]
    pub at: Cursor,
    /// The posture that it demands.
    #[n(4)]
    pub posture: Posture,
    /// When, by the device.
    #[n(5)]
    pub wall: Wall,
}

/// A boot that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Booted {
    /// Which.
    #[n(0)]
    pub boot: BootId,
    /// Signs for it.
    #[n(1)]
    pub journal_key: PublicKey<key::Journal>,
    /// Its first entry, once accepted.
    #[n(2)]
    pub began: Option<Position>,
    /// When it was last heard, by its own clock.
    #[n(3)]
    pub heard: Option<Mono>,
}

/// One adoption, as the journal says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Adopted {
    /// The entry that says so.
    #[n(0)]
    pub seq: u64,
    /// The generation.
    #[n(1)]
    pub generation: Generation,
    /// The state's digest.
    #[n(2)]
    pub state: Digest,
}

/// A state that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedState {
    /// Its generation.
    #[n(0)]
    pub generation: Generation,
    /// Its digest.
    #[n(1)]
    pub digest: Digest,
    /// When it was first published.
    #[n(2)]
    pub at: Wall,
    /// What hides its leaf.
    #[n(3)]
    pub salt: Digest,
    /// Where its leaf stands.
    #[n(4)]
    pub index: u64,
    /// Which way it was forecast to go.
    #[n(5)]
    pub direction: Direction,
    /// Whether the fleet changed the device by itself, which is counted until the device has proved itself under it.
    #[n(6)]
    pub spread: bool,
}

/// What a beat said.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pulse {
    /// When it was heard here.
    #[n(0)]
    pub heard: Wall,
    /// The effective posture.
    #[n(1)]
    pub posture: Posture,
    /// The arming state.
    #[n(2)]
    pub arming: Arming,
    /// Every sensor.
    #[n(3)]
    pub senses: Vec<Mark>,
    /// Zones whose cause is not known to be gone.
    #[n(4)]
    pub causes: Vec<ZoneName>,
}

impl Record {
    /// A device that just enrolled.
    pub const fn new(identity: Identity, site: SiteName) -> Self {
        Self {
            identity,
            site,
            accepted: None,
            owed: None,
            obeyed: Generation::NONE,
            boots: vec![],
            adopted: vec![],
            signed: None,
            attested: None,
            pulse: None,
            latches: vec![],
            done: vec![],
            ordered: vec![],
            asked: None,
            proved: Generation::NONE,
            remembered: 0,
            events: vec![],
            published: vec![],
            works: vec![],
            anchored: 0,
            senses: vec![],
            missed: vec![],
        }
    }

    /// The device.
    pub const fn device(&self) -> DeviceId {
        self.identity.device()
    }

    /// Puts the row.
    pub fn put(&self, batch: &mut Batch) {
        batch.put(Table::Device, *self.device().as_bytes(), cbor::encode(self));
    }

    /// Every device.
    pub fn all(store: &impl Store) -> Result<Vec<Self>, Fault> {
        let rows = store.scan(Table::Device, b"", None, store::Order::Ascending, usize::MAX)?;
        let read = |row: store::Row| cbor::decode(&row.value, &LIMITS).map_err(|_| Fault::Record("device"));
        rows.into_iter().map(read).collect()
    }

    /// What is known of a boot.
    pub fn boot(&self, boot: &BootId) -> Option<&Booted> {
        self.boots.iter().find(|known| known.boot == *boot)
    }

    /// What is known of a boot, to change it; a boot never seen before is remembered.
    pub fn boot_mut(&mut self, boot: BootId, journal_key: &PublicKey<key::Journal>) -> &mut Booted {
        let at = self.boots.iter().position(|known| known.boot == boot).unwrap_or_else(|| {
            if self.boots.len() == BOOTS_LIMIT {
                self.boots.remove(0);
            }
            self.boots.push(Booted { boot, journal_key: journal_key.clone(), began: None, heard: None });
            self.boots.len() - 1
        });
        &mut self.boots[at]
    }

    /// Where a zone's cause stands, as far as the device has said.
    pub fn sensed(&self, zone: &ZoneName) -> plan::Sensed {
        match &self.pulse {
            Some(pulse) if pulse.causes.contains(zone) => plan::Sensed::Present,
            Some(_) => plan::Sensed::Gone,
            None => plan::Sensed::Unknown,
        }
    }

    /// A beat names every sense that the device has. While it is being installed, they are what it is to have, and on
    /// duty more may come; whether that changes which of them are missed.
    pub fn sense(&mut self, arming: Arming, marks: &[Mark]) -> bool {
        let heard: BTreeSet<&SensorName> = marks.iter().map(|mark| &mark.sensor).collect();
        if matches!(arming, Arming::Commissioning | Arming::Retired) {
            self.senses.clear();
        }
        let new: Vec<_> =
            heard.iter().filter(|sense| !self.senses.contains(sense)).copied().cloned().collect();
        let room = SENSES_LIMIT.saturating_sub(self.senses.len());
        self.senses.extend(new.into_iter().take(room));
        let missed = self.senses.iter().filter(|sense| !heard.contains(sense)).cloned().collect();
        std::mem::replace(&mut self.missed, missed) != self.missed
    }

    /// The journal says that a state was adopted.
    pub fn adopt(&mut self, adopted: Adopted) {
        self.obeyed = self.obeyed.max(adopted.generation);
        push(&mut self.adopted, adopted);
    }

    /// Entries of these numbers are lost: what they adopted, the device no longer obeys.
    pub fn lose(&mut self, lost: &RangeInclusive<u64>) {
        self.adopted.retain(|adopted| !lost.contains(&adopted.seq));
    }

    /// Somebody was let in.
    pub fn let_in(&mut self, work: LetIn) {
        push(&mut self.works, work);
    }

    /// The people who held a work order over the place and time of a latch, by the window as it was used or as it was
    /// signed; the device asks the same before it releases.
    pub fn openers(&self, latch: &Latched, roster: &Roster) -> BTreeSet<PersonId> {
        let covers = |work: &&LetIn| {
            let used = latch.wall >= work.opened && work.closed.is_none_or(|closed| latch.wall <= closed);
            let signed = latch.wall >= work.from && latch.wall <= work.until;
            work.zones.contains(&latch.zone) && (used || signed)
        };
        let holders: BTreeSet<KeyId> = self.works.iter().filter(covers).map(|work| work.holder).collect();
        let theirs =
            |person: &&wire::v1::roster::Person| person.keys.iter().any(|key| holders.contains(&key.id()));
        roster.people.iter().filter(theirs).map(|person| person.id).collect()
    }

    /// Whether the fleet changed it by itself and it has not proved itself since.
    pub fn is_unsettled(&self) -> bool {
        let proved = self.attested.as_ref().map_or(Generation::NONE, |attested| attested.generation);
        self.signed.is_some_and(|signed| signed.spread && proved < signed.generation)
    }

    /// A state was signed and is published from now on.
    pub fn publish(&mut self, signed: SignedState) {
        push(&mut self.published, Published { generation: signed.generation, at: signed.at });
        self.signed = Some(signed);
    }

    /// An event was heard of.
    pub fn weigh(&mut self, weighed: Weighed) {
        push(&mut self.events, weighed);
    }
}

/// At the end of a list of which only the newest matter.
fn push<T>(list: &mut Vec<T>, new: T) {
    if list.len() == REMEMBERED {
        list.remove(0);
    }
    list.push(new);
}
