//! A site is cut off, and its history comes back whole.

use std::time::Duration;

use anyhow::{Context, Result};
use api::word::{Connection, Outcome, Standing};
use tokio::time::sleep;
use vocab::Posture;

use super::{LONG, Tour, must, ok};
use crate::{attack::Attack, town::SITES};

const BOX: &str = "dev-10";

/// Nobody hears of what happens meanwhile.
const UNHEARD: Duration = Duration::from_secs(3);

pub(super) async fn make(tour: &mut Tour<'_>) -> Result<()> {
    let [_, station] = &SITES;
    tour.attack(Attack::CutLink, station.name).await?;
    tour.until("nobody reaches the site", LONG, |said| {
        let away = |label: &&str| {
            said.devices.get(*label).is_some_and(|one| one.connection.value == Connection::Away)
        };
        station.boxes.iter().all(away).then_some(())
    })
    .await?;
    tour.attack(Attack::OpenLid, BOX).await?;
    sleep(UNHEARD).await;
    must(super::open_of(&tour.said().await?, BOX).is_none(), || {
        "the fleet knows what nobody told it".into()
    })?;
    let alone = tour.lab.boxes.look(BOX)?;
    must(alone.posture == Posture::Sealed, || format!("{BOX} is {:?} without the fleet", alone.posture))?;
    ok(&format!("cut-link {}: {BOX} was opened, and sealed itself without asking anybody", station.name));

    tour.mend(Attack::CutLink, station.name).await?;
    let (incident, took) = tour.incident(BOX, LONG).await?;
    ok(&format!("mended: the incident came {} ms later", took.as_millis()));
    let (entry, _) = tour
        .until("the fleet holds its whole history, and a proof over it", LONG, |said| {
            let device = said.devices.get(BOX)?;
            let evidence = device.evidence.as_ref().filter(|evidence| evidence.entry >= alone.end)?;
            (device.standing.state == Standing::Suspended).then_some(evidence.entry)
        })
        .await?;
    in_order(tour, &incident.id, alone.end).await?;
    ok(&format!("its history is complete and in order, proved up to entry {entry}"));

    tour.mend(Attack::OpenLid, BOX).await?;
    tour.release(BOX).await?;
    tour.back(BOX).await?;
    tour.close(&incident.id, Outcome::Test).await?;
    ok(&format!("{BOX} is back"));
    Ok(())
}

/// The entries of the box rise one by one, and those of the time without a cable came late.
async fn in_order(tour: &Tour<'_>, incident: &str, end: u64) -> Result<()> {
    let detail = tour.ada.incident(incident).await?;
    let device = tour.device(BOX).await?.id;
    let told: Vec<_> = detail.timeline.iter().filter(|line| line.device.as_ref() == Some(&device)).collect();
    let entries: Vec<u64> = told.iter().filter_map(|line| line.entry).collect();
    must(entries.is_sorted() && !entries.is_empty() && detail.complete, || {
        format!("the timeline of {BOX} is {entries:?}, complete: {}", detail.complete)
    })?;
    let opened = told.iter().find(|line| line.text.contains("opened") || line.text.contains("lid"));
    let opened = opened.context("the timeline tells of the lid")?;
    must(opened.entry.is_some_and(|entry| entry <= end), || {
        format!("{opened:?} was written before the cable was mended")
    })?;
    must(opened.arrival.is_some(), || format!("{opened:?} does not say whether it came late"))
}
