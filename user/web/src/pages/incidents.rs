//! Incidents: each in one sentence, the newest first.

use access::{Action, Kind, Resource};
use api::{
    Incident,
    word::{IncidentState, Severity},
};
use axum::response::Response;
use control::view::{self, IncidentView};
use maud::{Markup, html};
use vocab::IncidentId;

use super::{
    age::{self, Worded},
    frame::{Frame, Place},
    mark, sentence,
};
use crate::{ask::gather, refusal::Refusal, route::Call, show};

/// Incidents on one page.
const PAGE: usize = 50;

pub(super) async fn page(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let frame = Frame::of(&call).await?;
    let state = call.query.of::<String>("state")?;
    let state = state.map(|word| crate::routes::incidents::state(&word)).transpose()?;
    let after = call.goes_on_after::<IncidentId>("after")?;
    let (found, now) = gather(&call.desk, after, PAGE + 1, move |fleet, after, most, _| {
        let sees = |one: &IncidentView| asker.may(Resource::Incident(one.id, one.touched.clone()));
        let is = |have| state.is_none_or(|state| have == state);
        view::incidents(fleet, after, most, |one| is(one.state()), sees)
    })
    .await?;
    let more = (found.len() > PAGE).then(|| call.next_after(&found[PAGE - 1].id));
    let shown: Vec<Incident> = found.iter().take(PAGE).map(|one| show::incident(one, now.wall)).collect();
    let word = state.map(|state| show::incident_state(state).word());
    let main = html! {
        div.summary {
            h1 { "Incidents" }
            p.lead { (lead(&frame)) }
        }
        div.filter {
            a.chip href="/incidents" aria-current=[word.is_none().then_some("true")] { "Any state" }
            @for known in IncidentState::ALL.iter().filter(|known| **known != IncidentState::Unknown) {
                a.chip href={ "/incidents?state=" (known) } aria-current=[(word == Some(known.word())).then_some("true")] { (known) }
            }
        }
        div id="incidents" data-live="" data-of="now" {
            @if shown.is_empty() {
                p.empty { @if word.is_some() { "No incident is like that." } @else { "No incident. When something happens to a box, it stands here within a second." } }
            } @else {
                table {
                    thead { tr { th { "What happened" } th { "State" } th.wide-only { "Severity" } th.wide-only { "Site" } th.right { "Opened" } } }
                    tbody { @for one in &shown { (row(one)) } }
                }
            }
            @if let Some(more) = more {
                p { a href={ "/incidents" (api::path::query(&[("state", word), ("after", Some(&more))])) } { "Older ones" } }
            }
        }
    };
    Ok(frame.page(Place::Incidents, "Incidents", main))
}

fn lead(frame: &Frame) -> String {
    let open = frame.open.iter().filter(|(_, one)| one.state < IncidentState::Verified).count();
    let waiting = frame.open.len() - open;
    let outcome = match waiting {
        0 => String::new(),
        1 => " One is over, and waits for a person to say what it was.".into(),
        more => format!(" {more} are over, and wait for a person to say what they were."),
    };
    let open = match open {
        0 => "Nothing is open.".into(),
        1 => "One is open.".into(),
        more => format!("{more} are open."),
    };
    let closes = frame.reader.ever(Action::Close, Kind::Incident);
    format!("{open}{}", if closes { outcome } else { String::new() })
}

/// The mark of an incident: what is over is no longer red.
pub(super) fn sign(one: &Incident) -> &'static str {
    match (one.state, one.severity) {
        (IncidentState::Closed, _) => "trusted",
        (IncidentState::Verified, _) => "off-duty",
        (_, Severity::High | Severity::Critical) => "tampered",
        _ => "attention",
    }
}

pub(super) fn row(one: &Incident) -> Markup {
    let open = one.state < IncidentState::Verified;
    html! {
        tr {
            td { (mark::named(sign(one))) a href={ "/incidents/" (one.id) } { @if open { b { (sentence::head(&one.sentence)) } } @else { (sentence::head(&one.sentence)) } } }
            td { (one.state) @if let Some(closing) = &one.closing { span.quiet { ", " (super::incident::outcome(closing.outcome)) } } }
            td.wide-only { (one.severity) }
            td.wide-only { @if let Some(site) = &one.site { (site) } @else { span.quiet { "several" } } }
            td.right { (age::of(Some(&one.opened), Some(one.age_seconds), Worded::Ago)) }
        }
    }
}
