//! What is public, and what only says that something changed.

use std::{sync::Arc, time::Duration};

use api::{Changes, Fleet, changes::LONGEST_WAIT, fleet::Alive};
use axum::{http::StatusCode, response::Response};
use control::view;
use crypto::hex;

use crate::{answer::json, ask::ask, desk::Desk, refusal::Refusal, route::Call};

/// The process answers.
pub(super) async fn health(_: Call) -> Result<Response, Refusal> {
    Ok(json(StatusCode::OK, &Alive { status: "alive".into() }))
}

pub(super) async fn fleet(call: Call) -> Result<Response, Refusal> {
    Ok(json(StatusCode::OK, &now(&call.desk).await?))
}

/// The same with what changes while the fleet is at work.
pub(crate) async fn now(desk: &Arc<Desk>) -> Result<Fleet, Refusal> {
    desk.ready().await?;
    let known = known(desk).await?.clone();
    Ok(Fleet { roster: desk.roster().unwrap_or(known.roster), ..known })
}

/// Asked of the fleet once: strangers do not keep its thread busy.
pub(crate) async fn known(desk: &Arc<Desk>) -> Result<&Fleet, Refusal> {
    let facts = desk.facts.get_or_try_init(async || {
        let facts = ask(desk, |fleet, _| view::facts(fleet)).await?;
        Ok(Fleet {
            name: facts.name.to_string(),
            root_key: desk.root_key.clone(),
            log_key: hex::encode(&facts.log_key),
            log_verifier: facts.log_verifier,
            log_origin: facts.log_origin,
            roster: facts.roster,
            keyset: facts.keyset,
            keys_until: facts.keys_until.map(|until| until.to_string()),
            software: desk.software.clone(),
        })
    });
    facts.await
}

/// Answers when something was committed after what whoever asks has seen, or when the wait is over.
pub(super) async fn changes(call: Call) -> Result<Response, Refusal> {
    let seen = call.query.of::<u64>("after")?;
    let wait = call.query.of::<u64>("wait")?.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    let mut changes = call.desk.changes.clone();
    // A number above ours is of an earlier process: everything may have changed.
    let news = |now: &u64| seen.is_none_or(|seen| *now != seen);
    let waited = tokio::time::timeout(Duration::from_secs(wait), changes.wait_for(news)).await;
    let now = waited.ok().and_then(Result::ok).map(|now| *now);
    let now = now.unwrap_or_else(|| *call.desk.changes.borrow());
    Ok(json(StatusCode::OK, &Changes { now }))
}
