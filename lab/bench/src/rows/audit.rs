//! The audit log: decisions recorded in groups, each group signed and synced; and the proof of one state.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use audit::{Actor, Decision, Kind, Leaf, Outcome, Salts, Subject};
use control::Ledger;
use crypto::digest::Digest;
use sim::Ceremony;
use store::{Batch, Change, Store};
use vocab::{DeviceId, Generation};

use crate::{
    clock::{now, timed},
    figure::{Better, Spread},
    ground::{self, Shelf, draw},
    line::{Budget, Line, Part, Unit},
    raw::RawSqlite,
};

pub(crate) const WHAT: &str =
    "decisions recorded, 1,000 to a signed and synced commit, and proofs of one of them";

const GROUP: u64 = 1000;
const GROUPS: u64 = 100;
/// The first proofs after a restart, when the ledger has seen no node yet.
const FIRST: usize = 200;
/// Until it has seen most of those that all proofs pass through.
const MORNING: usize = 20_000;
const PROOFS: usize = 2000;

pub(crate) fn run() -> Result<Vec<Line>> {
    let folder = ground::folder()?;
    let ceremony = Ceremony::new(1, "nord", 3, now().wall);
    let mut shelf = ground::shelf(&folder, &ceremony)?;
    let bare = folder.path().join("raw");
    std::fs::create_dir(&bare)?;
    let mut raw = RawSqlite::open(&bare)?;
    let keys = ceremony.fleet_keys();
    let mut ledger = Ledger::open(ceremony.fleet(), &keys.log, &shelf)?;
    let (mut ours, mut bare) = (vec![], vec![]);
    for _ in 0..GROUPS {
        let (spent, rows) = append(&mut ledger, &keys.log, &mut shelf)?;
        ours.push(rate(spent));
        let (spent, inserted) = timed(|| raw.insert(&rows));
        inserted?;
        bare.push(rate(spent));
    }
    let spread = |rates| Spread::of(Better::More, rates).context("there were groups");
    let (ours, bare) = (spread(ours)?, spread(bare)?);
    let append = Line::new("append, durable and grouped", ours, Unit::PerSecond, Budget::AtLeast(20_000.0))
        .against("the same rows, bare", bare.p50);
    let newest = ledger.size() - 1;
    let any = proofs("any leaf", |any| any, &ceremony, &shelf, &raw)?;
    let last = proofs("the newest leaf", |_| newest, &ceremony, &shelf, &raw)?;
    Ok([append].into_iter().chain(any).chain(last).collect())
}

/// One group of decisions, as the fleet commits them; gives the rows that it wrote, for whoever writes them bare.
fn append(
    ledger: &mut Ledger,
    key: &crypto::key::SecretKey<crypto::key::Log>,
    shelf: &mut Shelf,
) -> Result<(Duration, Vec<(Vec<u8>, Vec<u8>)>)> {
    let at = now().wall;
    let (spent, done) = timed(|| {
        let mut batch = Batch::new();
        for number in 0..GROUP {
            let decision = decision(number, at);
            let salts = Salts { leaf: Digest(draw()), personal: Digest(draw()) };
            ledger.record(&decision, salts, &mut batch);
        }
        ledger.publish(key, &mut batch)?;
        let rows = batch.clone();
        shelf.commit(batch)?;
        anyhow::Ok(rows)
    });
    let rows = done?.into_changes().into_iter().filter_map(|(table, key, change)| match change {
        Change::Put(value) => Some(([table.name().as_bytes(), &key].concat(), value)),
        Change::Delete => None,
    });
    Ok((spent, rows.collect()))
}

fn decision(number: u64, at: vocab::Wall) -> Decision {
    let device = DeviceId(std::array::from_fn(|at| number.to_be_bytes()[at % 8]));
    Decision {
        kind: Kind::Ingest,
        at,
        actor: Actor::Device(device),
        subject: Subject::Device(device),
        inputs: vec![Digest([1; 32]), Digest([2; 32])],
        outcome: Outcome::Done,
        reason: None,
    }
}

/// Proves leaves to devices: anywhere in the log or, as a state is published, at its end; to devices that remember a
/// checkpoint of long ago or of a moment ago. In the middle of a day, and just after a restart.
fn proofs(
    which: &str,
    leaf_of: impl Fn(u64) -> u64,
    ceremony: &Ceremony,
    shelf: &Shelf,
    raw: &RawSqlite,
) -> Result<[Line; 2]> {
    let ledger = Ledger::open(ceremony.fleet(), &ceremony.fleet_keys().log, shelf)?;
    let size = ledger.published_size();
    let (mut spent, mut bare) = (vec![], vec![]);
    for number in 0..FIRST + MORNING + PROOFS {
        let number = number as u64;
        let index = leaf_of(scattered(2 * number, size));
        let leaf = Leaf { generation: Generation(1), salt: Digest([3; 32]), index };
        let remembered = scattered(2 * number + 1, size);
        let (took, proof) = timed(|| ledger.prove(&leaf, remembered, shelf));
        spent.push(took);
        // The bare database reads the tiles that the path passes through, one by one.
        let rows = proof?.path.len().div_ceil(4);
        let keys: Vec<_> = (0..rows as u64).map(|row| tile(row, index >> (4 * row + 4))).collect();
        let (took, read) = timed(|| keys.iter().map(|key| raw.read(key)).collect::<Result<Vec<_>>>());
        ensure!(read?.iter().any(Option::is_some), "the bare database has the same tiles");
        bare.push(took);
    }
    let line = |what, spent: &[Duration], bare: &[Duration], budget| {
        let (figure, bare) =
            (Spread::of_times(spent).context("proofs")?, Spread::of_times(bare).context("proofs")?);
        anyhow::Ok(Line::new(what, figure, Unit::Seconds, budget).against("its path, bare", bare.p50))
    };
    let (day, what) = (FIRST + MORNING, format!("proof of {which} in {size}"));
    Ok([
        line(what.clone(), &spent[day..], &bare[day..], Budget::AtMost(Part::P50, 20e-6))?,
        line(format!("{what}, after a restart"), &spent[..FIRST], &bare[..FIRST], Budget::Beside)?,
    ])
}

/// Numbers below `size` without order.
const fn scattered(number: u64, size: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size
}

/// Where a tile stands in the bare database.
fn tile(row: u64, index: u64) -> Vec<u8> {
    let row = u8::try_from(row).unwrap_or(u8::MAX);
    [b"audit_tile", &[row][..], &index.to_be_bytes()].concat()
}

#[expect(clippy::cast_precision_loss, reason = "a thousand is far below 2^52")]
fn rate(spent: Duration) -> f64 {
    GROUP as f64 / spent.as_secs_f64()
}
