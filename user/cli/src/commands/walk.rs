//! A walk test: while a box is being installed, people trip each of its sensors once, and see that the fleet heard it.

use core::time::Duration;
use std::collections::BTreeMap;

use api::{Device, Time, device::Sensor, word::Arming};
use tokio::time::{Instant, sleep};

use super::{Done, Session, watch::REST};
use crate::{desk::Desk, mistake::Mistake, problem::Problem, table::called};

pub(super) async fn walk(
    session: &Session,
    typed: &str,
    within: Duration,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let end = Instant::now() + within;
    let (mut after, mut device) = step(session, typed, 0, 0).await?;
    let mut round = Round::of(&device);
    let all = round.waiting.len();
    if all == 0 {
        return Err(Mistake::NoSensors(device.label).into());
    }
    desk.aside(&format!("Trip each sensor of {} once: {}. Ctrl-C ends it.", device.label, round.named()))?;
    while !round.waiting.is_empty() && Instant::now() < end {
        let left = end.duration_since(Instant::now()).as_secs().max(1);
        match step(session, typed, after, left).await {
            Ok(seen) => (after, device) = seen,
            Err(problem) if problem.may_pass() => {
                desk.aside(&format!("{problem}"))?;
                sleep(REST).await;
                continue;
            }
            Err(problem) => return Err(problem),
        }
        let before = all - round.waiting.len();
        for ((name, at), seen) in round.tripped(&device).into_iter().zip(before + 1..) {
            desk.aside(&format!("{at}  {name} tripped ({seen} of {all})"))?;
        }
    }
    if !round.waiting.is_empty() {
        return Err(Mistake::Untripped { label: device.label, sensors: round.named() }.into());
    }
    if !desk.json(&device)? {
        desk.line(&format!(
            "Every sensor of {} tripped. Leave each as it belongs and let the box learn.",
            device.label
        ))?;
        let arm = session.hint(&format!("arm {} armed", called(&device.label, &typed)));
        desk.line(&format!("Then put it on duty: `{arm}`"))?;
    }
    Ok(Done::Yes)
}

/// Waits for a change, and looks.
async fn step(session: &Session, typed: &str, after: u64, wait: u64) -> Result<(u64, Device), Problem> {
    let now = session.client.changes(after, wait).await?.now;
    Ok((now, being_installed(session, typed).await?))
}

/// The box as it is now; what somebody trips anywhere else is an alarm.
async fn being_installed(session: &Session, typed: &str) -> Result<Device, Problem> {
    let device = session.client.device(typed).await?;
    match device.arming.value {
        Arming::Commissioning => Ok(device),
        arming => Err(Mistake::NotBeingInstalled {
            arming: arming.word(),
            how: session.hint(&format!("arm {} commissioning", called(&device.label, &typed))),
            label: device.label,
        }
        .into()),
    }
}

/// Who has not tripped yet, and when each did before this walk.
struct Round {
    waiting: BTreeMap<String, Option<Time>>,
}

impl Round {
    fn of(device: &Device) -> Self {
        let before = |sensor: &Sensor| (sensor.name.clone(), sensor.proved.clone());
        Self { waiting: device.sensors.iter().map(before).collect() }
    }

    /// Those that have tripped since, oldest first.
    fn tripped(&mut self, device: &Device) -> Vec<(String, Time)> {
        let since =
            |sensor: &&Sensor| self.waiting.get(&sensor.name).is_some_and(|before| *before != sensor.proved);
        let mut seen: Vec<_> = device
            .sensors
            .iter()
            .filter(since)
            .filter_map(|sensor| Some((sensor.name.clone(), sensor.proved.clone()?)))
            .collect();
        seen.sort_by(|(_, one), (_, other)| one.cmp(other));
        for (name, _) in &seen {
            self.waiting.remove(name);
        }
        seen
    }

    fn named(&self) -> String {
        let names: Vec<_> = self.waiting.keys().map(String::as_str).collect();
        names.join(", ")
    }
}
