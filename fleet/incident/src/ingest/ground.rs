//! Where a run stands in what the fleet has.

use journal::{Entry, Head, Kind, Position, Run};
use vocab::DeviceId;

use super::Stop;
use crate::{
    finding::Split,
    history::{History, Kept, Strand},
    refusal::Refusal,
};

/// Where the new part of a run stands.
pub(super) struct Ground {
    /// How many entries the fleet has already.
    pub(super) known: usize,
    /// The entry before the first new one; none at the beginning of the journal.
    pub(super) after: Option<Position>,
}

pub(super) fn ground(run: &Run, device: DeviceId, history: &dyn History) -> Result<Ground, Stop> {
    let accepted = history.accepted();
    if run.stands_on() == accepted.map_or_else(|| Head::genesis(&device), |accepted| accepted.head) {
        return Ok(Ground { known: 0, after: accepted });
    }
    let mut known = 0;
    let mut last = None;
    for entry in run.entries() {
        let Some(kept) = history.entry(&entry.cursor()) else { break };
        let (accepted, offered) = (kept.position.head, entry.head());
        if accepted != offered {
            return Err(Split::TwoEntries { at: entry.cursor(), accepted, offered }.into());
        }
        known += 1;
        last = Some(kept);
    }
    if last.is_none() && run.stands_on() == Head::genesis(&device) {
        return Ok(Ground { known: 0, after: None });
    }
    let stands_on = run.stands_on();
    match last.or_else(|| history.place(&stands_on)) {
        Some(Kept { position, strand: Strand::Current }) => Ok(Ground { known, after: Some(position) }),
        // All of it is known: sent again, and no history goes on from there.
        Some(Kept { position, .. }) if known == run.entries().len() => {
            Ok(Ground { known, after: Some(position) })
        }
        Some(Kept { position, strand: Strand::Lost }) => Err(Split::Abandoned(position.cursor()).into()),
        None => Err(Refusal::NotConnecting(stands_on).into()),
    }
}

/// The first entry follows what it stands on, as the others follow each other.
pub(super) fn follows(entries: &[Entry], after: Option<Position>) -> Result<(), Refusal> {
    let Some(first) = entries.first() else { return Ok(()) };
    let header = first.header();
    let number = after.map_or(Some(1), |after| after.seq.checked_add(1));
    let begins = header.kind == Kind::Boot;
    let changes = after.is_none_or(|after| after.boot != header.boot);
    if number == Some(header.seq) && begins == changes { Ok(()) } else { Err(Refusal::Order(header.seq)) }
}
