//! The audit log, to be taken away and checked elsewhere.

use std::sync::Arc;

use access::Resource;
use api::{
    Checkpoint,
    audit::{Entries, Entry, EntryDetail, Place, START, SignedState},
    operation::most,
};
use axum::{body::Body, http::StatusCode, response::Response};
use control::{
    House,
    export::Export,
    view::{self, EntryView, StateView, Way},
};
use crypto::hex;
use futures_util::stream;

use super::faulty;
use crate::{
    answer::{json, text},
    ask::{ask, look},
    desk::Desk,
    refusal::Refusal,
    route::Call,
    show,
};

pub(super) async fn checkpoint(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let newest = ask(&call.desk, move |fleet, now| {
        asker.permit(fleet, Resource::Audit, now)?;
        let (note, size) = view::checkpoint(fleet);
        Ok::<_, Refusal>(Checkpoint { note, size })
    });
    Ok(json(StatusCode::OK, &newest.await??))
}

/// Entries in one answer, unless it is said how many; and of how many it is the choice.
const LIMIT: usize = 50;
const ROWS: usize = 2_000;
const PIECE: usize = 200;

pub(super) async fn entries(call: Call) -> Result<Response, Refusal> {
    let before = call.goes_on_after::<u64>("before")?;
    let way = match after(&call)? {
        Some(_) if before.is_some() => {
            let what = "and `before` lead apart; ask with one of them".into();
            return Err(Refusal::Query { what, name: AFTER.into() });
        }
        Some(from) => Way::Up(from),
        None => Way::Down(before),
    };
    let limit = call.query.limit(LIMIT, most::OTHERS)?;
    let words = call.query.words()?.to_owned();
    Ok(json(StatusCode::OK, &listed(&call, way, limit, &words).await?))
}

const AFTER: &str = "after";

/// Which entry is the first after the one that was named.
fn after(call: &Call) -> Result<Option<u64>, Refusal> {
    match call.query.of::<String>(AFTER)?.as_deref() {
        Some(START) => Ok(Some(0)),
        _ => Ok(call.query.of::<u64>(AFTER)?.map(|index| index.saturating_add(1))),
    }
}

/// The entries this way in which all these words stand. They are looked for in pieces, between which the fleet's thread
/// is free for others.
pub(crate) async fn listed(call: &Call, mut way: Way, limit: usize, words: &str) -> Result<Entries, Refusal> {
    let asker = call.asker().await?;
    let words: Vec<String> = words.to_lowercase().split_whitespace().take(8).map(str::to_owned).collect();
    let (mut entries, mut next, mut size) = (vec![], None, 0);
    let rows = if words.is_empty() { limit } else { PIECE };
    for _ in 0..if words.is_empty() { 1 } else { ROWS / PIECE } {
        let (asker, words, left) = (asker.clone(), words.clone(), limit - entries.len());
        let (found, more, covered) = look(&call.desk, move |fleet, now| {
            asker.permit(fleet, Resource::Audit, now)?;
            reaches(fleet, way)?;
            let wanted = |one: &EntryView| words.iter().all(|word| holds(one, word));
            let (found, more) =
                view::entries(fleet, way, left, rows, wanted).map_err(|fault| faulty(&fault))?;
            Ok::<_, Refusal>((found, more, view::checkpoint(fleet).1))
        })
        .await??;
        entries.extend(found.iter().map(shown));
        (next, size) = (more, covered);
        way = match next {
            Some(next) if entries.len() < limit => next,
            _ => break,
        };
    }
    let next = next.and_then(|next| match next {
        Way::Down(before) => Some(call.next_after(&before?)),
        Way::Up(from) => Some(from.checked_sub(1)?.to_string()),
    });
    Ok(Entries { entries, next, size })
}

/// Whoever names an entry that the log does not have knows another log, an older or a longer one: to them nothing new is
/// no answer.
fn reaches(fleet: &House, way: Way) -> Result<(), Refusal> {
    let size = fleet.ledger().size();
    match way {
        Way::Up(from) if from > size => {
            let what = format!("names an entry that the log does not have: it holds {size}").into();
            Err(Refusal::Query { what, name: AFTER.into() })
        }
        Way::Down(_) | Way::Up(_) => Ok(()),
    }
}

