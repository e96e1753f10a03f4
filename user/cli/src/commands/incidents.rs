//! What happened: one sentence, the probable cause, how sure we are, what to do first; then the evidence.

use api::word::{Arrival, IncidentState, Outcome, Severity};
use api::{Incident, IncidentDetail};

use super::{Done, Session, devices::severity};
use crate::{
    desk::Desk,
    problem::Problem,
    table::{Cell, Table, Tone, age},
};

/// Which incidents are wanted.
pub(super) struct Of<'a> {
    pub(super) state: Option<IncidentState>,
    pub(super) severity: Option<Severity>,
    pub(super) site: Option<&'a str>,
    pub(super) limit: usize,
}

pub(super) async fn list(session: &Session, of: &Of<'_>, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let Of { state: only, severity: least, site, limit } = *of;
    let incidents = session.client.incidents_with(only, least, site, limit).await?;
    if desk.json(&incidents)? {
        return Ok(Done::Yes);
    }
    if incidents.incidents.is_empty() {
        desk.line("There is no incident.")?;
        return Ok(Done::Yes);
    }
    let mut table = Table::new(&["INCIDENT", "STATE", "SEVERITY", "SITE", "AGE", "WHAT"]);
    for incident in &incidents.incidents {
        table.row(vec![
            (&incident.id).into(),
            state(incident.state),
            severity(incident.severity),
            incident.site.as_deref().unwrap_or("-").into(),
            age(incident.age_seconds).into(),
            (&incident.sentence).into(),
        ]);
    }
    desk.table(&table)?;
    if incidents.next.is_some() {
        desk.line("There are older ones: `--limit` shows more.")?;
    }
    Ok(Done::Yes)
}

pub(super) async fn show(session: &Session, id: &str, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let detail = session.client.incident(id).await?;
    if desk.json(&detail.incident)? {
        return Ok(Done::Yes);
    }
    tell(&detail.incident, desk)?;
    desk.line(&format!("The evidence: `{}`", session.hint(&format!("explain {id}"))))?;
    Ok(Done::Yes)
}

pub(super) async fn explain(session: &Session, id: &str, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let detail = session.client.incident(id).await?;
    if desk.json(&detail)? {
        return Ok(Done::Yes);
    }
    tell(&detail.incident, desk)?;
    for box_ in &detail.explained {
        desk.line("")?;
        desk.line(&box_.name)?;
        for (number, link) in (1..).zip(&box_.links) {
            desk.line(&format!("  {number}. {link}"))?;
        }
    }
    desk.line("")?;
    desk.table(&timeline(&detail))?;
    if !detail.complete {
        desk.line("There is more in the journals than is shown here.")?;
    }
    Ok(Done::Yes)
}

fn tell(incident: &Incident, desk: &mut Desk<'_>) -> Result<(), Problem> {
    desk.line(&incident.sentence)?;
    let mut facts: Vec<(&str, Cell)> = vec![
        ("probable cause", (&incident.cause).into()),
        ("confidence", format!("{:.1} %", incident.confidence * 100.0).into()),
        ("do first", (&incident.first_action).into()),
        ("state", state(incident.state)),
        ("severity", severity(incident.severity)),
        ("kind", incident.kind.word().into()),
        ("site", incident.site.as_deref().unwrap_or("-").into()),
    ];
    for involved in &incident.boxes {
        let label = involved.label.as_deref().unwrap_or("without a label");
        facts.push(("box", format!("{label} ({})", involved.device).into()));
    }
    facts.push(("opened", format!("{} ({} ago)", incident.opened, age(incident.age_seconds)).into()));
    if let Some(closing) = &incident.closing {
        let by = format!("{} by {} at {}: {}", closing.outcome, closing.by, closing.at, closing.reason);
        facts.push(("closed as", by.into()));
    }
    facts.push(("id", (&incident.id).into()));
    desk.facts(&facts)
}

fn timeline(detail: &IncidentDetail) -> Table {
    let name = |device: &str| {
        let involved = detail.incident.boxes.iter().find(|involved| involved.device == device);
        involved.and_then(|involved| involved.label.clone()).unwrap_or_else(|| device.to_owned())
    };
    let mut table = Table::new(&["AT", "CLOCK", "WHO", "ENTRY", "CAME", "WHAT"]);
    for line in &detail.timeline {
        table.row(vec![
            (&line.at).into(),
            line.worth.word().into(),
            line.device.as_deref().map_or_else(|| "fleet".into(), name).into(),
            line.entry.map_or_else(String::new, |entry| entry.to_string()).into(),
            line.arrival.map_or("", Arrival::word).into(),
            (&line.text).into(),
        ]);
    }
    table
}

pub(super) async fn close(
    session: &Session,
    id: &str,
    outcome: Outcome,
    reason: &str,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    session.client.close(id, outcome, reason).await?;
    let detail = session.client.incident(id).await?;
    if !desk.json(&detail.incident)? {
        desk.line(&format!("{} is {} as {outcome}.", detail.incident.id, detail.incident.state))?;
    }
    Ok(Done::Yes)
}

fn state(state: IncidentState) -> Cell {
    let tone = match state {
        IncidentState::Open => Tone::Alarm,
        IncidentState::Contained | IncidentState::Recovering => Tone::Attention,
        IncidentState::Verified | IncidentState::Closed => Tone::Normal,
        IncidentState::Unknown => Tone::Grey,
    };
    Cell::new(state.word(), tone)
}
