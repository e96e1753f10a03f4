//! The accepted journal of a device: which entry stands where. One row for each run, so that a run costs one write.

use std::{collections::BTreeMap, ops::RangeInclusive};

use crypto::cbor::{self, Limits};
use incident::{
    Arrival, Chained, Said,
    history::{KnownBoot, Owed, Strand},
};
use journal::{Cursor, Entry, Head, Position, Run};
use minicbor::{Decode, Encode};
use store::{Batch, Change, Order, Row, Store, Table};
use vocab::{BootId, DeviceId, Generation, Wall};

use crate::{fault::Fault, record::Record};

const LIMITS: Limits = Limits { bytes: 64 * 1024, depth: 4, items: 4096 };

const RUN_LIMITS: Limits = Limits { bytes: 64 * 1024, depth: 4, items: 4096 };

/// Where the entries of one run stand.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Stretch {
    #[n(0)]
    strand: Strand,
    #[n(1)]
    entries: Vec<Position>,
    /// Entries below this number came late: what is older is never later than what is younger.
    #[n(2)]
    late_below: u64,
}

/// Puts an accepted run: its entries, and where each stands.
pub fn put(device: DeviceId, run: &Chained<Run>, batch: &mut Batch) {
    let entries: Vec<Position> = run.entries().iter().map(Entry::position).collect();
    let late = run.said().iter().rfind(|said| said.arrival == Arrival::Late);
    let late_below = late.map_or(0, |said| said.position.seq + 1);
    let key = key(device, run.entries()[0].cursor());
    batch.put(Table::Chain, key, cbor::encode(&Stretch { strand: Strand::Current, entries, late_below }));
    batch.put(Table::Run, key, cbor::encode::<Run>(run));
}

/// Marks a tail that the device lost; a stretch that holds both kinds is split.
pub fn lose(
    device: DeviceId,
    lost: &RangeInclusive<u64>,
    store: &impl Store,
    batch: &mut Batch,
) -> Result<(), Fault> {
    for (key, stretch) in stretches(device, store, batch)? {
        let (gone, kept): (Vec<_>, Vec<_>) = stretch
            .entries
            .into_iter()
            .partition(|at| stretch.strand == Strand::Current && lost.contains(&at.seq));
        let Some(first) = gone.first() else { continue };
        // The lost part begins where the kept one ends, so each has a first number of its own.
        let of_lost = self::key(device, first.cursor());
        let late_below = stretch.late_below;
        let gone = Stretch { strand: Strand::Lost, entries: gone, late_below };
        batch.put(Table::Chain, of_lost, cbor::encode(&gone));
        if !kept.is_empty() {
            let kept = Stretch { strand: Strand::Current, entries: kept, late_below };
            batch.put(Table::Chain, key, cbor::encode(&kept));
        }
    }
    Ok(())
}

/// The accepted entries of a device after a number, oldest first, at most so many runs.
pub fn runs(device: DeviceId, store: &impl Store, limit: usize) -> Result<Vec<Run>, Fault> {
    let rows = store.scan(Table::Run, device.as_bytes(), None, Order::Ascending, limit)?;
    let read = |row: Row| cbor::decode(&row.value, &RUN_LIMITS).map_err(|_| Fault::Record("run"));
    rows.into_iter().map(read).collect()
}

/// What the entries of one stored run say, and the key under which the run stands.
pub type Told = (Vec<u8>, Vec<Said>);

/// The stored runs of a device before a key, newest first, at most so many: each read, in its own order.
pub fn said(
    device: DeviceId,
    before: Option<&[u8]>,
    store: &impl Store,
    limit: usize,
) -> Result<Vec<Told>, Fault> {
    let rows = store.scan(Table::Run, device.as_bytes(), before, Order::Descending, limit)?;
    let read = |Row { key, value }: Row| {
        let run: Run = cbor::decode(&value, &RUN_LIMITS).map_err(|_| Fault::Record("run"))?;
        // The part of a run that was not lost keeps the run's own key, and a run that was lost whole does too.
        let stretch = store.get(Table::Chain, &key)?.ok_or(Fault::Record("chain"))?;
        let late_below = self::read(&stretch)?.late_below;
        let arrival = |seq: u64| if seq < late_below { Arrival::Late } else { Arrival::Live };
        let said = run.entries().iter().map(|entry| Said::read(device, entry, arrival(entry.position().seq)));
        Ok((key, said.collect()))
    };
    rows.into_iter().map(read).collect()
}

