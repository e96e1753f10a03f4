//! Durable ingest: what devices say, judged, sealed and synced, against the bare database writing the same bytes.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use crypto::cbor;
use journal::Entry;
use vocab::{EventId, Mono, Reading, SensorName, Value, unit::MilliCelsius};
use wire::v1::{
    Body,
    body::{Half, Trace},
};

use crate::{
    clock::timed,
    device::Device,
    figure::{Better, Spread},
    ground::Ground,
    line::{Budget, Line, Unit},
    raw::RawSqlite,
};

pub(crate) const WHAT: &str =
    "runs of 64 entries of 200 B, sealed by beats, 960 entries to a commit, against the same bytes bare";

/// Devices that speak in turn, so that none floods its session.
const DEVICES: usize = 240;
/// Runs in one commit: 960 entries.
const GROUP: usize = 15;
const RUN: usize = 64;
/// Entries as the journal keeps them, header and body.
const BYTES: usize = 200;
/// Each device speaks once in a round.
const ROUNDS: usize = 24;

pub(crate) fn run() -> Result<Vec<Line>> {
    let mut ground = Ground::open()?;
    let mut devices = devices(&mut ground)?;
    let raw = ground.folder.path().join("raw");
    let (rows, runs) = (raw.join("rows"), raw.join("runs"));
    std::fs::create_dir_all(&rows)?;
    std::fs::create_dir_all(&runs)?;
    let (mut rows, mut runs) = (RawSqlite::open(&rows)?, RawSqlite::open(&runs)?);
    let (mut ours, mut by_entry, mut by_run) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let mut spent = [Duration::ZERO; 3];
        for group in devices.chunks_mut(GROUP) {
            let Offered { messages, entries, whole } = offer(group)?;
            // The three take turns, so that whatever else this machine does strikes all of them.
            spent[0] += ingest(&mut ground, group, messages)?;
            spent[1] += insert(&mut rows, &entries)?;
            spent[2] += insert(&mut runs, &whole)?;
        }
        let rate = |spent: Duration| rate(DEVICES * RUN, spent);
        ours.push(rate(spent[0]));
        by_entry.push(rate(spent[1]));
        by_run.push(rate(spent[2]));
    }
    for device in &devices {
        let record = ground.fleet.record(device.id).context("an enrolled device")?;
        ensure!(record.accepted == device.end, "the fleet accepted something else than was offered");
    }
    let spread = |rates| Spread::of(Better::More, rates).context("there were rounds");
    let (ours, by_entry, by_run) = (spread(ours)?, spread(by_entry)?, spread(by_run)?);
    Ok(vec![
        Line::new("entries, durable", ours, Unit::PerSecond, Budget::OfRaw(0.5))
            .against("rows of an entry each", by_entry.p50),
        Line::new("the same, beside rows of a run each", ours, Unit::PerSecond, Budget::Beside)
            .against("rows of 64 entries", by_run.p50),
    ])
}

/// Devices that have booted, and have been planned for.
fn devices(ground: &mut Ground) -> Result<Vec<Device>> {
    let mut devices = vec![];
    for number in 0..DEVICES {
        let mut device = Device::join(ground, number as u64)?;
        device.begin(ground)?;
        devices.push(device);
    }
    ground.step()?;
    ground.step()?;
    Ok(devices)
}

/// What a group of devices says, as messages and as bare rows.
struct Offered {
    messages: Vec<Vec<u8>>,
    entries: Vec<(Vec<u8>, Vec<u8>)>,
    whole: Vec<(Vec<u8>, Vec<u8>)>,
}

fn offer(group: &mut [Device]) -> Result<Offered> {
    let mut offered = Offered { messages: vec![], entries: vec![], whole: vec![] };
    for device in group {
        let entries = device.entries(vec![body()?; RUN])?;
        for entry in &entries {
            offered.entries.push((key(device, entry), stored(entry)));
        }
        let whole = entries.iter().flat_map(stored).collect();
        offered.whole.push((key(device, &entries[0]), whole));
        offered.messages.push(device.run_of(entries)?);
    }
    Ok(offered)
}

fn ingest(ground: &mut Ground, group: &[Device], messages: Vec<Vec<u8>>) -> Result<Duration> {
    let (spent, stepped) = timed(|| {
        for (device, message) in group.iter().zip(messages) {
            device.tell(ground, message);
        }
        ground.step()
    });
    stepped?;
    Ok(spent)
}

fn insert(raw: &mut RawSqlite, rows: &[(Vec<u8>, Vec<u8>)]) -> Result<Duration> {
    let (spent, inserted) = timed(|| raw.insert(rows));
    inserted?;
    Ok(spent)
}

/// A flight recording's piece, as long as makes an entry of 200 B.
fn body() -> Result<Body> {
    const HEADER: usize = 98;
    let of = |name: &str| -> Result<Body> {
        let readings = (0..2)
            .map(|step| {
                Ok(Reading {
                    sensor: SensorName::new(name)?,
                    at: Mono(1_000_000_000 + step),
                    value: Value::Temperature(MilliCelsius(31_000)),
                })
            })
            .collect::<Result<_>>()?;
        Ok(Body::Trace(Trace { event: EventId([9; 16]), half: Half::Before, readings }))
    };
    let short = of("t")?.encode().len();
    let missing = BYTES.saturating_sub(HEADER + short) / 2;
    of(&format!("t{}", "e".repeat(missing)))
}

fn stored(entry: &Entry) -> Vec<u8> {
    cbor::encode(entry)
}

fn key(device: &Device, entry: &Entry) -> Vec<u8> {
    let header = entry.header();
    [&device.id.as_bytes()[..], &header.seq.to_be_bytes(), header.boot.as_bytes()].concat()
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn rate(entries: usize, spent: Duration) -> f64 {
    entries as f64 / spent.as_secs_f64()
}
