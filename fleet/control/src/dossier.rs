//! All that the fleet knows of one device: what is stored, and what lives as long as this process.

use std::collections::BTreeMap;

use admit::{
    Identity,
    appraise::{Attestation, Waiting},
    challenge::Challenge,
};
use crypto::{
    cbor::{self, Limits},
    digest::Digest,
    key::{self, PublicKey},
};
use incident::{Speaker, history::Owed};
use journal::{Cursor, Position};
use link::{Conn, Station};
use minicbor::{Decode, Encode};
use store::{Batch, Store, Table};
use vocab::{
    Action, Arming, BootId, DeviceId, EventId, Generation, Mark, Mono, Nonce, OrderId, Posture, Severity, SiteName,
    Wall, ZoneName,
};

use wire::v1::body::Direction;

use crate::fault::Fault;

/// Most boots whose journal keys are remembered; older ones are strangers, which is as good.
const BOOTS_LIMIT: usize = 64;

/// Most adoptions, publications and events that are remembered; evidence is never that old.
const REMEMBERED: usize = 64;

const LIMITS: Limits = Limits { bytes: 256 * 1024, depth: 16, items: 16 * 1024 };

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

    /// The journal says that a state was adopted.
    pub fn adopt(&mut self, adopted: Adopted) {
        self.obeyed = self.obeyed.max(adopted.generation);
        push(&mut self.adopted, adopted);
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

/// A device while this process lives.
pub struct Dossier {
    /// What is stored.
    pub record: Record,
    /// Its end of the link.
    pub station: Station,
    /// The boot that speaks in the session that stands.
    pub speaker: Option<(Conn, Speaker)>,
    /// Questions that are open.
    pub challenges: BTreeMap<Nonce, Challenge>,
    /// Evidence that waits for the journal.
    pub waiting: Option<Waiting>,
    /// To whom its secrets may be sealed, as its last evidence in this process proved.
    pub opening: Option<plan::Opening>,
    /// When it is to prove itself again.
    pub appraise_at: Mono,
}
