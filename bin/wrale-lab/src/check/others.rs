//! The other attacks: what is harmless stays silent, what is not is told as what it is.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use api::{
    Incident,
    word::{HealthState, IncidentKind, Outcome, Posture, Revocation, Severity, Standing},
};
use tokio::time::sleep;

use super::{LONG, Tour, must, ok};
use crate::{attack::Attack, watch::Said};

pub(super) async fn make(tour: &mut Tour<'_>) -> Result<()> {
    glitch(tour).await?;
    at_once(tour).await?;
    replay(tour).await?;
    clone(tour).await
}

/// The harmless twin: longer than any fusion window, nothing is said.
async fn glitch(tour: &Tour<'_>) -> Result<()> {
    let before = tour.said().await?;
    tour.attack(Attack::Glitch, "dev-03").await?;
    sleep(Duration::from_secs(8)).await;
    let after = tour.said().await?;
    must(after.incidents.len() == before.incidents.len(), || "a glitch became an incident".into())?;
    must(good(&after, "dev-03"), || "dev-03 is not good after a glitch".into())?;
    ok("glitch: 20 ms of a bouncing contact are silent");
    Ok(())
}

/// Two boxes of one site at once are one incident; one at the other site is another, and a milder one.
async fn at_once(tour: &mut Tour<'_>) -> Result<()> {
    let begun = Instant::now();
    tour.attack(Attack::SwapNic, "dev-05").await?;
    let incident = tour.incident("dev-05", LONG).await?.0;
    tour.budgets.within("swap-nic to incident", begun.elapsed(), Duration::from_secs(1));
    told(&incident, "exchanged a part of dev-05", Severity::High)?;
    ok(&format!("swap-nic: {}", incident.sentence));
    tour.attack(Attack::CarryAway, "dev-01").await?;
    tour.attack(Attack::BrownOut, "dev-08").await?;
    let (both, _) = tour
        .until("both boxes of the harbour are part of one incident", LONG, |said| {
            let one = super::open_of(said, "dev-01")?;
            let same = one.id == incident.id && one.boxes.len() == 2;
            let suspended = said.devices.get("dev-01")?.standing.state == Standing::Suspended;
            (same && suspended).then_some(one)
        })
        .await?;
    ok(&format!("carry-away: {}", both.sentence));
    sagged(tour).await?;
    tour.mend(Attack::SwapNic, "dev-05").await?;
    tour.mend(Attack::CarryAway, "dev-01").await?;
    for label in ["dev-01", "dev-05", "dev-08"] {
        tour.release(label).await?;
    }
    for label in ["dev-01", "dev-05", "dev-08"] {
        tour.back(label).await?;
    }
    for label in ["dev-05", "dev-08"] {
        let incident = super::open_of(&tour.said().await?, label).context("nobody has closed it")?;
        tour.close(&incident.id, Outcome::Test).await?;
    }
    ok("all three are back");
    Ok(())
}

/// A supply that sags is worth a look, and no door is shut for it.
async fn sagged(tour: &mut Tour<'_>) -> Result<()> {
    let (incident, _) = tour.incident("dev-08", LONG).await?;
    told(&incident, "The supply of dev-08 at station is too low", Severity::Medium)?;
    must(incident.severity == Severity::Medium, || format!("a sag is {}", incident.severity))?;
    tour.until("dev-08 has raised its guard and is let through every door", LONG, |said| {
        let device = said.devices.get("dev-08")?;
        let guarded = device.posture.value == Posture::Guarded;
        (guarded && device.standing.state == Standing::Active).then_some(())
    })
    .await?;
    ok(&format!("brown-out: {}", incident.sentence));
    tour.mend(Attack::BrownOut, "dev-08").await?;
    Ok(())
}

fn told(incident: &Incident, what: &str, severity: Severity) -> Result<()> {
    let tells = incident.sentence.contains(what) && incident.severity >= severity;
    must(tells, || format!("{} ({})", incident.sentence, incident.severity))
}

/// Old frames in a new session: nothing of it counts, and nobody is blamed.
async fn replay(tour: &Tour<'_>) -> Result<()> {
    let before = tour.said().await?;
    let told = tour.attack(Attack::Replay, "dev-06").await?;
    tour.until("dev-06 speaks again", LONG, |said| good(said, "dev-06").then_some(())).await?;
    let after = tour.said().await?;
    let news = after.incidents.keys().find(|id| !before.incidents.contains_key(*id));
    must(news.is_none(), || format!("a replay became {:?}", news.and_then(|id| after.incidents.get(id))))?;
    must(told.contains("The fleet ended it"), || told.clone())?;
    ok(&format!("replay: {told}"));
    Ok(())
}

/// Two machines with one identity.
async fn clone(tour: &Tour<'_>) -> Result<()> {
    let label = "dev-12";
    tour.attack(Attack::Clone, label).await?;
    let (fork, took) = tour
        .until("the clone is a fork", LONG, |said| {
            let forked = |one: &&Incident| one.kind == IncidentKind::Fork;
            said.incidents.values().find(forked).cloned()
        })
        .await?;
    ok(&format!("clone, {} ms: {}", took.as_millis(), fork.sentence));
    tour.until("its identity is suspended", LONG, |said| {
        (said.devices.get(label)?.standing.state == Standing::Suspended).then_some(())
    })
    .await?;
    tour.mend(Attack::Clone, label).await?;
    tour.grace.revoke(label, Revocation::KeyCompromised).await?;
    tour.until("the identity that two machines had is revoked", LONG, |said| {
        (said.devices.get(label)?.standing.state == Standing::Revoked).then_some(())
    })
    .await?;
    if good(&tour.said().await?, label) {
        bail!("a revoked box is shown as good");
    }
    ok("the identity that two machines had is revoked, and is never shown as good");
    Ok(())
}

fn good(said: &Said, label: &str) -> bool {
    said.devices.get(label).is_some_and(|device| device.health.state == HealthState::Good)
}
