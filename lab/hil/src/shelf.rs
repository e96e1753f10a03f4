//! What a device has on its disk and a fleet in its store, read where it lies while nobody is at work there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use agent::disk::{Replay, replay};
use anyhow::{Context as _, Result, anyhow, ensure};
use control::{chain, record::Record};
use crypto::{hex, seal::Kek};
use journal::{Entry, Head, Position, Run};
use linux::LinuxDisk;
use store::{Sealing, Sqlite};
use tempfile::TempDir;
use vocab::{DeviceId, EventId};
use wire::v1::{
    Body,
    body::{Change, Trace},
};

use crate::{
    fleet::{Fleet, random},
    said, text,
};

/// What a device has written down.
pub(crate) struct Journal {
    pub(crate) entries: BTreeMap<u64, Position>,
    /// Events that latch it, and the zones that they latch.
    pub(crate) latches: BTreeMap<EventId, String>,
}

impl Journal {
    /// Reads the disk of a machine that is off. Its file system is repaired first, as at a boot.
    pub(crate) fn of(device: DeviceId, disk: &Path) -> Result<Self> {
        let work = TempDir::new()?;
        let (raw, out) = (work.path().join("raw"), work.path().join("out"));
        fs::create_dir(&out)?;
        said("qemu-img", &["convert", "-O", "raw", text(disk)?, text(&raw)?])?;
        repair(&raw)?;
        said("debugfs", &["-R", &format!("rdump metal {}", text(&out)?), text(&raw)?])?;
        let unready = |error| anyhow!("{error}");
        let mut disk = LinuxDisk::open(&out.join("metal"), Arc::new(|| {})).map_err(unready)?;
        let found = replay(&device, &mut disk).map_err(|fault| anyhow!("{fault:?}"))?;
        ensure!(!found.is_damaged(), "{} frames in the middle of the journal are damaged", found.damaged);
        Ok(Self {
            entries: found.chain.iter().map(|entry| (entry.position().seq, entry.position())).collect(),
            latches: latches(&found)?,
        })
    }

    pub(crate) fn zones(&self) -> BTreeSet<String> {
        self.latches.values().cloned().collect()
    }
}

/// What a boot does with a file system that was not taken leave of. One means that something was repaired.
fn repair(disk: &Path) -> Result<()> {
    let status = std::process::Command::new("e2fsck").args(["-f", "-p", text(disk)?]).output()?.status;
    ensure!(matches!(status.code(), Some(0 | 1)), "the file system is damaged: {status}");
    Ok(())
}

fn latches(found: &Replay) -> Result<BTreeMap<EventId, String>> {
    let mut latches = BTreeMap::new();
    for entry in &found.chain {
        match Body::decode(entry).map_err(|malformed| anyhow!("{malformed:?}"))? {
            Body::Change(Change::Latched { zone, event, .. }) => {
                drop(latches.insert(event, zone.to_string()));
            }
            Body::Change(Change::Released { event, .. }) => drop(latches.remove(&event)),
            // All that the journal adds up to; what lies before it may be gone.
            Body::Standing(standing) => {
                latches = standing.latches.iter().map(|one| (one.event, one.zone.to_string())).collect();
            }
            _ => {}
        }
    }
    Ok(latches)
}

/// What a fleet accepted of its one device.
pub(crate) struct Chain {
    pub(crate) entries: Vec<Entry>,
    accepted: Position,
    device: DeviceId,
}

impl Chain {
    /// Reads the store of a fleet that is not at work.
    pub(crate) fn of(fleet: &Path) -> Result<Self> {
        let kek = fs::read_to_string(fleet.join("fleet.kek"))?;
        let kek = Kek::new(hex::decode_array(kek.trim()).map_err(|error| anyhow!("{error}"))?);
        let rows = Sqlite::open(&fleet.join("fleet")).map_err(|fault| anyhow!("{fault:?}"))?;
        let rows = Sealing::new(rows, Fleet::name(), kek, || random().unwrap_or([0; 32]));
        let records = Record::all(&rows).map_err(|fault| anyhow!("{fault:?}"))?;
        let record = records.first().context("the fleet has no device")?;
        let accepted = record.accepted.context("the fleet has accepted nothing")?;
        let runs = chain::runs(record.device(), &rows, usize::MAX).map_err(|fault| anyhow!("{fault:?}"))?;
        let entries = runs.iter().flat_map(Run::entries).cloned().collect();
        Ok(Self { entries, accepted, device: record.device() })
    }

    /// It holds each number once, each on the one before, and what the device still has of it is the same.
    pub(crate) fn continues(&self, journal: &Journal) -> Result<()> {
        let mut head = Head::genesis(&self.device);
        for (entry, number) in self.entries.iter().zip(1..) {
            let (seq, prev) = (entry.header().seq, entry.header().prev);
            ensure!(seq == number && prev == head, "entry {seq} stands where {number} should");
            head = entry.position().head;
            if let Some(kept) = journal.entries.get(&number) {
                ensure!(*kept == entry.position(), "entry {number} is another one on the device");
            }
        }
        let last = self.entries.last().map(Entry::position);
        ensure!(last == Some(self.accepted), "the chain ends elsewhere");
        let last = journal.entries.keys().last().copied().unwrap_or_default();
        ensure!(
            last >= self.accepted.seq,
            "the fleet has {} entries and the device {last}",
            self.accepted.seq
        );
        Ok(())
    }

    /// What sensors said around events: both halves of each.
    pub(crate) fn traces(&self) -> Result<Vec<Trace>> {
        let mut traces = vec![];
        for entry in &self.entries {
            if let Body::Trace(trace) = Body::decode(entry).map_err(|malformed| anyhow!("{malformed:?}"))? {
                traces.push(trace);
            }
        }
        Ok(traces)
    }
}
