//! Where the fleet keeps what it knows: ordered tables of bytes, and batches that commit whole or not at all.
//!
//! Synchronous on purpose. What a row means stands in `control`; here a row is a key and a value.

pub mod batch;
pub mod fault;
pub mod lock;
pub mod memory;
pub mod sealing;
pub mod sqlite;
pub mod table;

pub use batch::{Batch, Change};
pub use fault::Fault;
pub use lock::Lock;
pub use memory::Memory;
pub use sealing::Sealing;
pub use sqlite::Sqlite;
pub use table::Table;

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The key, unique in its table; rows are ordered by it, byte by byte.
    pub key: Vec<u8>,
    /// The value.
    pub value: Vec<u8>,
}

/// Which end of the order a scan begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    Ascending,
    /// Greatest key first.
    Descending,
}

/// Keeps rows. Every implementation passes the same tests.
pub trait Store {
    /// One row's value.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;

    /// Rows whose keys begin with `prefix`, beyond `after` in the order asked for, at most `limit`.
    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, Fault>;

    /// Makes all changes durable together. After a fault nobody knows whether it did: read again.
    fn commit(&mut self, batch: Batch) -> Result<(), Fault>;
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        (**self).get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, Fault> {
        (**self).scan(table, prefix, after, order, limit)
    }

    fn commit(&mut self, batch: Batch) -> Result<(), Fault> {
        (**self).commit(batch)
    }
}

#[cfg(test)]
mod contract;
