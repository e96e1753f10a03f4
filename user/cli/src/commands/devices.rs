//! Boxes: how they are and why, and what people decide about one.

use std::path::Path;

use api::word::{Arming, Connection, HealthState, Posture, Revocation, SenseState, Severity, Standing};
use api::{Device, Seen};

use super::{Done, Session};
use crate::{
    args::Confirm,
    desk::Desk,
    files,
    problem::Problem,
    table::{Cell, Table, Tone, age, age_of, called, clean},
};

pub(super) async fn list(
    session: &Session,
    site: Option<&str>,
    health: Option<HealthState>,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let devices = session.client.devices_with(site, health).await?;
    if desk.json(&devices)? {
        return Ok(Done::Yes);
    }
    if devices.devices.is_empty() && (site.is_some() || health.is_some()) {
        desk.line("There is no such box, or none that you may see.")?;
        return Ok(Done::Yes);
    }
    if devices.devices.is_empty() {
        desk.line("No box has joined yet.")?;
        desk.line(&format!("A new one needs a token: `{}`", session.hint("token --site SITE")))?;
        return Ok(Done::Yes);
    }
    desk.table(&overview(&devices.devices))?;
    Ok(Done::Yes)
}

pub(super) async fn sites(session: &Session, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let sites = session.client.sites().await?;
    if desk.json(&sites)? {
        return Ok(Done::Yes);
    }
    let mut table = Table::new(&["SITE", "BOXES", "GOOD", "ATTENTION", "ALARM", "UNKNOWN"]);
    for one in &sites.sites {
        let count =
            |count: u64, tone| Cell::new(count.to_string(), if count > 0 { tone } else { Tone::Grey });
        table.row(vec![
            (&one.site).into(),
            one.devices.to_string().into(),
            count(one.good, Tone::Normal),
            count(one.attention, Tone::Attention),
            count(one.alarm, Tone::Alarm),
            count(one.unknown, Tone::Grey),
        ]);
    }
    desk.table(&table)?;
    Ok(Done::Yes)
}

fn overview(devices: &[Device]) -> Table {
    let mut table =
        Table::new(&["BOX", "SITE", "HEALTH", "PROOF", "POSTURE", "ARMING", "IDENTITY", "LINK", "WHY"]);
    for device in devices {
        table.row(vec![
            (&device.label).into(),
            (&device.site).into(),
            health(device.health.state),
            age_of(device.health.age_seconds).into(),
            posture(device.posture.value),
            arming(device.arming.value),
            standing(device.standing.state),
            connection(device.connection.value),
            (&device.health.why).into(),
        ]);
    }
    table
}

pub(super) async fn show(session: &Session, typed: &str, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let device = session.client.device(typed).await?;
    if desk.json(&device)? {
        return Ok(Done::Yes);
    }
    desk.line(&format!("{} at {}: {}", device.label, device.site, device.health.why))?;
    desk.facts(&about(&device))?;
    desk.line("")?;
    desk.table(&sensors(&device))?;
    if !device.latches.is_empty() {
        desk.line("")?;
        desk.table(&latches(&device))?;
        desk.line(&format!(
            "Two people bring it back: `{}`",
            session.hint(&format!("reset {} --reason '…'", called(&device.label, &typed)))
        ))?;
    }
    if device.standing.by_hand.as_ref().is_some_and(|by_hand| by_hand.over.is_none()) {
        desk.line(&format!(
            "People suspended it, and take that back: `{}`",
            session.hint(&format!("resume {} --reason '…'", called(&device.label, &typed)))
        ))?;
    }
    Ok(Done::Yes)
}

