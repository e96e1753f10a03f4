//! Takes a run of a device's journal into the fleet's record, or sees that it cannot be the same journal.
//!
//! Age alone never refuses an entry. An entry is accepted once, however often it comes; what contradicts an
//! accepted entry is a fork and never replaces it.

use alloc::{boxed::Box, vec::Vec};
use core::ops::{Deref, RangeInclusive};

use crypto::{
    key::{Journal, PublicKey},
    signed::Signed,
};
use journal::{Branch, Entry, Kind, Position, Run};
use vocab::{BootId, DeviceId, Generation, Time};
use wire::v1::{Beat, Body, body::Adoption};

use crate::{
    finding::{Finding, Fork, Split},
    history::{History, Owed},
    refusal::Refusal,
    said::{Arrival, Said},
    speaker::Speaker,
};
use ground::Ground;
use tail::Tail;

mod ground;
mod tail;

/// A run as a device offers it.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The entries.
    pub run: Run,
    /// A beat over the run's last entry, signed by the boot that speaks.
    pub seal: Signed<Beat>,
    /// What the branch entry says that these entries hold or lead to; a claim.
    pub branch: Option<Branch>,
}

/// What became of a run that proves what it says.
#[derive(Debug)]
pub enum Ingested {
    /// It goes on where the fleet's record ends, or where the device says that its tail was lost.
    Chained(Box<Chained<Run>>),
    /// Nothing of it is new. It is acknowledged again with what is accepted.
    Known(Option<Position>),
    /// It cannot be the same journal; nothing of it is accepted.
    Fork(Fork),
}

/// Proof that entries follow the accepted head, or an ancestor of it as the device announced; made by [`ingest`]
/// alone, of new entries alone.
#[derive(Debug)]
pub struct Chained<T> {
    value: T,
    device: DeviceId,
    sealed: Time,
    said: Vec<Said>,
    begun: Vec<Begun>,
    findings: Vec<Finding>,
    obeyed: Generation,
    lost: Option<RangeInclusive<u64>>,
    owed: Option<Owed>,
}

/// A boot that an accepted entry began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The entry.
    pub at: Position,
    /// Signs for that boot.
    pub journal_key: PublicKey<Journal>,
}

impl Chained<Run> {
    /// Whose journal it is.
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// When the device sealed the run.
    pub const fn sealed(&self) -> Time {
        self.sealed
    }

    /// What each entry says, in order.
    pub fn said(&self) -> &[Said] {
        &self.said
    }

    /// The boots that it begins, in order.
    pub fn begun(&self) -> &[Begun] {
        &self.begun
    }

    /// What it shows beside what it says.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The highest generation that the journal adopted before it.
    pub const fn obeyed(&self) -> Generation {
        self.obeyed
    }

    /// The numbers of accepted entries that are lost from here on.
    pub const fn lost(&self) -> Option<&RangeInclusive<u64>> {
        self.lost.as_ref()
    }

    /// The branch entry that is still to come, after this run.
    pub const fn owed(&self) -> Option<Owed> {
        self.owed
    }

    /// The last entry accepted, after this run.
    pub fn accepted(&self) -> Position {
        self.value.ends_at()
    }
}

impl<T> Deref for Chained<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Judges a run against what the fleet holds.
pub fn ingest(offer: Offer, speaker: &Speaker, history: &dyn History) -> Result<Ingested, Refusal> {
    match judge(offer, speaker, history) {
        Ok(ingested) => Ok(ingested),
        Err(Stop::Split(split)) => Ok(Ingested::Fork(speaker.fork(speaker.boot(), split))),
        Err(Stop::Refused(refusal)) => Err(refusal),
    }
}

