//! What a run says about a tail that the device lost.

use core::ops::RangeInclusive;

use journal::{Branch, Entry, Kind, Position, Run};
use vocab::BootId;
use wire::v1::Body;

use super::Stop;
use crate::{
    finding::{Split, TailLost},
    history::{History, Owed},
};

/// What a run says about a lost tail.
#[derive(Default)]
pub(super) struct Tail {
    /// The branch entry came.
    pub(super) found: Option<TailLost>,
    /// Entries that are lost from here on.
    pub(super) lost: Option<RangeInclusive<u64>>,
    /// The branch entry that is announced and still to come.
    pub(super) owed: Option<Owed>,
}

/// Judges a run that goes on where the record ends, or where the device says that its tail was lost.
pub(super) fn tail(
    run: &Run,
    after: Option<Position>,
    claim: Option<Branch>,
    boot: BootId,
    history: &dyn History,
) -> Result<Tail, Stop> {
    let (owed, lost) = match (history.accepted(), history.owed()) {
        (None, _) => return Ok(Tail::default()),
        (accepted, None) if accepted == after => return Ok(Tail::default()),
        (accepted, Some(owed)) if accepted == after => (owed, None),
        (Some(resumes), owed) => {
            let from = after.map_or(0, |after| after.seq) + 1;
            // A loss that was announced and never said is told with this one.
            let told = owed.map_or(from, |owed| owed.from.min(from));
            (Owed { resumes, from: told, boot }, Some(from..=resumes.seq))
        }
    };
    let Owed { resumes, from, .. } = owed;
    let said = run.entries().iter().find(|entry| names(entry, &resumes));
    // A later boot that does not know of the branch: that entry was lost as well, before the fleet had it.
    let instead = || run.entries().first().filter(|_| owed.boot != boot);
    if let Some(at) = said.or_else(instead).map(Entry::cursor) {
        return Ok(Tail { found: Some(TailLost { from, resumes, at }), lost, owed: None });
    }
    // A long history may need several runs to reach the branch entry; the first of them must say so.
    if lost.is_none() || claim.is_some_and(|claim| claim.resumes == resumes) {
        return Ok(Tail { found: None, lost, owed: Some(owed) });
    }
    Err(Split::Unannounced { after: from - 1, accepted: resumes }.into())
}

/// Whether this is the branch entry that names what the fleet had accepted. The numbers in it are what the device
/// believes; the fleet knows better which entries it has.
fn names(entry: &Entry, resumes: &Position) -> bool {
    entry.header().kind == Kind::Branch
        && matches!(Body::decode(entry), Ok(Body::Branch(branch)) if branch.resumes == *resumes)
}
