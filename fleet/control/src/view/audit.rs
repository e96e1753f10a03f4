//! The audit log as people read it: entries in words, and what it takes to check one without believing us.

use audit::{
    Kind, Outcome, Record,
    record::{Body, Party, Personal},
};
use crypto::signed::Signed;
use store::Store;
use vocab::{Arming, Generation, Label, PersonId, Posture, Wall};
use wire::v1::{DeviceState, OrderKind};

use super::{proposal::party, words::step};
use crate::{fault::Fault, fleet::Fleet, ledger};

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryView {
    /// Where it stands.
    pub index: u64,
    /// Which step of the house decided; `state` for a state as it was signed.
    pub kind: String,
    /// What was decided, in words.
    pub what: &'static str,
    /// When; a state was signed then.
    pub at: Option<Wall>,
    /// Who decided.
    pub by: Option<String>,
    /// About whom or what.
    pub about: Option<String>,
    /// The id of a box, an incident, an order or a plan that it is about.
    pub about_id: Option<String>,
    /// With which code it was refused.
    pub refused: Option<String>,
    /// In a person's own words.
    pub reason: Option<Label>,
    /// The digests of what it was decided from.
    pub inputs: Vec<[u8; 32]>,
    /// Whether what concerned people was erased.
    pub erased: bool,
    /// What a state tells its box; none for a decision.
    pub state: Option<Box<StateView>>,
}

/// What a state tells its box, as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateView {
    /// Which.
    pub generation: Generation,
    /// Up to which entry of its journal the plan had seen.
    pub basis: u64,
    /// What it expects of the people around it.
    pub arming: Arming,
    /// The posture that the fleet wants.
    pub posture: Posture,
    /// What it is to do once.
    pub orders: Vec<String>,
    /// How many secrets it is given, each sealed to it.
    pub secrets: usize,
    /// How long it holds without contact.
    pub until: Option<Wall>,
}

/// An entry with all that its leaf is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryBytes {
    /// In words.
    pub entry: EntryView,
    /// What hides the leaf.
    pub salt: [u8; 32],
    /// The record's own bytes.
    pub record: Vec<u8>,
    /// The data of the leaf.
    pub leaf: [u8; 32],
}

/// Where an entry stands under the newest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The signed note.
    pub note: String,
    /// How many entries it covers.
    pub size: u64,
    /// From the entry to the root (RFC 9162 §2.1.3).
    pub path: Vec<[u8; 32]>,
    /// From the checkpoint that whoever asks remembers (RFC 9162 §2.1.4).
    pub grown: Vec<[u8; 32]>,
}

/// Which entries are read, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Those before this one, or all of them; newest first.
    Down(Option<u64>),
    /// This one and those after it; oldest first.
    Up(u64),
}

impl Way {
    fn read<S: Store>(self, store: &S, rows: usize) -> Result<Vec<(u64, Record)>, Fault> {
        match self {
            Self::Down(before) => ledger::before(store, before, rows),
            Self::Up(from) => ledger::records(store, from, rows),
        }
    }

    /// The same way, from behind this entry on; none where it ends there.
    fn behind(self, index: u64) -> Option<Self> {
        match self {
            Self::Down(_) => (index > 0).then_some(Self::Down(Some(index))),
            Self::Up(_) => index.checked_add(1).map(Self::Up),
        }
    }
}

/// Entries this way: at most so many of those that are wanted, out of at most so many. Gives also where to go on, where
/// there is more.
pub fn entries<S: Store>(
    fleet: &Fleet<S>,
    way: Way,
    limit: usize,
    rows: usize,
    wanted: impl Fn(&EntryView) -> bool,
) -> Result<(Vec<EntryView>, Option<Way>), Fault> {
    let (mut found, mut next) = (vec![], None);
    let read = way.read(fleet.store(), rows)?;
    let full = read.len() == rows;
    for (index, record) in &read {
        next = way.behind(*index);
        let one = entry(fleet, *index, record);
        found.extend(wanted(&one).then_some(one));
        if found.len() == limit {
            break;
        }
    }
    let more = full || found.len() == limit;
    Ok((found, next.filter(|_| more)))
}

