//! Looks at this terminal and at the fleet, as far as whoever asks may see it, and names what is set up wrong.

mod boxes;
mod chart;
mod keys;

use core::time::Duration;

use api::word::IncidentState;
use vocab::Wall;

use self::chart::Chart;
use super::{Done, KeptBy, Session};
use crate::{Client, args::FleetArguments, desk::Desk, mistake::Mistake, problem::Problem, table::age};

/// Looks at all, says what was seen, and ends as the question ended that kept it from seeing more.
pub(super) async fn run(fleet: &FleetArguments, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let mut chart = Chart::default();
    let looked = look(fleet, desk, &mut chart).await;
    chart.show(desk)?;
    looked?;
    match chart.wrong_ones() {
        0 => Ok(Done::Yes),
        wrong => Err(Mistake::Unsound(wrong).into()),
    }
}

async fn look(fleet: &FleetArguments, desk: &Desk<'_>, chart: &mut Chart) -> Result<(), Problem> {
    keys::look(fleet.who.as_deref(), desk, chart);
    let mut session = chart.got("terminal", Session::find(fleet, desk))?;
    let facts = chart.got("fleet", session.client.fleet().await)?;
    fleet_itself(&session.url, &facts, (desk.now)(), chart);
    chart.got("you", session.begin().await)?;
    let looked = signed_in(&session, desk, chart).await;
    if let KeptBy::Key(_) = session.kept {
        // It ends by itself soon; what was seen does not depend on it.
        let _ = session.client.sign_out().await;
    }
    looked
}

/// What anybody may know.
fn fleet_itself(url: &str, facts: &api::Fleet, now: Wall, chart: &mut Chart) {
    let way = if url.starts_with("https:") { "over TLS" } else { "without TLS, on this machine alone" };
    chart.ok("fleet", format!("`{}` answers at {url}, {way}", facts.name));
    let (theirs, ours) = (&facts.software, env!("CARGO_PKG_VERSION"));
    if theirs.split(' ').next_back() == Some(ours) {
        chart.ok("software", theirs);
    } else {
        let both = format!("the fleet is {theirs}, and this terminal is {ours}");
        chart.look("software", format!("{both}; use the terminal of its release"));
    }
    let next = "`fleetd init --next` makes the next ones, and the root signs them";
    match &facts.keys_until {
        None => chart.look("keys", "the fleet does not say until when its keys hold; look at its log"),
        Some(until) if moment(until) <= moment(&now.to_string()) => {
            chart.wrong("keys", format!("the fleet's keys ran out at {until}; {next}"));
        }
        Some(until) if moment(until) < moment(&(now + SOON).to_string()) => {
            chart.look("keys", format!("the fleet's keys hold until {until}; {next}"));
        }
        Some(until) => chart.ok("keys", format!("the fleet's keys hold until {until}")),
    }
}

/// The fleet warns in its log as early.
const SOON: Duration = Duration::from_hours(24 * 7);

/// What whoever is signed in may see.
async fn signed_in(session: &Session, desk: &Desk<'_>, chart: &mut Chart) -> Result<(), Problem> {
    let client = &session.client;
    let me = chart.got("you", client.me().await)?;
    let left = me.session.map(|line| format!(", for {} at most", age(line.left_seconds)));
    chart.ok("you", format!("{}, signed in{}", me.name, left.unwrap_or_default()));
    let before = (desk.now)();
    let devices = chart.got("boxes", client.devices(None).await)?;
    clock([before, (desk.now)()], &devices.as_of, chart);
    boxes::look(&devices.devices, session, chart);
    // A question that is refused stands in the log as one that somebody tried, so it is not asked.
    if me.may.get("incident").is_some_and(|actions| actions.iter().any(|action| action == "view")) {
        let open = chart.got("incidents", incidents(client).await)?;
        if open.is_empty() {
            chart.ok("incidents", "none that you may see is open");
        } else {
            let how = session.hint("incidents");
            chart.look("incidents", format!("{}; `{how}` lists them", open.join(", ")));
        }
    } else {
        chart.hidden("incidents");
    }
    if chart.got("log", client.may("view", "audit").await)? {
        let entries = chart.got("log", client.audit_entries("", 1).await)?;
        chart.ok("log", format!("{} entries", entries.size));
    } else {
        chart.hidden("log");
    }
    Ok(())
}

/// How many there are that are not closed, by how far they have come.
async fn incidents(client: &Client) -> Result<Vec<String>, Problem> {
    use IncidentState::{Contained, Open, Recovering, Verified};
    let mut open = vec![];
    for state in [Open, Contained, Recovering, Verified] {
        let found = client.incidents(Some(state), MOST).await?;
        if !found.incidents.is_empty() {
            let more = if found.next.is_some() { " or more" } else { "" };
            open.push(format!("{}{more} {}", found.incidents.len(), state.word()));
        }
    }
    Ok(open)
}

/// So many of one state are counted.
const MOST: usize = 200;

/// What a clock may be off: an order is signed within minutes of its making.
const OFF: Duration = Duration::from_mins(1);

/// Whether the fleet's time lies where this terminal's says, between question and answer.
fn clock([before, after]: [Wall; 2], theirs: &str, chart: &mut Chart) {
    let early = Wall(before.0.saturating_sub(i64::try_from(OFF.as_micros()).unwrap_or(i64::MAX)));
    let told = moment(theirs);
    if moment(&early.to_string()) <= told && told <= moment(&(after + OFF).to_string()) {
        chart.ok("clock", "the terminal's and the fleet's say the same");
    } else {
        let both = format!("the terminal's says {after}, and the fleet's {theirs}");
        chart.look("clock", format!("{both}; set the one that is wrong, or orders seem too old or too new"));
    }
}

/// The seconds of a time as it is written (RFC 3339, UTC): such texts are in the order of time.
fn moment(time: &str) -> &str {
    time.get(..19).unwrap_or(time)
}

#[cfg(test)]
mod tests;