fn holds(one: &EntryView, word: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(word);
    holds(&one.kind)
        || [&one.by, &one.about, &one.about_id, &one.refused].into_iter().flatten().any(|text| holds(text))
        || one.reason.as_ref().is_some_and(|reason| holds(reason.as_str()))
        || one.index.to_string() == word
        || (word == "refused" && one.refused.is_some())
}

pub(super) async fn entry(call: Call) -> Result<Response, Refusal> {
    let index = call.parameter.parse().map_err(|_| Refusal::Permit)?;
    Ok(json(StatusCode::OK, &detail(&call, index).await?))
}

pub(crate) async fn detail(call: &Call, index: u64) -> Result<EntryDetail, Refusal> {
    let asker = call.asker().await?;
    let detail = ask(&call.desk, move |fleet, now| {
        asker.permit(fleet, Resource::Audit, now)?;
        let one = view::entry_bytes(fleet, index).map_err(|fault| faulty(&fault))?.ok_or(Refusal::Permit)?;
        Ok::<_, Refusal>(EntryDetail {
            entry: shown(&one.entry),
            salt: hex::encode(&one.salt),
            record: hex::encode(&one.record),
            leaf: hex::encode(&one.leaf),
        })
    });
    detail.await?
}

pub(super) async fn proof(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let missing = |name: &str| Refusal::Query { what: "is missing".into(), name: name.into() };
    let index = call.query.of::<u64>("entry")?.ok_or_else(|| missing("entry"))?;
    let from = call.query.of::<u64>("from")?.unwrap_or(0);
    let placed = ask(&call.desk, move |fleet, now| {
        asker.permit(fleet, Resource::Audit, now)?;
        view::placed(fleet, index, from).map_err(|fault| faulty(&fault))
    });
    let placed = placed.await??.ok_or_else(|| Refusal::Not {
        code: "web/not-covered",
        detail: "no checkpoint covers this entry yet, or none as old as the one that you remember; ask again"
            .into(),
    })?;
    let digests = |all: &[[u8; 32]]| all.iter().map(|digest| hex::encode(digest)).collect();
    let place = Place {
        entry: index,
        path: digests(&placed.path),
        note: placed.note,
        size: placed.size,
        from,
        consistency: digests(&placed.grown),
    };
    Ok(json(StatusCode::OK, &place))
}

fn shown(one: &EntryView) -> Entry {
    Entry {
        index: one.index,
        kind: one.kind.clone(),
        what: one.what.into(),
        at: one.at.map(|at| at.to_string()),
        by: one.by.clone(),
        about: one.about.clone(),
        about_id: one.about_id.clone(),
        refused: one.refused.clone(),
        reason: one.reason.as_ref().map(ToString::to_string),
        inputs: one.inputs.iter().map(|digest| hex::encode(digest)).collect(),
        erased: one.erased,
        state: one.state.as_deref().map(state),
    }
}

fn state(one: &StateView) -> SignedState {
    SignedState {
        generation: one.generation.0,
        basis: one.basis,
        arming: show::arming(one.arming),
        posture: show::posture(one.posture),
        orders: one.orders.clone(),
        secrets: one.secrets,
        until: one.until.map(|until| until.to_string()),
    }
}

/// Piece by piece, as whoever reads takes it. An export that breaks off has no checkpoint at its end and verifies
/// nowhere.
pub(super) async fn export(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let begun = ask(&call.desk, move |fleet, now| {
        let permit = asker.permit(fleet, Resource::Audit, now)?;
        Ok::<_, Refusal>(Export::begin(fleet, &permit, now))
    });
    let begun = begun.await??.map_err(|asked| super::refused(&asked))?;
    let pieces = stream::try_unfold((call.desk, begun), async |(desk, mut export): (Arc<Desk>, Export)| {
        let (export, piece) = look(&desk, move |fleet, _| {
            let piece = export.next(fleet);
            (export, piece)
        })
        .await?;
        let piece = piece.map_err(|fault| faulty(&fault))?;
        Ok::<_, Refusal>(piece.map(|piece| (piece, (desk, export))))
    });
    Ok(text(Body::from_stream(pieces)))
}
