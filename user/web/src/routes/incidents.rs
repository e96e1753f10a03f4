//! Incidents: what happened, why we think so, and how it ended.

use access::Resource;
use api::{Incidents, incident::Close, operation::most, word};
use axum::{http::StatusCode, response::Response};
use control::view::{self, IncidentView};
use vocab::{IncidentId, Severity, SiteName};

use super::{devices::words, faulty, refused};
use crate::{
    answer::json,
    ask::{ask, gather, look},
    refusal::Refusal,
    route::Call,
    show,
};

/// Incidents in one answer, unless it is said how many.
const LIMIT: usize = 50;

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let state = call.query.of::<String>("state")?.map(|word| state(&word)).transpose()?;
    let least = call.query.of::<String>("severity")?.map(|word| severity(&word)).transpose()?;
    let site = call.query.of::<SiteName>("site")?;
    let after = call.goes_on_after::<IncidentId>("after")?;
    let limit = call.query.limit(LIMIT, most::OTHERS)?;
    // One more says whether there is one more.
    let (found, now) = gather(&call.desk, after, limit + 1, move |fleet, after, most, _| {
        let touches = |one: &IncidentView| site.as_ref().is_none_or(|site| one.touched.contains(site));
        let seen = |one: &IncidentView| touches(one) && asker.may(resource(one));
        let is = |have| state.is_none_or(|state| have == state);
        let wanted = least.unwrap_or(Severity::Info);
        view::incidents(fleet, after, most, |one| is(one.state()) && one.severity() >= wanted, seen)
    })
    .await?;
    let next = (found.len() > limit).then(|| call.next_after(&found[limit - 1].id));
    let incidents = found.iter().take(limit).map(|one| show::incident(one, now.wall)).collect();
    Ok(json(StatusCode::OK, &Incidents { incidents, next, as_of: now.wall.to_string() }))
}

pub(super) async fn one(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let id = id(&call.parameter)?;
    let told = look(&call.desk, move |fleet, now| {
        let one = view::incident(fleet, id).map_err(|fault| faulty(&fault))?.ok_or(Refusal::Permit)?;
        asker.permit(fleet, resource(&one), now)?;
        let told = view::explain(fleet, id).map_err(|fault| faulty(&fault))?.ok_or(Refusal::Permit)?;
        Ok::<_, Refusal>(show::explanation(&told, now.wall))
    });
    Ok(json(StatusCode::OK, &told.await??))
}

pub(super) async fn close(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let Close { outcome, reason } = call.read()?;
    let outcome = show::outcome_of(outcome)
        .ok_or_else(|| Refusal::Value { field: "outcome", what: "it is not how an incident ends".into() })?;
    let reason = words("reason", &reason)?;
    let id = id(&call.parameter)?;
    // Shown as it is once it is stored.
    let closed = ask(&call.desk, move |fleet, now| {
        let one = view::incident(fleet, id).map_err(|fault| faulty(&fault))?.ok_or(Refusal::Permit)?;
        let permit = asker.permit(fleet, resource(&one), now)?;
        fleet.close_incident(&permit, id, outcome, reason, now).map_err(|asked| refused(&asked))
    });
    closed.await??;
    let shown = ask(&call.desk, move |fleet, now| {
        let one = view::incident(fleet, id).map_err(|fault| faulty(&fault))?.ok_or(Refusal::Permit)?;
        Ok::<_, Refusal>(show::incident(&one, now.wall))
    });
    Ok(json(StatusCode::OK, &shown.await??))
}

fn resource(one: &IncidentView) -> Resource {
    Resource::Incident(one.id, one.touched.clone())
}

fn id(text: &str) -> Result<IncidentId, Refusal> {
    text.parse().map_err(|_| Refusal::Permit)
}

pub(crate) fn state(word: &str) -> Result<view::IncidentState, Refusal> {
    let known = word::IncidentState::ALL.iter().find(|known| known.word() == word);
    let state = known.and_then(|known| show::incident_state_of(*known));
    state.ok_or(Refusal::Query { what: "is not a state of an incident".into(), name: "state".into() })
}

fn severity(word: &str) -> Result<Severity, Refusal> {
    let known = word::Severity::ALL.iter().find(|known| known.word() == word);
    let severity = known.and_then(|known| show::severity_of(*known));
    severity.ok_or(Refusal::Query { what: "is not how bad an incident is".into(), name: "severity".into() })
}
