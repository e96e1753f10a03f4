//! One entry of the log: what it says, the bytes that say it, and the way from them to what the log signed.

use api::audit::{EntryDetail, Place, SignedState};
use audit::{record::Record, verify::Refusal};
use crypto::{
    digest::Digest,
    hex,
    merkle::{leaf_hash, verify_inclusion},
    note::{Checkpoint, Verifier},
};

use super::{super::Session, Done, outcome, read_checkpoint, verifier};
use crate::{
    desk::Desk,
    problem::Problem,
    record::{Reviewed, record, review},
    refusal,
    table::Cell,
};

/// The code with which a fleet says that no checkpoint covers an entry yet.
const NOT_COVERED: &str = "web/not-covered";

pub(in crate::commands) async fn show(
    session: &Session,
    entry: u64,
    key: Option<&str>,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let detail = session.client.audit_entry(entry).await?;
    let record = record(&detail)?;
    let under = match session.client.audit_proof(entry).await {
        Ok(place) => {
            let facts = session.client.fleet().await?;
            let key = verifier(key.unwrap_or(&facts.log_verifier), &format!("\n\n{}", place.note))?;
            Some(included(entry, &record, &place, &key)?)
        }
        Err(Problem::Fleet(problem)) if problem.code == NOT_COVERED => None,
        Err(problem) => return Err(problem),
    };
    let reviewed = review(entry, &detail, &record)?;
    if desk.json(&EntryDetail { entry: reviewed.entry.clone(), ..detail.clone() })? {
        return Ok(Done::Yes);
    }
    desk.facts(&held(&reviewed, &detail))?;
    let added = added(&reviewed);
    if !added.is_empty() {
        desk.line("Beside the record, which names nobody, the fleet says:")?;
        desk.facts(&added)?;
    }
    let Some(log) = under else {
        desk.line("No checkpoint covers it yet; ask again in a moment.")?;
        return Ok(Done::Yes);
    };
    let (size, origin) = (log.size(), log.origin());
    desk.line(&format!(
        "In the log: these bytes lead to the {size} records of {origin}, as the log signed them."
    ))?;
    if key.is_none() {
        desk.aside("The key is the fleet's own word; `--key` takes the one that you were given.")?;
    }
    Ok(Done::Yes)
}

/// From the record's bytes to the leaf, and from the leaf to the root; of the fleet's word the key alone is believed.
fn included(entry: u64, record: &Record, place: &Place, key: &Verifier) -> Result<Checkpoint, Problem> {
    let checkpoint = read_checkpoint(&place.note, key)?;
    let path = place.path.iter().map(|hash| digest(hash)).collect::<Result<Vec<_>, _>>()?;
    verify_inclusion(leaf_hash(&record.leaf().0), entry, checkpoint.size(), &path, checkpoint.root())
        .map_err(|_| Refusal::Altered(entry))?;
    Ok(checkpoint)
}

fn digest(text: &str) -> Result<Digest, refusal::Refusal> {
    hex::decode_array(text).map(Digest).map_err(|why| refusal::Refusal::Answer(why.to_string()))
}

/// What the record holds.
fn held(reviewed: &Reviewed, detail: &EntryDetail) -> Vec<(&'static str, Cell)> {
    let Reviewed { actor, subject, entry } = reviewed;
    let mut held = vec![
        ("entry", entry.index.to_string().into()),
        ("who", actor.into()),
        ("what", (&entry.kind).into()),
        ("on what", subject.into()),
        ("outcome", outcome(entry)),
        ("when", entry.at.as_deref().unwrap_or("-").into()),
    ];
    held.extend(entry.state.iter().flat_map(told));
    held.extend(entry.inputs.iter().map(|input| ("input", input.into())));
    held.push(("salt", (&detail.salt).into()));
    held.push(("leaf", (&detail.leaf).into()));
    held.push(("record", (&detail.record).into()));
    held
}

/// What the fleet adds to it.
fn added(reviewed: &Reviewed) -> Vec<(&'static str, Cell)> {
    let Reviewed { actor, subject, entry } = reviewed;
    let what = Some(&entry.what).filter(|what| !what.is_empty());
    let name = entry.by.as_ref().filter(|name| *name != actor);
    let about = entry.about.as_ref().filter(|name| *name != subject);
    let added = [("what", what), ("who", name), ("on what", about), ("reason", entry.reason.as_ref())];
    added.into_iter().filter_map(|(of, said)| said.map(|said| (of, said.into()))).collect()
}

fn told(state: &SignedState) -> [(&'static str, Cell); 4] {
    let orders = if state.orders.is_empty() { "none".into() } else { state.orders.join("; ") };
    [
        ("generation", format!("{}, planned from entry {}", state.generation, state.basis).into()),
        ("wants", format!("{}, posture {}", state.arming, state.posture).into()),
        ("orders", orders.into()),
        ("secrets", state.secrets.to_string().into()),
    ]
}