fn about(device: &Device) -> Vec<(&'static str, Cell)> {
    let trust = match device.trust.value.tier {
        Some(tier) => format!("tier {tier}: {}", device.trust.value.words),
        None => device.trust.value.words.clone(),
    };
    let state = match (device.state.adopted, device.state.published) {
        (Some(adopted), Some(published)) if adopted == published => format!("obeys generation {adopted}"),
        (adopted, published) => {
            let number = |of: Option<u64>| of.map_or_else(|| "none".to_string(), |of| of.to_string());
            format!("obeys generation {}, should obey {}", number(adopted), number(published))
        }
    };
    let proof = device.evidence.as_ref().map_or_else(
        || Cell::new("none", Tone::Grey),
        |proof| {
            format!(
                "{} ago, at generation {}, by {}",
                age(proof.age_seconds),
                proof.generation,
                proof.software
            )
            .into()
        },
    );
    let mut facts = vec![
        ("id", (&device.id).into()),
        ("health", health(device.health.state)),
        ("oldest proof", age_of(device.health.age_seconds).into()),
        ("posture", seen(&device.posture, posture(device.posture.value))),
        ("arming", seen(&device.arming, arming(device.arming.value))),
    ];
    if let Some(asked) = device.arming_asked {
        facts.push(("arming asked for", arming(asked)));
    }
    facts.push(("identity", standing(device.standing.state)));
    for because in &device.standing.because {
        facts.push(("  because", because.into()));
    }
    facts.extend([
        ("link", seen(&device.connection, connection(device.connection.value))),
        ("trust", trust.into()),
        ("state", state.into()),
        ("last proof", proof),
    ]);
    facts.extend(device.incidents.iter().map(|incident| ("incident", incident.into())));
    facts
}

fn seen<T>(seen: &Seen<T>, word: Cell) -> Cell {
    word.with(
        &seen.age_seconds.map_or_else(|| " (never heard)".into(), |age_| format!(" ({} ago)", age(age_))),
    )
}

fn sensors(device: &Device) -> Table {
    let mut table = Table::new(&["SENSOR", "CHANNEL", "STATE", "SPOKE", "PROVED"]);
    for sensor in &device.sensors {
        let tone = match sensor.state {
            SenseState::Proved => Tone::Normal,
            SenseState::Faulted | SenseState::Silent => Tone::Attention,
            SenseState::Unproved | SenseState::Unknown => Tone::Grey,
        };
        table.row(vec![
            (&sensor.name).into(),
            (&sensor.channel).into(),
            Cell::new(sensor.state.word(), tone),
            age_of(sensor.spoke_seconds).into(),
            age_of(sensor.proof_age_seconds).into(),
        ]);
    }
    table
}

fn latches(device: &Device) -> Table {
    let mut table = Table::new(&["LATCHED BY", "ZONE", "SEVERITY", "AT", "DEMANDS", "CAUSE"]);
    for latch in &device.latches {
        table.row(vec![
            (&latch.event).into(),
            (&latch.zone).into(),
            severity(latch.severity),
            (&latch.at).into(),
            posture(latch.posture),
            latch.cause.word().into(),
        ]);
    }
    table
}

pub(super) async fn arm(
    session: &Session,
    device: &str,
    state: Arming,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    session.client.arm(device, state).await?;
    let device = session.client.device(device).await?;
    if !desk.json(&device)? {
        let now = device.arming.value;
        let how =
            if now == state { "It is so now." } else { "It follows when the box has adopted its new state." };
        desk.line(&format!("{} is to be {state}. {how}", device.label))?;
    }
    Ok(Done::Yes)
}

pub(super) async fn suspend(
    session: &Session,
    typed: &str,
    reason: &str,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    session.client.suspend(typed, reason).await?;
    let device = session.client.device(typed).await?;
    if !desk.json(&device)? {
        let whom = called(&device.label, &typed);
        desk.line(&format!("{whom} is {}: the quarantine room alone is open to it.", device.standing.state))?;
        desk.line(&format!("When that is over: `{}`", session.hint(&format!("resume {whom} --reason '…'"))))?;
    }
    Ok(Done::Yes)
}

