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
const PROOFS: u64 = 2000;

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
    Ok(vec![append, proof(&ledger, &shelf, &raw)?])
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

/// Proves leaves spread over the whole log to a device that remembers a log half as long.
fn proof(ledger: &Ledger, shelf: &Shelf, raw: &RawSqlite) -> Result<Line> {
    let size = ledger.published_size();
    let (mut spent, mut nodes, mut bare) = (vec![], 0, vec![]);
    for number in 0..PROOFS {
        let index = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size;
        let leaf = Leaf { generation: Generation(1), salt: Digest([3; 32]), index };
        let (took, proof) = timed(|| ledger.prove(&leaf, size / 2, shelf));
        let proof = proof?;
        spent.push(took);
        nodes += proof.path.len() + proof.consistency.len();
        // The bare database reads as many nodes as the path has, one by one.
        let keys: Vec<_> = (0..proof.path.len() as u64).map(|level| node(level, index >> level)).collect();
        let (took, read) = timed(|| keys.iter().map(|key| raw.read(key)).collect::<Result<Vec<_>>>());
        ensure!(read?.iter().any(Option::is_some), "the bare database has the same nodes");
        bare.push(took);
    }
    let of = |times: &[Duration]| Spread::of_times(times).context("there were proofs");
    let what = format!("proof of 1 in {size}, {} hashes", nodes as u64 / PROOFS);
    let (figure, bare) = (of(&spent)?, of(&bare)?);
    Ok(Line::new(what, figure, Unit::Seconds, Budget::AtMost(Part::P50, 20e-6))
        .against("its path, bare", bare.p50))
}

/// Where a node stands in the bare database; the sibling's twin lies beside it.
fn node(level: u64, index: u64) -> Vec<u8> {
    let level = u8::try_from(level).unwrap_or(u8::MAX);
    [b"audit_node", &[level][..], &index.to_be_bytes()].concat()
}

#[expect(clippy::cast_precision_loss, reason = "a thousand is far below 2^52")]
fn rate(spent: Duration) -> f64 {
    GROUP as f64 / spent.as_secs_f64()
}