/// One entry.
pub fn entry_bytes<S: Store>(fleet: &Fleet<S>, index: u64) -> Result<Option<EntryBytes>, Fault> {
    let found = ledger::records(fleet.store(), index, 1)?.pop().filter(|(at, _)| *at == index);
    Ok(found.map(|(index, record)| EntryBytes {
        entry: entry(fleet, index, &record),
        salt: record.salt().0,
        record: record.bytes().to_vec(),
        leaf: record.leaf().0,
    }))
}

/// Where it stands; none where no checkpoint covers it yet, or where whoever asks remembers a larger one.
pub fn placed<S: Store>(fleet: &Fleet<S>, index: u64, remembered: u64) -> Result<Option<Placed>, Fault> {
    let ledger = fleet.ledger();
    let size = ledger.published_size();
    if index >= size || remembered > size {
        return Ok(None);
    }
    let (path, grown) = ledger.place(index, remembered, fleet.store())?;
    let bytes = |digests: Vec<crypto::digest::Digest>| digests.into_iter().map(|digest| digest.0).collect();
    Ok(Some(Placed { note: ledger.checkpoint().into(), size, path: bytes(path), grown: bytes(grown) }))
}

fn entry<S: Store>(fleet: &Fleet<S>, index: u64, record: &Record) -> EntryView {
    let what = Kind::of(record.kind()).map_or("tell a box what it is to obey", step);
    let said = EntryView { index, kind: record.kind().into(), what, ..EntryView::default() };
    match record.body() {
        Ok(Some(body)) => decision(fleet, &body, record, said),
        Ok(None) => state(fleet, record, said),
        Err(_) => said,
    }
}

fn decision<S: Store>(fleet: &Fleet<S>, body: &Body, record: &Record, said: EntryView) -> EntryView {
    let personal = record.personal().ok().flatten();
    let erased = body.personal.is_some() && personal.is_none();
    let Personal { actor, subject, reason } = personal.unwrap_or_default();
    let refused = if let Outcome::Refused(code) = &body.outcome { Some(code.clone()) } else { None };
    EntryView {
        at: Some(body.at),
        by: Some(named(fleet, body.actor, actor)),
        about: Some(named(fleet, body.subject, subject)),
        about_id: (!matches!(body.subject, Party::Fleet | Party::Person)).then(|| body.subject.to_string()),
        refused,
        reason,
        inputs: body.inputs.iter().map(|digest| digest.0).collect(),
        erased,
        ..said
    }
}

fn state<S: Store>(fleet: &Fleet<S>, record: &Record, said: EntryView) -> EntryView {
    let letter = Signed::<DeviceState>::parse(record.bytes().to_vec());
    // The log holds what the fleet signed: it is read here, and the device verifies it.
    let Ok(state) = letter.and_then(|letter| letter.claimed()) else { return said };
    EntryView {
        at: Some(state.issued),
        by: Some(Party::Fleet.to_string()),
        about: Some(named(fleet, Party::Device(state.device), None)),
        about_id: Some(state.device.to_string()),
        state: Some(Box::new(StateView {
            generation: state.generation,
            basis: state.basis.seq,
            arming: state.arming,
            posture: state.posture,
            orders: state.orders.iter().map(|order| ordered(&order.kind)).collect(),
            secrets: state.secrets.len(),
            until: state.lease.map(|lease| lease.until),
        })),
        ..said
    }
}

fn ordered(kind: &OrderKind) -> String {
    match kind {
        OrderKind::ReleaseLatch { event, .. } => format!("release what {event} latched"),
        OrderKind::Run(action) => policy::word::spell(action),
        OrderKind::Acknowledge(event) => format!("say that people know of {event}"),
    }
}

/// A box by its label, a person by their name.
fn named<S: Store>(fleet: &Fleet<S>, of: Party, person: Option<PersonId>) -> String {
    match (of, person) {
        (Party::Device(device), _) => fleet
            .record(device)
            .map_or_else(|| device.to_string(), |record| record.identity.label().to_string()),
        (Party::Person, Some(person)) => party(fleet, person).name,
        (of, _) => of.to_string(),
    }
}