pub(super) async fn resume(
    session: &Session,
    typed: &str,
    reason: &str,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    session.client.resume_device(typed, reason).await?;
    let device = session.client.device(typed).await?;
    if !desk.json(&device)? {
        let whom = called(&device.label, &typed);
        desk.line(&format!(
            "{whom} is asked to prove itself, and gets a new key; until then it is {}.",
            device.standing.state
        ))?;
        if !device.latches.is_empty() {
            desk.line("Its latches hold it besides: each takes its own release.")?;
        }
    }
    Ok(Done::Yes)
}

pub(super) async fn revoke(
    session: &Session,
    device: &str,
    reason: Revocation,
    confirm: &Confirm,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let found = session.client.device(device).await?;
    let whom = clean(&format!("{} at {} ({})", found.label, found.site, found.id));
    if !confirm.yes && !desk.confirmed(&format!("End the identity of {whom} for good, because {reason}?"))? {
        desk.aside("Nothing was done.")?;
        return Ok(Done::Declined);
    }
    // By id: between question and answer a label may have gone to another box.
    session.client.revoke(&found.id, reason).await?;
    let found = session.client.device(&found.id).await?;
    if !desk.json(&found)? {
        desk.line(&format!(
            "{whom} is {}: every door is closed to it, and what stood is closed.",
            found.standing.state
        ))?;
    }
    Ok(Done::Yes)
}

pub(super) async fn token(
    session: &Session,
    site: &str,
    label: Option<&str>,
    minutes: Option<u32>,
    out: Option<&Path>,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let token = session.client.token(site, label, minutes).await?;
    match out {
        Some(path) => {
            files::write_secret(path, format!("{}\n", token.token).as_bytes())?;
            desk.line(&format!("{}: for one box at {}, until {}", path.display(), token.site, token.until))?;
        }
        None if desk.json(&token)? => {}
        None => {
            desk.line(&token.token)?;
            desk.line(&format!(
                "For one box at {}, until {}. It is shown once: write it to the box's token file (0600).",
                token.site, token.until
            ))?;
        }
    }
    Ok(Done::Yes)
}

fn health(state: HealthState) -> Cell {
    let tone = match state {
        HealthState::Good => Tone::Normal,
        HealthState::Attention => Tone::Attention,
        HealthState::Alarm => Tone::Alarm,
        HealthState::Unknown => Tone::Grey,
    };
    Cell::new(state.word(), tone)
}

fn posture(posture: Posture) -> Cell {
    let tone = match posture {
        Posture::Normal => Tone::Normal,
        Posture::Guarded => Tone::Attention,
        Posture::Isolated | Posture::Sealed | Posture::Wiped => Tone::Alarm,
        Posture::Unknown => Tone::Grey,
    };
    Cell::new(posture.word(), tone)
}

fn arming(arming: Arming) -> Cell {
    let tone = match arming {
        Arming::Armed => Tone::Normal,
        Arming::Service | Arming::Commissioning => Tone::Attention,
        Arming::Storage | Arming::Transport | Arming::Retired | Arming::Unknown => Tone::Grey,
    };
    Cell::new(arming.word(), tone)
}

fn standing(standing: Standing) -> Cell {
    let tone = match standing {
        Standing::Active => Tone::Normal,
        Standing::RenewalOwed => Tone::Attention,
        Standing::Suspended | Standing::Revoked => Tone::Alarm,
        Standing::Unknown => Tone::Grey,
    };
    Cell::new(standing.word(), tone)
}

fn connection(connection: Connection) -> Cell {
    let tone = match connection {
        Connection::Live => Tone::Normal,
        Connection::Quarantine => Tone::Alarm,
        Connection::Away => Tone::Attention,
        Connection::Unknown => Tone::Grey,
    };
    Cell::new(connection.word(), tone)
}

pub(super) fn severity(severity: Severity) -> Cell {
    let tone = match severity {
        Severity::Info | Severity::Low => Tone::Normal,
        Severity::Medium => Tone::Attention,
        Severity::High | Severity::Critical => Tone::Alarm,
        Severity::Unknown => Tone::Grey,
    };
    Cell::new(severity.word(), tone)
}
