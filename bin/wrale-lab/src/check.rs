//! The tour, made by the lab itself: each step is what a newcomer sees, and must be true.

mod budget;
mod circle;
mod cut;
mod others;
mod paper;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use api::{Device, Incident, word::Standing};
use cli::{
    Client, KeyFile,
    order::{Asked, review},
};
use tokio::task::spawn_blocking;

use crate::{
    attack::Attack,
    control::{self, Request},
    lab::Lab,
    resident::wall,
    say,
    watch::Said,
};

use budget::Budgets;

/// Makes the tour in a lab that took so long to start.
pub(crate) async fn tour(lab: &Lab, started: Duration) -> Result<()> {
    let mut tour = Tour::new(lab).await?;
    tour.budgets.within("start", started, Duration::from_mins(5));
    tour.green().await?;
    circle::make(&mut tour).await?;
    cut::make(&mut tour).await?;
    others::make(&mut tour).await?;
    paper::make(&mut tour).await?;
    tour.budgets.resident(lab.resident()?);
    say::line(&tour.budgets.text());
    tour.budgets.judge()
}

/// Two people at the fleet's door, and somebody at the boxes.
struct Tour<'a> {
    lab: &'a Lab,
    ada: Client,
    grace: Client,
    budgets: Budgets,
}

/// How long anything may take that is not measured.
const LONG: Duration = Duration::from_secs(100);

impl<'a> Tour<'a> {
    async fn new(lab: &'a Lab) -> Result<Self> {
        let (ada, grace) = (lab.sign_in(0).await?, lab.sign_in(1).await?);
        Ok(Self { lab, ada, grace, budgets: Budgets::default() })
    }

    /// Every box is green, and says why and since when.
    async fn green(&self) -> Result<()> {
        let said = self.said().await?;
        let vague = |device: &&Device| device.health.why.is_empty() || device.health.age_seconds.is_none();
        if let Some(device) = said.devices.values().find(vague) {
            bail!("{} does not say why it is {}", device.label, device.health.state);
        }
        ok("every box is good, says why, and how old the proof is");
        Ok(())
    }

    async fn said(&self) -> Result<Said> {
        Lab::said(&self.ada).await
    }

    async fn device(&self, label: &str) -> Result<Device> {
        Ok(self.ada.device(label).await?)
    }

    /// Asks at the control socket, as `wrale-lab attack` does.
    async fn attack(&self, attack: Attack, target: &str) -> Result<String> {
        self.control(Request::Attack { attack, target: target.into() }).await
    }

    async fn mend(&self, attack: Attack, target: &str) -> Result<String> {
        self.control(Request::Mend { attack, target: target.into() }).await
    }

    async fn control(&self, request: Request) -> Result<String> {
        let path = self.lab.home.control();
        spawn_blocking(move || control::exchange(&path, &request)).await?
    }

    /// Waits until the fleet says it; gives what it said and how long that took.
    async fn until<T>(
        &self,
        what: &str,
        limit: Duration,
        holds: impl Fn(&Said) -> Option<T>,
    ) -> Result<(T, Duration)> {
        let begun = Instant::now();
        let mut after = self.ada.changes(0, 0).await?.now;
        loop {
            let said = self.said().await?;
            if let Some(found) = holds(&said) {
                return Ok((found, begun.elapsed()));
            }
            if begun.elapsed() > limit {
                bail!("within {limit:?} it did not come true that {what}{}", last_words(&said));
            }
            after = self.ada.changes(after, 1).await?.now;
        }
    }

    /// The newest open incident in which a box of this name has part.
    async fn incident(&self, label: &str, limit: Duration) -> Result<(Incident, Duration)> {
        let of_it = |said: &Said| open_of(said, label);
        self.until(&format!("there is an incident about {label}"), limit, of_it).await
    }

    /// Ada proposes the release of everything that latches a box; where it takes two, grace approves.
    async fn release(&self, label: &str) -> Result<()> {
        self.until(&format!("the causes at {label} are gone"), LONG, |said| {
            let device = said.devices.get(label)?;
            let gone = device.latches.iter().all(|latch| latch.cause == api::word::Cause::Gone);
            (gone && !device.latches.is_empty()).then_some(())
        })
        .await?;
        for latch in self.device(label).await?.latches {
            let proposal = self.ada.reset(label, Some(&latch.event), "looked at it, all is well").await?;
            self.consent(&self.ada, 0, &proposal).await?;
            if proposal.needs > 1 {
                self.consent(&self.grace, 1, &proposal).await?;
            }
        }
        Ok(())
    }

    /// A person reads the order, computes what they sign, and hands it in.
    async fn consent(&self, client: &Client, person: usize, proposal: &api::Proposal) -> Result<()> {
        let key: &KeyFile = self.lab.people.get(person).context("there are two people")?;
        let fleet = client.fleet_name().context("a session is with a fleet")?;
        let reviewed = review(proposal, fleet, &Asked::default(), wall())?;
        client.consent(&proposal.order, &reviewed.consent(key)).await?;
        Ok(())
    }

    /// The box is let through every door again and owes nothing.
    async fn back(&self, label: &str) -> Result<Duration> {
        let ((), took) = self
            .until(&format!("{label} is back"), LONG, |said| {
                let device = said.devices.get(label)?;
                (device.standing.state == Standing::Active && device.latches.is_empty()).then_some(())
            })
            .await?;
        Ok(took)
    }

    /// Grace says what an incident was, once it is settled.
    async fn close(&self, incident: &str, outcome: api::word::Outcome) -> Result<()> {
        self.until(&format!("{incident} is settled"), LONG, |said| {
            let one = said.incidents.get(incident)?;
            (one.state == api::word::IncidentState::Verified).then_some(())
        })
        .await?;
        Ok(self.grace.close(incident, outcome, "a drill of the lab").await?)
    }
}

/// The newest open incident in which this box has part.
fn open_of(said: &Said, label: &str) -> Option<Incident> {
    let named = |one: &&Incident| one.boxes.iter().any(|boxed| boxed.label.as_deref() == Some(label));
    let open = |one: &&Incident| one.state != api::word::IncidentState::Closed;
    said.incidents.values().rev().filter(named).find(open).cloned()
}

fn last_words(said: &Said) -> String {
    let mut text = String::new();
    for device in said.devices.values().filter(|one| one.health.state != api::word::HealthState::Good) {
        let (label, standing, why) = (&device.label, device.standing.state, &device.health.why);
        text.push_str(&format!("\n  {label} ({standing}, {}): {why}", device.connection.value));
    }
    for one in said.incidents.values().filter(|one| one.closing.is_none()) {
        text.push_str(&format!("\n  {} ({}): {}", one.id, one.state, one.sentence));
    }
    text
}

/// One step is true.
fn ok(what: &str) {
    say::step(&format!("ok   {what}"));
}

/// It must be so.
fn must(holds: bool, what: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { bail!("{}", what()) }
}

/// A file of the lab.
fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}
