//! Changes that commit together.

use crate::table::Table;

/// One row's change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The row has this value from now on.
    Put(Vec<u8>),
    /// The row is gone.
    Delete,
}

/// Changes in order; of two changes of one row the later one holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    changes: Vec<(Table, Vec<u8>, Change)>,
}

impl Batch {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a row.
    pub fn put(&mut self, table: Table, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> &mut Self {
        self.changes.push((table, key.into(), Change::Put(value.into())));
        self
    }

    /// Deletes a row; one that is not there is already deleted.
    pub fn delete(&mut self, table: Table, key: impl Into<Vec<u8>>) -> &mut Self {
        self.changes.push((table, key.into(), Change::Delete));
        self
    }

    /// Puts another batch's changes behind these.
    pub fn append(&mut self, other: Self) {
        self.changes.extend(other.changes);
    }

    /// What this batch makes of a row; none where it leaves it alone.
    pub fn of(&self, table: Table, key: &[u8]) -> Option<&Change> {
        self.changes.iter().rev().find(|(of, at, _)| *of == table && at == key).map(|(.., change)| change)
    }

    /// The rows of a table that this batch touches, in order, whose keys begin with `prefix`.
    pub fn under<'a>(
        &'a self,
        table: Table,
        prefix: &'a [u8],
    ) -> impl Iterator<Item = (&'a [u8], &'a Change)> {
        let inside = move |(of, key, _): &&(Table, Vec<u8>, Change)| *of == table && key.starts_with(prefix);
        self.changes.iter().filter(inside).map(|(_, key, change)| (key.as_slice(), change))
    }

    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many changes.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// The changes, in order.
    pub fn into_changes(self) -> Vec<(Table, Vec<u8>, Change)> {
        self.changes
    }
}
