//! The audit log in the store: every decision is a leaf, in the batch that the decision changes things with.

use audit::{Appended, Decision, Edge, Leaf, Log, Published, Record, Salts, Seen, TileAt, Tiles, record};
use crypto::{
    digest::Digest,
    key::{self, SecretKey},
    merkle::{consistency_proof, inclusion_proof},
    signed::Signed,
};
use store::{Batch, Order, Row, Store, Table};
use vocab::{FleetName, Generation};
use wire::v1::{DeviceState, Proof};

use crate::fault::Fault;

/// The right edge of the log. After a commit that failed it must be opened again.
pub struct Ledger {
    log: Log,
    edge: Edge,
    published: Published,
    seen: Seen,
}

const SIZE: &[u8] = b"log/size";
const NOTE: &[u8] = b"log/checkpoint";

impl Ledger {
    /// Goes on where the store stands; signs the checkpoint if none was signed at this size.
    pub fn open(fleet: &FleetName, key: &SecretKey<key::Log>, store: &impl Store) -> Result<Self, Fault> {
        let size = match store.get(Table::Fleet, SIZE)? {
            Some(bytes) => u64::from_be_bytes(bytes.try_into().map_err(|_| Fault::Record("log/size"))?),
            None => 0,
        };
        let (tiles, seen) = (Stored(store), Seen::default());
        let edge = Edge::resume(size, &tiles).map_err(Fault::Log)?;
        let log = Log::resume(fleet.clone(), size, &seen.over(tiles)).map_err(Fault::Log)?;
        let published = log.publish(key).map_err(Fault::Note)?;
        Ok(Self { log, edge, published, seen })
    }

    /// Records a decision.
    pub fn record(&mut self, decision: &Decision, salts: Salts, batch: &mut Batch) -> u64 {
        self.append(&record(decision, salts), batch)
    }

    /// Records a state as signed; its leaf is what the device itself will look for.
    pub fn record_state(
        &mut self,
        letter: &Signed<DeviceState>,
        generation: Generation,
        salt: Digest,
        batch: &mut Batch,
    ) -> Leaf {
        let index = self.append(&Record::of_state(letter, salt), batch);
        Leaf { generation, salt, index }
    }

    /// Signs what the log holds now; to be called after the commit, and never before.
    pub fn publish(&mut self, key: &SecretKey<key::Log>, batch: &mut Batch) -> Result<(), Fault> {
        if self.published.checkpoint().size() < self.log.size() {
            self.published = self.log.publish(key).map_err(Fault::Note)?;
            batch.put(Table::Fleet, NOTE, self.published.note());
        }
        Ok(())
    }

    /// The newest checkpoint, a signed note.
    pub fn checkpoint(&self) -> &str {
        self.published.note()
    }

    /// The newest checkpoint with what it states.
    pub const fn published(&self) -> &Published {
        &self.published
    }

    /// How many leaves the newest checkpoint covers.
    pub const fn published_size(&self) -> u64 {
        self.published.checkpoint().size()
    }

    /// How many leaves there are.
    pub const fn size(&self) -> u64 {
        self.log.size()
    }

    /// Proves one state to a device that remembers a checkpoint of so many leaves.
    pub fn prove(&self, leaf: &Leaf, remembered: u64, store: &impl Store) -> Result<Proof, Fault> {
        audit::prove(leaf, &self.published, remembered, &self.seen.over(Stored(store))).map_err(Fault::Log)
    }

    /// The way from one entry to the root of the newest checkpoint, and from a checkpoint that somebody remembers.
    pub fn place(
        &self,
        index: u64,
        remembered: u64,
        store: &impl Store,
    ) -> Result<(Vec<Digest>, Vec<Digest>), Fault> {
        let (size, nodes) = (self.published_size(), self.seen.over(Stored(store)));
        let path = inclusion_proof(index, size, &nodes).map_err(Fault::Log)?;
        Ok((path, consistency_proof(remembered, size, &nodes).map_err(Fault::Log)?))
    }

    fn append(&mut self, record: &Record, batch: &mut Batch) -> u64 {
        let Appended { index, nodes } = self.log.append(&record.leaf());
        batch.put(Table::AuditLeaf, index.to_be_bytes(), record.encode());
        for (at, tile) in self.edge.write(&nodes) {
            batch.put(Table::AuditTile, at.key(), tile);
        }
        batch.put(Table::Fleet, SIZE, self.log.size().to_be_bytes());
        index
    }
}

/// The records from this index on, at most so many.
pub fn records(store: &impl Store, from: u64, limit: usize) -> Result<Vec<(u64, Record)>, Fault> {
    let after = from.checked_sub(1).map(u64::to_be_bytes);
    let after = after.as_ref().map(|key| &key[..]);
    let rows = store.scan(Table::AuditLeaf, b"", after, Order::Ascending, limit)?;
    rows.into_iter().map(read).collect()
}

/// The records before this index, newest first, at most so many.
pub fn before(store: &impl Store, index: Option<u64>, limit: usize) -> Result<Vec<(u64, Record)>, Fault> {
    let before = index.map(u64::to_be_bytes);
    let before = before.as_ref().map(|key| &key[..]);
    let rows = store.scan(Table::AuditLeaf, b"", before, Order::Descending, limit)?;
    rows.into_iter().map(read).collect()
}

fn read(Row { key, value }: Row) -> Result<(u64, Record), Fault> {
    let index = key.try_into().map(u64::from_be_bytes).map_err(|_| Fault::Record("audit leaf"))?;
    let record = Record::decode(&value).map_err(|_| Fault::Record("audit leaf"))?;
    Ok((index, record))
}

/// The tiles of the log in a store.
struct Stored<'a, S>(&'a S);

impl<S: Store> Tiles for Stored<'_, S> {
    fn tile(&self, at: TileAt) -> Option<Vec<u8>> {
        self.0.get(Table::AuditTile, &at.key()).ok().flatten()
    }
}

#[cfg(test)]
mod tests;
