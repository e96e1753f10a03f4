//! An entry of the log as its own bytes say it, held against what the fleet says about it.
//!
//! The record names nobody: names, words for a step and a person's reason are the fleet's word, and shown as that.

use api::audit::{Entry, EntryDetail, SignedState};
use api::word;
use audit::record::{Body, Outcome, Party, Record};
use crypto::{digest::Digest, hex, signed::Signed};
use vocab::{Arming, Posture};
use wire::v1::{DeviceState, OrderKind, proof};

use crate::{order::sentence, refusal::Refusal};

/// What an entry says, as far as its record holds it.
pub(crate) struct Reviewed {
    /// Who decided.
    pub(crate) actor: String,
    /// About whom or what.
    pub(crate) subject: String,
    /// All that the record holds, in the words of the contract; the fleet's word where it holds nothing.
    pub(crate) entry: Entry,
}

/// The record that came; what it says is nothing until its leaf is found in the log.
pub(crate) fn record(detail: &EntryDetail) -> Result<Record, Refusal> {
    let answer = |why: hex::Malformed| Refusal::Answer(why.to_string());
    let salt = hex::decode_array(&detail.salt).map(Digest).map_err(answer)?;
    Ok(Record::shown(&detail.entry.kind, salt, hex::decode(&detail.record).map_err(answer)?))
}

/// Reads the record of the entry that was asked for, and refuses whatever the fleet says otherwise.
pub(crate) fn review(asked: u64, detail: &EntryDetail, record: &Record) -> Result<Reviewed, Refusal> {
    let said = &detail.entry;
    same("number", said.index, asked)?;
    same("leaf", &detail.leaf, hex::encode(&record.leaf().0))?;
    let reviewed = match record.body().map_err(|why| unread(&why))? {
        Some(body) => decision(said, &body),
        None if record.kind() == proof::STATE => state(said, record)?,
        None => return Err(Refusal::Answer(format!("this program knows no step `{}`", record.kind()))),
    };
    agrees(said, &reviewed.entry)?;
    Ok(reviewed)
}

fn unread(why: &dyn std::error::Error) -> Refusal {
    Refusal::Answer(format!("the record cannot be read: {why}"))
}

fn decision(said: &Entry, body: &Body) -> Reviewed {
    let (actor, subject) = (body.actor.to_string(), body.subject.to_string());
    let named = |of: Party, name: &Option<String>| match of {
        Party::Fleet => Some(of.to_string()),
        _ => name.clone(),
    };
    let refused = if let Outcome::Refused(code) = &body.outcome { Some(code.clone()) } else { None };
    // Nothing personal was ever beside a record that binds nothing.
    let personal = body.personal.is_some();
    let entry = Entry {
        at: Some(body.at.to_string()),
        by: named(body.actor, &said.by),
        about: named(body.subject, &said.about),
        about_id: (!matches!(body.subject, Party::Fleet | Party::Person)).then(|| subject.clone()),
        refused,
        reason: said.reason.clone().filter(|_| personal),
        inputs: body.inputs.iter().map(|digest| hex::encode(&digest.0)).collect(),
        erased: said.erased && personal,
        state: None,
        ..said.clone()
    };
    Reviewed { actor, subject, entry }
}

fn state(said: &Entry, record: &Record) -> Result<Reviewed, Refusal> {
    // That the fleet signed it, its device checks; here the log alone is asked what it holds.
    let letter = Signed::<DeviceState>::parse(record.bytes().to_vec()).and_then(|letter| letter.claimed());
    let state = letter.map_err(|why| unread(&why))?;
    let (actor, subject) = (Party::Fleet.to_string(), Party::Device(state.device).to_string());
    let wants = SignedState {
        generation: state.generation.0,
        basis: state.basis.seq,
        arming: arming(state.arming),
        posture: posture(state.posture),
        orders: state.orders.iter().map(|order| ordered(&order.kind)).collect(),
        secrets: state.secrets.len(),
        until: state.lease.map(|lease| lease.until.to_string()),
    };
    let entry = Entry {
        at: Some(state.issued.to_string()),
        by: Some(actor.clone()),
        about_id: Some(subject.clone()),
        refused: None,
        reason: None,
        inputs: vec![],
        erased: false,
        state: Some(wants),
        ..said.clone()
    };
    Ok(Reviewed { actor, subject, entry })
}

fn agrees(said: &Entry, holds: &Entry) -> Result<(), Refusal> {
    let told = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".into());
    let outcome = |one: &Entry| one.refused.clone().map_or("done".into(), |code| format!("refused: {code}"));
    same("time", told(&said.at), told(&holds.at))?;
    same("actor", told(&said.by), told(&holds.by))?;
    same("subject", told(&said.about), told(&holds.about))?;
    same("subject", told(&said.about_id), told(&holds.about_id))?;
    same("outcome", outcome(said), outcome(holds))?;
    same("reason", told(&said.reason), told(&holds.reason))?;
    same("inputs", said.inputs.join(", "), holds.inputs.join(", "))?;
    same("erasure", said.erased, holds.erased)?;
    same("state", wanted(said), wanted(holds))
}

/// What a state wants in one line; each side has words of its own for an order, so those are counted.
fn wanted(entry: &Entry) -> String {
    entry.state.as_ref().map_or_else(|| "none".into(), wants)
}

/// What a state wants.
pub(crate) fn wants(state: &SignedState) -> String {
    let SignedState { generation, basis, arming, posture, orders, secrets, until } = state;
    let (orders, until) = (orders.len(), until.as_deref().unwrap_or("any time"));
    format!(
        "generation {generation} from entry {basis}, {arming}, {posture}, {orders} orders, {secrets} secrets, \
         until {until}"
    )
}

fn same(
    what: &'static str,
    said: impl std::fmt::Display,
    holds: impl std::fmt::Display,
) -> Result<(), Refusal> {
    let (said, holds) = (said.to_string(), holds.to_string());
    if said == holds { Ok(()) } else { Err(Refusal::RecordOther { what, said, holds }) }
}

fn ordered(kind: &OrderKind) -> String {
    match kind {
        OrderKind::ReleaseLatch { event, .. } | OrderKind::Acknowledge(event) => {
            format!("{} ({event})", sentence(kind))
        }
        OrderKind::Run(_) => sentence(kind),
    }
}

const fn arming(arming: Arming) -> word::Arming {
    match arming {
        Arming::Storage => word::Arming::Storage,
        Arming::Transport => word::Arming::Transport,
        Arming::Commissioning => word::Arming::Commissioning,
        Arming::Armed => word::Arming::Armed,
        Arming::Service => word::Arming::Service,
        Arming::Retired => word::Arming::Retired,
    }
}

const fn posture(posture: Posture) -> word::Posture {
    match posture {
        Posture::Normal => word::Posture::Normal,
        Posture::Guarded => word::Posture::Guarded,
        Posture::Isolated => word::Posture::Isolated,
        Posture::Sealed => word::Posture::Sealed,
        Posture::Wiped => word::Posture::Wiped,
    }
}

#[cfg(test)]
mod tests;
