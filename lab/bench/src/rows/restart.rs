//! The fleet's process is killed among its devices: until every one of them is back, and has proved itself anew. The
//! devices run on the same two cores, and there are as many of them as the fleet lets in from one address.

use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use cli::Client;

use crate::{
    clock::monotonic,
    figure::{Better, Spread},
    line::{Budget, Line, Part, Unit},
    stand::Stand,
    street::{Paper, Street},
};

pub(crate) const WHAT: &str =
    "fleetd is killed among 4,000 devices and starts anew → each has proved itself again";

const DEVICES: usize = 4000;
/// Ten thousand may take thirty seconds.
const BUDGET: f64 = 30.0 * 0.4;
const PATIENCE: Duration = Duration::from_mins(5);
const CALM: Duration = Duration::from_secs(15);

pub(crate) fn run() -> Result<Vec<Line>> {
    let mut stand = Stand::open()?;
    let client = stand.client()?;
    let mut street = Street::on(&stand.runtime);
    street.settle(&stand, &client, "box", DEVICES, Paper::Memory)?;
    street.until_live(PATIENCE)?;
    street.live(CALM);
    let killed = monotonic();
    stand.restart()?;
    let listens = monotonic().saturating_sub(killed);
    street.until("every box is back", PATIENCE, |street| {
        street.residents.iter().all(|one| one.agent.is_live() && one.lost().is_some_and(|at| at >= killed))
    })?;
    let live = monotonic().saturating_sub(killed);
    let client = stand.client()?;
    while proved_since(&stand, &client, killed)? < DEVICES {
        ensure!(monotonic() < killed + PATIENCE, "not every device proved itself again");
        street.live(Duration::from_millis(200));
    }
    let proved = monotonic().saturating_sub(killed);
    let one = |span: Duration| Spread::of(Better::Less, vec![span.as_secs_f64()]).expect("one sample");
    Ok(vec![
        Line::new("listens again", one(listens), Unit::Seconds, Budget::Beside),
        Line::new("all are back", one(live), Unit::Seconds, Budget::Beside),
        Line::new("all appraised again", one(proved), Unit::Seconds, Budget::AtMost(Part::P50, BUDGET)),
    ])
}

/// How many were asked since then, and answered well.
fn proved_since(stand: &Stand, client: &Client, since: Duration) -> Result<usize> {
    let all = stand.runtime.block_on(client.devices(None)).map_err(|why| anyhow!("{why}"))?;
    let span = monotonic().saturating_sub(since).as_secs();
    let fresh = all.devices.iter().filter_map(|one| one.evidence.as_ref());
    Ok(fresh.filter(|evidence| evidence.age_seconds < span).count())
}