/// Why a run goes no further.
pub(crate) enum Stop {
    Refused(Refusal),
    Split(Split),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Split> for Stop {
    fn from(split: Split) -> Self {
        Self::Split(split)
    }
}

fn judge(
    Offer { run, seal, branch }: Offer,
    speaker: &Speaker,
    history: &dyn History,
) -> Result<Ingested, Stop> {
    let seal = speaker.believe(seal)?;
    if seal.position != run.ends_at() {
        return Err(Refusal::SealElsewhere.into());
    }
    alive(&seal, history)?;
    let Ground { known, after } = ground::ground(&run, speaker.device(), history)?;
    let Some(run) = run.without_first(known) else { return Ok(Ingested::Known(history.accepted())) };
    ground::follows(run.entries(), after)?;
    let boots = begun(&run, after, speaker, history)?;
    let speaks_on = boots.iter().any(|begun| begun.at.boot == seal.boot) || began(seal.boot, history);
    if speaks_on && run.ends_at().boot != seal.boot {
        return Err(Split::DeadBoot { later: run.ends_at().boot }.into());
    }
    let tail = tail::tail(&run, after, branch, seal.boot, history)?;
    let said = run
        .entries()
        .iter()
        .map(|entry| Said::read(speaker.device(), entry, Arrival::of(entry, seal.boot, seal.at.mono)));
    let said: Vec<_> = said.collect();
    let mut findings: Vec<_> = tail.found.map(Finding::TailLost).into_iter().collect();
    let unread = run.entries().iter().zip(&said).filter(|(_, said)| said.body.is_none());
    findings.extend(unread.filter_map(|(entry, _)| unreadable(entry)));
    findings.extend(rollback(&seal, &said, history));
    let (device, sealed, obeyed) = (speaker.device(), seal.at, history.obeyed());
    let Tail { lost, owed, .. } = tail;
    let chained = Chained { value: run, device, sealed, said, begun: boots, findings, obeyed, lost, owed };
    Ok(Ingested::Chained(Box::new(chained)))
}

/// A boot whose journal went on in a later boot is dead: what it signs now, a second machine signs.
///
/// What it signed before may still be on the road, or be sent again by somebody; that is a replay and no more.
pub(crate) fn alive(beat: &Beat, history: &dyn History) -> Result<(), Stop> {
    let later = history.accepted().map(|accepted| accepted.boot).filter(|&boot| boot != beat.boot);
    let (Some(later), Some(known)) = (later, history.boot(&beat.boot)) else { return Ok(()) };
    if known.began.is_none() {
        return Ok(());
    }
    let replayed = known.heard.is_some_and(|heard| beat.at.mono <= heard);
    if replayed { Err(Refusal::StaleBeat.into()) } else { Err(Split::DeadBoot { later }.into()) }
}

fn began(boot: BootId, history: &dyn History) -> bool {
    history.boot(&boot).is_some_and(|known| known.began.is_some())
}

/// The boots that these entries begin; each shows a letter for itself and for its place.
fn begun(
    run: &Run,
    after: Option<Position>,
    speaker: &Speaker,
    history: &dyn History,
) -> Result<Vec<Begun>, Stop> {
    let mut before = after;
    let mut all = Vec::new();
    for entry in run.entries() {
        if entry.header().kind == Kind::Boot {
            all.push(begins(entry, before, speaker, history)?);
        }
        before = Some(entry.position());
    }
    Ok(all)
}

fn begins(
    entry: &Entry,
    after: Option<Position>,
    speaker: &Speaker,
    history: &dyn History,
) -> Result<Begun, Stop> {
    let at = entry.position();
    let Ok(Body::Boot(letter)) = Body::decode(entry) else {
        return Err(Refusal::BootUnreadable(at.seq).into());
    };
    let letter = speaker.began(letter, at, after)?;
    if began(at.boot, history) {
        return Err(Refusal::BootKnown(at.seq).into());
    }
    let journal_key = letter.into_letter().journal_key;
    let same = at.boot != speaker.boot() || journal_key == speaker.letter().journal_key;
    if same { Ok(Begun { at, journal_key }) } else { Err(Split::JournalKey.into()) }
}

fn unreadable(entry: &Entry) -> Option<Finding> {
    let malformed = Body::decode(entry).err()?;
    Some(Finding::Unreadable { at: entry.cursor(), code: malformed.code() })
}

fn rollback(seal: &Beat, said: &[Said], history: &dyn History) -> Option<Finding> {
    let adopted = said.iter().filter_map(|said| match &said.body {
        Some(Body::Adopted(Adoption::Adopted { generation, .. })) => Some(*generation),
        _ => None,
    });
    let adopted = adopted.fold(history.obeyed(), Generation::max);
    (seal.generation < adopted).then_some(Finding::Rollback { obeys: seal.generation, adopted })
}

#[cfg(test)]
mod tests;
