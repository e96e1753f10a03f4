//! A box is opened, and comes back by the way that can be verified.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use api::word::{Connection, HealthState, Outcome, Posture, Severity, Standing};
use cli::Problem;

use super::{LONG, Tour, must, ok};
use crate::attack::Attack;

const BOX: &str = "dev-07";

/// The whole circle.
pub(super) async fn make(tour: &mut Tour<'_>) -> Result<()> {
    let opened = noticed(tour).await?;
    contained(tour, &opened).await?;
    refused(tour).await?;
    released(tour).await
}

/// Within a second people know which box, where, how sure, and what it did by itself; gives when the incident began.
async fn noticed(tour: &mut Tour<'_>) -> Result<String> {
    let begun = Instant::now();
    tour.attack(Attack::OpenLid, BOX).await?;
    let incident = tour.incident(BOX, LONG).await?.0;
    tour.budgets.within("open-lid (250 ms must pass) to incident", begun.elapsed(), Duration::from_secs(1));
    let (severity, site) = (incident.severity, incident.site.as_deref());
    must(severity >= Severity::High && site == Some("station"), || format!("{severity} at {site:?}"))?;
    tour.until("the sentence says what the box did by itself, and that it is suspended", LONG, |said| {
        let sentence = &super::open_of(said, BOX)?.sentence;
        let tells = ["opened dev-07 at station", "sure", "by itself", "suspended"];
        tells.iter().all(|part| sentence.contains(part)).then_some(())
    })
    .await?;
    tour.budgets.within("open-lid to act and suspension", begun.elapsed(), Duration::from_secs(1));
    let sentence = super::open_of(&tour.said().await?, BOX).context("it is open")?.sentence;
    ok(&format!("open-lid: {sentence}"));
    Ok(incident.opened)
}

/// Every door but one is shut, and through that one history and proofs still come.
async fn contained(tour: &mut Tour<'_>, opened: &str) -> Result<()> {
    let ((posture, generation, entry), _) = tour
        .until("evidence arrives through the quarantine room", LONG, |said| {
            let device = said.devices.get(BOX)?;
            let suspended = device.standing.state == Standing::Suspended;
            let narrowed = device.connection.value == Connection::Quarantine;
            let evidence = device.evidence.as_ref().filter(|evidence| evidence.asked.as_str() > opened)?;
            (suspended && narrowed).then_some((device.posture.value, evidence.generation, evidence.entry))
        })
        .await?;
    must(posture == Posture::Sealed, || format!("{BOX} is {posture}"))?;
    ok(&format!(
        "suspended and sealed; it adopted state {generation}, and its proof up to entry {entry} came through the quarantine room"
    ));
    Ok(())
}

/// While the lid is open nobody releases anything, and nobody does alone what takes two.
async fn refused(tour: &mut Tour<'_>) -> Result<()> {
    let device = tour.device(BOX).await?;
    let latch = device.latches.first().context("an opened lid latches")?;
    match tour.ada.reset(BOX, Some(&latch.event), "too early").await {
        Err(Problem::Fleet(problem)) if problem.status < 500 => {
            ok(&format!("while the lid is open, a reset is refused: {}", problem.detail));
        }
        other => bail!("a reset while the lid is open was answered with {other:?}"),
    }
    Ok(())
}

async fn released(tour: &mut Tour<'_>) -> Result<()> {
    tour.mend(Attack::OpenLid, BOX).await?;
    tour.until("the fleet knows that the lid is closed", LONG, |said| {
        let device = said.devices.get(BOX)?;
        device.latches.iter().all(|latch| latch.cause == api::word::Cause::Gone).then_some(())
    })
    .await?;
    let event = tour.device(BOX).await?.latches.first().context("it is latched")?.event.clone();
    let proposal = tour.ada.reset(BOX, Some(&event), "fan replaced, lid closed").await?;
    tour.consent(&tour.ada, 0, &proposal).await?;
    let alone = tour.consent(&tour.ada, 0, &proposal).await;
    let refused = alone.err().with_context(|| "ada approved her own proposal".to_owned())?;
    let latched = !tour.device(BOX).await?.latches.is_empty();
    must(latched && proposal.needs == 2, || format!("one person alone was enough of {}", proposal.needs))?;
    ok(&format!("ada proposed, and cannot approve it herself: {refused:#}"));
    let waiting = tour.grace.proposals().await?.proposals;
    let waiting = waiting.into_iter().find(|one| one.order == proposal.order).context("grace sees it")?;
    tour.consent(&tour.grace, 1, &waiting).await?;
    let took = tour.back(BOX).await?;
    ok(&format!(
        "grace approved; {BOX} adopted it, proved itself and has a new key after {} ms",
        took.as_millis()
    ));
    let incident = super::open_of(&tour.said().await?, BOX).context("it is settled and not closed")?;
    tour.close(&incident.id, Outcome::Test).await?;
    tour.until("the box is good again", LONG, |said| {
        (said.devices.get(BOX)?.health.state == HealthState::Good).then_some(())
    })
    .await?;
    ok(&format!("settled by receipt and proof, closed by grace; {BOX} is good again"));
    Ok(())
}
