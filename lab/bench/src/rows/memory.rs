//! What an idle device weighs in the fleet's process, beside an idle connection of a bare TLS server.

use std::time::Duration;

use anyhow::Result;

use crate::{
    bare,
    figure::{Better, Spread},
    ground,
    line::{Budget, Line, Part, Unit},
    process::resident,
    stand::Stand,
    street::{Paper, Street},
};

pub(crate) const WHAT: &str =
    "2,000 devices over mutual TLS that have nothing to say, in the memory of fleetd";

const DEVICES: usize = 2000;
/// What comes with the first devices is not what each weighs: caches fill, and they are bounded.
const FIRST: usize = 500;
const PATIENCE: Duration = Duration::from_mins(3);
/// Until what a new device brings with it has been said.
const CALM: Duration = Duration::from_secs(15);

pub(crate) fn run() -> Result<Vec<Line>> {
    let stand = Stand::open()?;
    let client = stand.client()?;
    let mut street = Street::on(&stand.runtime);
    street.settle(&stand, &client, "first", FIRST, Paper::Memory)?;
    street.until_live(PATIENCE)?;
    street.live(CALM);
    let before = resident(stand.process.id())?;
    street.settle(&stand, &client, "idle", DEVICES, Paper::Memory)?;
    street.until_live(PATIENCE)?;
    street.live(CALM);
    let after = resident(stand.process.id())?;
    drop((street, client));
    let bare = bare::weigh(&stand.runtime, ground::folder()?.path(), DEVICES)?;
    let each = |all: u64| bytes(all) / bytes(DEVICES as u64);
    let one = |value: f64| Spread::of(Better::Less, vec![value]).expect("one sample");
    Ok(vec![
        Line::new(
            "each of 2,000",
            one(each(after.saturating_sub(before))),
            Unit::Bytes,
            Budget::AtMost(Part::P50, 20.0 * 1024.0),
        )
        .against("bare TLS", each(bare)),
        Line::new("fleetd with all of them", one(bytes(after)), Unit::Bytes, Budget::Beside),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "no machine has 2^52 bytes")]
fn bytes(count: u64) -> f64 {
    count as f64
}
