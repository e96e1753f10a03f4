//! What there is to count, for Prometheus: how the fleet is, and how its own house is.

use std::{collections::BTreeMap, sync::Arc};

use access::Resource;
use axum::{http::StatusCode, response::Response};
use control::view::{self, HealthState};
use vocab::{Posture, Severity};

use crate::{answer::typed, ask::ask, desk::Desk, metrics::Page, refusal::Refusal, roll::Roll, route::Call};

/// As `api::operation` says it.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn page(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let (open, entries, refused) = ask(&call.desk, move |fleet, now| {
        asker.permit(fleet, Resource::Metrics, now)?;
        let mut open = BTreeMap::new();
        for one in fleet.incidents() {
            *open.entry(one.severity()).or_insert(0u64) += 1;
        }
        Ok::<_, Refusal>((open, view::checkpoint(fleet).1, fleet.refusals().collect::<Vec<_>>()))
    })
    .await??;
    let roll = call.desk.rolls.read(&call.desk).await?;
    let mut page = Page::default();
    boxes(&mut page, &roll);
    let count = |severity| open.get(&severity).copied().unwrap_or_default();
    let severities = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    let severities = severities.map(|one| (crate::show::severity(one).word(), count(one)));
    page.gauges("wrale_open_incidents", "Incidents that are not closed.", "severity", &severities);
    page.gauge("wrale_log_entries", "Entries of the audit log that its newest checkpoint covers.", entries);
    page.counter(
        "wrale_refused_messages_total",
        "What devices said and was refused, by the code of the reason (docs/errors.md).",
        "reason",
        &refused,
    );
    house(&mut page, &call.desk);
    (call.desk.meters)(&mut page);
    Ok(typed(StatusCode::OK, MEDIA_TYPE, page.text()))
}

fn boxes(page: &mut Page, roll: &Roll) {
    let healths = [HealthState::Good, HealthState::Attention, HealthState::Alarm, HealthState::Unknown];
    let of = |health| roll.boxes().filter(|one| one.health == health).count() as u64;
    let healths = healths.map(|health| (crate::show::health(health).word(), of(health)));
    page.gauges("wrale_devices", "Devices, by the one verdict on each.", "health", &healths);
    let postures = [Posture::Normal, Posture::Guarded, Posture::Isolated, Posture::Sealed, Posture::Wiped];
    let of = |posture: Option<Posture>| roll.boxes().filter(|one| one.posture == posture).count() as u64;
    let known = postures.map(|posture| (crate::show::posture(posture).word(), of(Some(posture))));
    let postures = [known.as_slice(), &[("unknown", of(None))]].concat();
    page.gauges("wrale_postures", "Devices, by how far each has drawn itself in.", "posture", &postures);
    let never = roll.boxes().filter(|one| one.heard.is_none()).count();
    let heard = roll.boxes().filter_map(|one| one.heard);
    let silence = heard.map(|heard| roll.now.wall.since(heard).as_secs()).collect();
    page.summary("wrale_silence_seconds", "How long ago each device was heard.", silence);
    let blind: usize = roll.boxes().map(|one| one.blind).sum();
    page.gauge(
        "wrale_blind_senses",
        "Senses of devices that cannot look, were not listened to, or are silent.",
        blind,
    );
    page.gauge("wrale_unheard_devices", "Devices that were never heard.", never);
}

fn house(page: &mut Page, desk: &Arc<Desk>) {
    let all = desk.facade.waiting();
    let waiting =
        [("devices", all.devices as u64), ("house", all.house as u64), ("people", all.people as u64)];
    page.gauges("wrale_waiting", "What waits for the fleet's thread, by whose it is.", "of", &waiting);
    let questions = [("taken", all.asked), ("refused", all.refused)];
    page.counter(
        "wrale_questions_total",
        "Questions of people to the fleet's thread.",
        "outcome",
        &questions,
    );
    page.gauge("wrale_live_pages", "Open live links.", desk.live.open());
    page.counter("wrale_live_ends_total", "Live links that ended, by why.", "why", &desk.live.ended());
    page.counter("wrale_answers_total", "Answers to people and programs.", "class", &desk.answered.read());
}
