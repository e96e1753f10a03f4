//! Prints what changes, as it comes.

use core::time::Duration;
use std::collections::BTreeMap;

use api::{
    Device, Incident,
    word::{HealthState, IncidentState},
};
use tokio::time::sleep;

use super::{Done, Session};
use crate::{
    desk::Desk,
    problem::Problem,
    table::{Cell, Paint, Tone},
};

/// How long to rest when the fleet cannot be asked.
pub(super) const REST: Duration = Duration::from_secs(2);

pub(super) async fn watch(session: &mut Session, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let (mut known, paint) = (Picture::default(), desk.paint);
    desk.aside("Watching; Ctrl-C ends it.")?;
    again(session, desk, async |session, after| {
        let (now, news) = step(session, &mut known, after).await?;
        Ok((now, news.iter().map(|news| format!("{}\n", news.text(paint))).collect()))
    })
    .await
}

/// Looks again and again, each time after the change that was seen last, and says what was found. A fault of the network
/// or the end of a session holds it up and no more: what was not found is looked for again.
pub(super) async fn again(
    session: &mut Session,
    desk: &mut Desk<'_>,
    mut look: impl AsyncFnMut(&Session, u64) -> Result<(u64, Vec<String>), Problem>,
) -> Result<Done, Problem> {
    let (mut after, mut door, mut trouble) = (0, Door::Open, String::new());
    loop {
        let looked = match door {
            Door::Open => look(session, after).await,
            Door::Shut => session.sign_in().await.map(|()| (after, vec![])),
        };
        match looked {
            Ok((now, found)) => {
                (after, door) = (now, Door::Open);
                trouble.clear();
                for text in found {
                    desk.say(&text)?;
                }
            }
            // A session that idled out, or that a fleet lost when it was started anew, is opened again.
            Err(problem) if problem.is_session_over() && door == Door::Open => door = Door::Shut,
            Err(problem) if problem.may_pass() => {
                let told = problem.to_string();
                if told != trouble {
                    desk.trouble(&told)?;
                    trouble = told;
                }
                sleep(REST).await;
            }
            Err(problem) => return Err(problem),
        }
    }
}

/// Whether the session stands, as far as is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Open,
    Shut,
}

/// Waits for a change, looks, and tells the difference.
async fn step(session: &Session, known: &mut Picture, after: u64) -> Result<(u64, Vec<News>), Problem> {
    let wait = if known.seen { api::changes::LONGEST_WAIT } else { 0 };
    let now = session.client.changes(after, wait).await?.now;
    if known.seen && now == after {
        return Ok((now, vec![]));
    }
    let devices = session.client.devices(None).await?;
    let incidents = session.client.incidents(None, 200).await?;
    Ok((now, known.compare(&devices.as_of, devices.devices, incidents.incidents)))
}

/// What was seen last.
#[derive(Default)]
struct Picture {
    seen: bool,
    devices: BTreeMap<String, Device>,
    incidents: BTreeMap<String, Incident>,
}

/// One thing that is otherwise now.
#[derive(Debug, PartialEq, Eq)]
struct News {
    at: String,
    about: String,
    what: Cell,
}

impl News {
    fn text(&self, paint: Paint) -> String {
        let Self { at, about, what } = self;
        format!("{}  {}  {}", Cell::from(at).shown(), Cell::from(about).shown(), what.painted(paint))
    }
}

impl Picture {
    fn compare(&mut self, at: &str, devices: Vec<Device>, incidents: Vec<Incident>) -> Vec<News> {
        let mut news = vec![];
        let first = !self.seen;
        for incident in &incidents {
            news.extend(self.of_incident(incident, first).map(|what| News::new(at, &incident.id, what)));
        }
        for device in &devices {
            news.extend(self.of_device(device).map(|what| News::new(at, &device.label, what)));
        }
        self.seen = true;
        self.devices = devices.into_iter().map(|device| (device.id.clone(), device)).collect();
        self.incidents = incidents.into_iter().map(|one| (one.id.clone(), one)).collect();
        news
    }

    /// At first only those that want somebody.
    fn of_incident(&self, now: &Incident, first: bool) -> Option<Cell> {
        let tone = if now.state == IncidentState::Open { Tone::Alarm } else { Tone::Normal };
        match self.incidents.get(&now.id) {
            None if first && now.state == IncidentState::Closed => None,
            None => Some(Cell::new(format!("{}: {}", now.state, now.sentence), tone)),
            Some(then) if then.state != now.state => {
                Some(Cell::new(format!("{}, was {}: {}", now.state, then.state, now.sentence), tone))
            }
            Some(then) if then.sentence != now.sentence => Some(Cell::new(&now.sentence, tone)),
            Some(_) => None,
        }
    }

    /// At first only those that are not well.
    fn of_device(&self, now: &Device) -> Option<Cell> {
        let (state, why) = (now.health.state, &now.health.why);
        let tone = match state {
            HealthState::Good => Tone::Normal,
            HealthState::Attention => Tone::Attention,
            HealthState::Alarm => Tone::Alarm,
            HealthState::Unknown => Tone::Grey,
        };
        let before = match self.devices.get(&now.id) {
            None if self.seen => "joined, ".to_owned(),
            None if state == HealthState::Good => return None,
            Some(then) if word(then) == word(now) => return None,
            Some(then) if then.health.state != state => format!("was {}, now ", then.health.state),
            None | Some(_) => String::new(),
        };
        Some(Cell::new(format!("{before}{state}: {why} [{}]", word(now).1), tone))
    }
}

/// What a line is printed for. The sentence is not: it holds ages, and those change by themselves.
fn word(device: &Device) -> (HealthState, String) {
    let link = device.connection.value;
    (device.health.state, format!("{}, {}, {link}", device.posture.value, device.standing.state))
}

impl News {
    fn new(at: &str, about: &str, what: Cell) -> Self {
        Self { at: at.into(), about: about.into(), what }
    }
}

#[cfg(test)]
mod tests;
