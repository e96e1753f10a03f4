//! One entry of the log: what it says, the bytes that say it, and the way from them to what the log signed.

use api::audit::{EntryDetail, Place, SignedState};
use audit::verify::Refusal;
use crypto::{
    digest::Digest,
    hex,
    merkle::{leaf_hash, verify_inclusion},
    note::{Checkpoint, Verifier},
};
use wire::v1::proof;

use super::{super::Session, Done, outcome, read_checkpoint, verifier};
use crate::{desk::Desk, problem::Problem, refusal, table::Cell};

/// The code with which a fleet says that no checkpoint covers an entry yet.
const NOT_COVERED: &str = "web/not-covered";

pub(in crate::commands) async fn show(
    session: &Session,
    entry: u64,
    key: Option<&str>,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let detail = session.client.audit_entry(entry).await?;
    let under = match session.client.audit_proof(entry).await {
        Ok(place) => {
            let facts = session.client.fleet().await?;
            let key = verifier(key.unwrap_or(&facts.log_verifier), &format!("\n\n{}", place.note))?;
            Some(included(entry, &detail, &place, &key)?)
        }
        Err(Problem::Fleet(problem)) if problem.code == NOT_COVERED => None,
        Err(problem) => return Err(problem),
    };
    if desk.json(&detail)? {
        return Ok(Done::Yes);
    }
    desk.facts(&said(&detail))?;
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
fn included(entry: u64, detail: &EntryDetail, place: &Place, key: &Verifier) -> Result<Checkpoint, Problem> {
    let checkpoint = read_checkpoint(&place.note, key)?;
    let record = hex::decode(&detail.record).map_err(|why| refusal::Refusal::Answer(why.to_string()))?;
    let leaf = proof::leaf(&detail.entry.kind, &digest(&detail.salt)?, &Digest::of(&record));
    let path = place.path.iter().map(|hash| digest(hash)).collect::<Result<Vec<_>, _>>()?;
    verify_inclusion(leaf_hash(&leaf.0), entry, checkpoint.size(), &path, checkpoint.root())
        .map_err(|_| Refusal::Altered(entry))?;
    Ok(checkpoint)
}

fn digest(text: &str) -> Result<Digest, refusal::Refusal> {
    hex::decode_array(text).map(Digest).map_err(|why| refusal::Refusal::Answer(why.to_string()))
}

fn said(detail: &EntryDetail) -> Vec<(&'static str, Cell)> {
    let one = &detail.entry;
    let or_none = |text: &Option<String>| Cell::from(text.as_deref().unwrap_or("-"));
    let about = match (&one.about, &one.about_id) {
        (Some(about), Some(id)) if about != id => Cell::from(format!("{about} ({id})")),
        (about, _) => or_none(about),
    };
    let mut said = vec![
        ("entry", one.index.to_string().into()),
        ("who", or_none(&one.by)),
        ("what", format!("{}: {}", one.kind, one.what).into()),
        ("on what", about),
        ("outcome", outcome(one)),
        ("when", or_none(&one.at)),
    ];
    said.extend(one.reason.iter().map(|reason| ("reason", reason.into())));
    said.extend(one.state.iter().flat_map(told));
    said.extend(one.inputs.iter().map(|input| ("input", input.into())));
    said.push(("salt", (&detail.salt).into()));
    said.push(("leaf", (&detail.leaf).into()));
    said.push(("record", (&detail.record).into()));
    said
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