/// Ordered by number; two boots can begin a run at one number after a tail was lost.
fn key(device: DeviceId, first: Cursor) -> [u8; 40] {
    let mut key = [0; 40];
    key[..16].copy_from_slice(device.as_bytes());
    key[16..24].copy_from_slice(&first.seq.to_be_bytes());
    key[24..].copy_from_slice(first.boot.as_bytes());
    key
}

/// All stretches, newest first: those that are stored, as the batch will have changed them.
fn stretches(device: DeviceId, store: &impl Store, batch: &Batch) -> Result<Vec<(Vec<u8>, Stretch)>, Fault> {
    let rows = store.scan(Table::Chain, device.as_bytes(), None, Order::Descending, usize::MAX)?;
    over(rows, device, batch).into_iter().rev().map(|(key, value)| Ok((key, read(&value)?))).collect()
}

/// Rows as they will be once the batch is committed.
fn over(rows: Vec<Row>, device: DeviceId, batch: &Batch) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.key, row.value)).collect();
    for (key, change) in batch.under(Table::Chain, device.as_bytes()) {
        match change {
            Change::Put(value) => drop(rows.insert(key.to_vec(), value.clone())),
            Change::Delete => drop(rows.remove(key)),
        }
    }
    rows
}

fn read(value: &[u8]) -> Result<Stretch, Fault> {
    cbor::decode(value, &LIMITS).map_err(|_| Fault::Record("chain"))
}

/// The facts about one journal by which judges decide.
pub struct Chain<'a, S> {
    /// The device.
    pub record: &'a Record,
    /// Where the rest lies.
    pub store: &'a S,
    /// What was accepted since the last commit lies here.
    pub batch: &'a Batch,
}

impl<S: Store> Chain<'_, S> {
    /// The stretch that an entry of this number would stand in, and those just before it.
    fn around(&self, cursor: &Cursor) -> Option<(Strand, Position)> {
        let device = self.record.device();
        let mut after = [0xff; 40];
        after[..16].copy_from_slice(device.as_bytes());
        after[16..24].copy_from_slice(&cursor.seq.to_be_bytes());
        // A run has at most 256 entries, and no more lines of history cross one number than a device has had tails.
        let rows =
            self.store.scan(Table::Chain, device.as_bytes(), Some(&after), Order::Descending, 16).ok()?;
        let rows = over(rows, device, self.batch).into_values().rev();
        rows.filter_map(|value| read(&value).ok()).find_map(|stretch| {
            let at = stretch.entries.iter().find(|at| at.cursor() == *cursor)?;
            Some((stretch.strand, *at))
        })
    }
}

impl<S: Store> incident::History for Chain<'_, S> {
    fn accepted(&self) -> Option<Position> {
        self.record.accepted
    }

    fn owed(&self) -> Option<Owed> {
        self.record.owed
    }

    fn obeyed(&self) -> Generation {
        self.record.obeyed
    }

    fn entry(&self, cursor: &Cursor) -> Option<incident::history::Kept> {
        self.around(cursor).map(|(strand, position)| incident::history::Kept { position, strand })
    }

    fn place(&self, head: &Head) -> Option<incident::history::Kept> {
        let stretches = stretches(self.record.device(), self.store, self.batch).ok()?;
        stretches.into_iter().find_map(|(_, stretch)| {
            let position = stretch.entries.into_iter().find(|at| at.head == *head)?;
            Some(incident::history::Kept { position, strand: stretch.strand })
        })
    }

    fn boot(&self, boot: &BootId) -> Option<KnownBoot> {
        let known = self.record.boot(boot)?;
        Some(KnownBoot { journal_key: known.journal_key.clone(), began: known.began, heard: known.heard })
    }
}

impl<S: Store> admit::appraise::History for Chain<'_, S> {
    fn accepted(&self) -> Option<Position> {
        self.record.accepted
    }

    fn head_at(&self, cursor: &Cursor) -> Option<Head> {
        match self.around(cursor) {
            Some((Strand::Current, position)) => Some(position.head),
            Some((Strand::Lost, _)) | None => None,
        }
    }

    fn adopted_at(&self, seq: u64) -> Option<admit::appraise::Adopted> {
        let last = self.record.adopted.iter().rfind(|adopted| adopted.seq <= seq)?;
        Some(admit::appraise::Adopted { generation: last.generation, state: last.state })
    }

    fn published(&self, generation: Generation) -> Option<Wall> {
        let published = self.record.published.iter().rfind(|one| one.generation == generation);
        published.map(|one| one.at)
    }
}
