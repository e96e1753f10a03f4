//! Hears a heartbeat: the only thing that says that a device lives.

use alloc::boxed::Box;

use crypto::signed::{Signed, Verified};
use wire::v1::Beat;

use crate::{
    finding::{Finding, Fork, Split},
    history::History,
    ingest::{Stop, alive},
    refusal::Refusal,
    speaker::Speaker,
};

/// What a beat shows.
#[derive(Clone, Debug)]
pub enum Heard {
    /// The device lives.
    Pulse(Box<Pulse>),
    /// A second machine lives.
    Fork(Fork),
}

/// A beat that is believed, and newer than all before it.
#[derive(Clone, Debug)]
pub struct Pulse {
    /// What it says.
    pub beat: Verified<Beat>,
    /// What it shows beside.
    pub finding: Option<Finding>,
}

/// Judges a beat that came without a run.
pub fn hear(beat: Signed<Beat>, speaker: &Speaker, history: &dyn History) -> Result<Heard, Refusal> {
    match judge(beat, speaker, history) {
        Ok(pulse) => Ok(Heard::Pulse(Box::new(pulse))),
        Err(Stop::Split(split)) => Ok(Heard::Fork(speaker.fork(speaker.boot(), split))),
        Err(Stop::Refused(refusal)) => Err(refusal),
    }
}

fn judge(beat: Signed<Beat>, speaker: &Speaker, history: &dyn History) -> Result<Pulse, Stop> {
    let beat = speaker.believe(beat)?;
    alive(&beat, history)?;
    let heard = history.boot(&beat.boot).and_then(|known| known.heard);
    if heard.is_some_and(|heard| beat.at.mono <= heard) {
        return Err(Refusal::StaleBeat.into());
    }
    contradicts(&beat, history)?;
    let adopted = history.obeyed();
    let finding =
        (beat.generation < adopted).then_some(Finding::Rollback { obeys: beat.generation, adopted });
    Ok(Pulse { beat, finding })
}

/// A signed head speaks for the journal below it as much as a run does.
fn contradicts(beat: &Beat, history: &dyn History) -> Result<(), Split> {
    let at = beat.position.cursor();
    if let Some(kept) = history.entry(&at) {
        let (accepted, offered) = (kept.position.head, beat.position.head);
        if accepted != offered {
            return Err(Split::TwoEntries { at, accepted, offered });
        }
    }
    // The boot that announced a branch entry has nothing more to say, and the entry is not there.
    match (history.owed(), history.accepted()) {
        (Some(owed), Some(accepted)) if accepted == beat.position && owed.boot == beat.boot => {
            Err(Split::Unannounced { after: owed.from - 1, accepted: owed.resumes })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
