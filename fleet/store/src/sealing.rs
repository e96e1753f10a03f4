//! Seals every value on its way down and opens it on its way up.
//!
//! Each row is sealed under a key of its own and bound to fleet, table and key: a row that was moved, changed or
//! brought from elsewhere does not open.

use crypto::seal::{Kek, Place, open_record, seal_record};
use vocab::FleetName;

use crate::{Batch, Change, Fault, Order, Row, Store, Table};

/// A store whose values only this key opens.
pub struct Sealing<S> {
    store: S,
    fleet: FleetName,
    kek: Kek,
    salt: Box<dyn FnMut() -> [u8; 32] + Send>,
}

impl<S: Store> Sealing<S> {
    /// `salt` gives 32 fresh random bytes at each call.
    pub fn new(
        store: S,
        fleet: FleetName,
        kek: Kek,
        salt: impl FnMut() -> [u8; 32] + Send + 'static,
    ) -> Self {
        Self { store, fleet, kek, salt: Box::new(salt) }
    }

    /// The store below, with its values sealed.
    pub fn into_inner(self) -> S {
        self.store
    }

    fn open(&self, table: Table, key: &[u8], value: Vec<u8>) -> Result<Vec<u8>, Fault> {
        if !table.is_sealed() {
            return Ok(value);
        }
        let opened = open_record(&self.kek, &place(&self.fleet, table, key), &value);
        opened.map(|value| value.to_vec()).map_err(|reason| Fault::Sealed { table: table.name(), reason })
    }
}

/// Rows are rewritten in place, so none carries a version; an old database as a whole is found by the devices, which
/// remember how far they were heard.
fn place<'a>(fleet: &'a FleetName, table: Table, key: &'a [u8]) -> Place<'a> {
    Place { fleet, table: table.name(), row: key, version: 0 }
}

impl<S: Store> Store for Sealing<S> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.store.get(table, key)?.map(|value| self.open(table, key, value)).transpose()
    }

    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, Fault> {
        let rows = self.store.scan(table, prefix, after, order, limit)?.into_iter();
        rows.map(|Row { key, value }| Ok(Row { value: self.open(table, &key, value)?, key })).collect()
    }

    fn commit(&mut self, batch: Batch) -> Result<(), Fault> {
        let mut sealed = Batch::new();
        for (table, key, change) in batch.into_changes() {
            match change {
                Change::Put(value) if table.is_sealed() => {
                    let salt = (self.salt)();
                    let value = seal_record(&self.kek, salt, &place(&self.fleet, table, &key), &value);
                    sealed.put(table, key, value);
                }
                Change::Put(value) => drop(sealed.put(table, key, value)),
                Change::Delete => drop(sealed.delete(table, key)),
            }
        }
        self.store.commit(sealed)
    }
}

#[cfg(test)]
mod tests;
