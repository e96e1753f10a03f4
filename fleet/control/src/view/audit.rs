//! The audit log as people read it: entries in words, and what it takes to check one without believing us.

use audit::{Outcome, Record, record::Party};
use store::Store;
use vocab::{Label, PersonId, Wall};

use crate::{fault::Fault, fleet::Fleet, ledger};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// Where it stands.
    pub index: u64,
    /// Which step of the house decided; `state` for a state as it was signed.
    pub kind: String,
    /// When; none for a state, whose own bytes say it.
    pub at: Option<Wall>,
    /// Who decided.
    pub by: Option<String>,
    /// About whom or what.
    pub about: Option<String>,
    /// With which code it was refused.
    pub refused: Option<String>,
    /// In a person's own words.
    pub reason: Option<Label>,
    /// The digests of what it was decided from.
    pub inputs: Vec<[u8; 32]>,
    /// Whether what concerned people was erased.
    pub erased: bool,
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

/// Entries before one, newest first: at most so many of those that are wanted, out of at most so many. Gives also
/// where to go on, where there is more.
pub fn entries<S: Store>(
    fleet: &Fleet<S>,
    before: Option<u64>,
    limit: usize,
    rows: usize,
    wanted: impl Fn(&EntryView) -> bool,
) -> Result<(Vec<EntryView>, Option<u64>), Fault> {
    let (mut found, mut next) = (vec![], None);
    let read = ledger::before(fleet.store(), before, rows)?;
    let full = read.len() == rows;
    for (index, record) in &read {
        next = Some(*index);
        let one = entry(fleet, *index, record);
        found.extend(wanted(&one).then_some(one));
        if found.len() == limit {
            break;
        }
    }
    let more = full || found.len() == limit;
    Ok((found, next.filter(|next| more && *next > 0)))
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
    let (body, personal) = (record.body().ok().flatten(), record.personal().ok().flatten());
    let erased = body.as_ref().is_some_and(|body| body.personal.is_some()) && personal.is_none();
    let (actor, subject, reason) =
        personal.map(|one| (one.actor, one.subject, one.reason)).unwrap_or_default();
    let (by, about) = body
        .as_ref()
        .map(|body| (named(fleet, body.actor, actor), named(fleet, body.subject, subject)))
        .unzip();
    EntryView {
        index,
        kind: record.kind().into(),
        at: body.as_ref().map(|body| body.at),
        by,
        about,
        refused: body.as_ref().and_then(|body| match &body.outcome {
            Outcome::Done => None,
            Outcome::Refused(code) => Some(code.clone()),
        }),
        reason,
        inputs: body.map(|body| body.inputs.iter().map(|digest| digest.0).collect()).unwrap_or_default(),
        erased,
    }
}

/// A box by its label, a person by their name.
fn named<S: Store>(fleet: &Fleet<S>, party: Party, person: Option<PersonId>) -> String {
    match (party, person) {
        (Party::Device(device), _) => fleet
            .record(device)
            .map_or_else(|| device.to_string(), |record| record.identity.label().to_string()),
        (Party::Person, Some(person)) => {
            let known = fleet.setup().roster.people.iter().find(|known| known.id == person);
            known.map_or_else(|| person.to_string(), |known| known.name.to_string())
        }
        (party, _) => party.to_string(),
    }
}
