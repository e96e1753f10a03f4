//! What a box lived through: as its journal says it, and as the fleet decided about it.
//!
//! Of both the newest; what is not kept, or not looked through, is not made up.

use ::incident::{Said, timeline};
use audit::{Kind, Outcome, Record, record::Party};
use store::Store;
use vocab::{DeviceId, Wall};
use wire::v1::{Body, body::Change};

use super::proposal::party;
use crate::{chain, fault::Fault, fleet::Fleet, ledger};

/// One thing that a box lived through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastView {
    /// When.
    pub at: Wall,
    /// What, in words.
    pub text: String,
    /// Where it is written down.
    pub noted: Noted,
    /// Whether a proof was judged, and how.
    pub proof: Option<Proof>,
}

/// Where something is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noted {
    /// In this entry of the box's journal.
    Journal(u64),
    /// In this entry of the audit log.
    Log(u64),
}

/// What not everybody who sees a box may know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Who decided, and why.
    Decision,
    /// What tampered with it.
    Event,
    /// For which work it was opened.
    Work,
}

/// How a proof was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// It was believed.
    Good,
    /// It was refused.
    Refused,
}

/// What its journal says of itself, as far as whoever asks sees it: boots, states, arming, postures, latches, work
/// orders. Of so many runs of it before one, newest first; gives also where to go on, where there is more.
pub fn lived<S: Store>(
    fleet: &Fleet<S>,
    device: DeviceId,
    before: Option<&[u8]>,
    runs: usize,
    sees: impl Fn(Topic) -> bool,
) -> Result<(Vec<PastView>, Option<Vec<u8>>), Fault> {
    let read = chain::said(device, before, fleet.store(), runs)?;
    let next = read.last().map(|(key, _)| key.clone()).filter(|_| read.len() == runs);
    let said = read.iter().flat_map(|(_, said)| said).filter(|said| matters(said));
    let told = said.filter(|said| topic(said).is_none_or(&sees)).map(|said| {
        let line = timeline::line(said);
        PastView { at: line.at, text: line.text, noted: Noted::Journal(said.position.seq), proof: None }
    });
    Ok((told.collect(), next))
}

/// Recordings, sums and counts are for whoever reads the whole journal.
fn matters(said: &Said) -> bool {
    match &said.body {
        Some(Body::Change(change)) => !matches!(change, Change::Clock(_) | Change::Repeated { .. }),
        Some(Body::Receipt(_) | Body::Standing(_) | Body::Trace(_)) => false,
        _ => true,
    }
}

const fn topic(said: &Said) -> Option<Topic> {
    match &said.body {
        Some(Body::Event(_)) => Some(Topic::Event),
        Some(Body::Work(_)) => Some(Topic::Work),
        _ => None,
    }
}

/// What was decided about it, by whom and why as far as whoever asks sees that: of so many entries of the log before
/// one, newest first. Gives also where to go on, where there is more.
pub fn decided<S: Store>(
    fleet: &Fleet<S>,
    device: DeviceId,
    before: Option<u64>,
    rows: usize,
    sees: impl Fn(Topic) -> bool,
) -> Result<(Vec<PastView>, Option<u64>), Fault> {
    let read = ledger::before(fleet.store(), before, rows)?;
    let next = read.last().map(|(index, _)| *index).filter(|index| *index > 0 && read.len() == rows);
    let told = read.iter().filter_map(|(index, record)| decision(fleet, device, *index, record, &sees));
    Ok((told.collect(), next))
}

fn decision<S: Store>(
    fleet: &Fleet<S>,
    device: DeviceId,
    index: u64,
    record: &Record,
    sees: impl Fn(Topic) -> bool,
) -> Option<PastView> {
    let kind = Kind::of(record.kind()).filter(|kind| {
        matches!(kind, Kind::Appraise | Kind::Lift | Kind::Resume | Kind::Revoke | Kind::Suspend)
    })?;
    let body = record.body().ok()?.filter(|body| body.subject == Party::Device(device))?;
    let mut personal = record.personal().ok()?.unwrap_or_default();
    let by = match (body.actor, personal.actor) {
        (Party::Person, _) if !sees(Topic::Decision) => {
            personal.reason = None;
            Some("Somebody".into())
        }
        (Party::Person, Some(person)) => Some(party(fleet, person).name),
        (Party::Person, None) => Some("Somebody whose name is erased".into()),
        _ => None,
    };
    let reason = personal.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let (text, proof) = match (kind, body.outcome, by) {
        (Kind::Appraise, Outcome::Done, _) => ("It proved itself".into(), Some(Proof::Good)),
        (Kind::Appraise, Outcome::Refused(code), _) => {
            (format!("Its proof was refused ({code})"), Some(Proof::Refused))
        }
        (_, Outcome::Refused(_), _) => return None,
        (Kind::Suspend, _, None) => ("Its identity was suspended at every door".into(), None),
        (Kind::Suspend, _, Some(by)) => (format!("{by} suspended it{reason}"), None),
        (Kind::Resume, _, Some(by)) => (format!("{by} took the suspension back{reason}"), None),
        (Kind::Lift, ..) => ("Its suspension was lifted".into(), None),
        (Kind::Revoke, _, Some(by)) => (format!("{by} revoked its identity"), None),
        _ => return None,
    };
    Some(PastView { at: body.at, text, noted: Noted::Log(index), proof })
}

/// Everything in one order, newest first; of proofs those that were lost, and the one with which it came back.
pub fn in_order(mut all: Vec<PastView>) -> Vec<PastView> {
    all.sort_by_key(|one| (one.at, one.noted));
    let mut lost = false;
    all.retain(|one| match one.proof {
        None => true,
        Some(Proof::Refused) => {
            lost = true;
            true
        }
        Some(Proof::Good) => std::mem::take(&mut lost),
    });
    all.reverse();
    all
}

#[cfg(test)]
mod tests;
