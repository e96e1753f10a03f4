//! Rows in memory: for stories, and the measure of what the other implementations must do.

use std::{collections::BTreeMap, ops::Bound};

use crate::{Batch, Change, Fault, Order, Row, Store, Table};

/// Forgets everything when it is dropped.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    rows: BTreeMap<(Table, Vec<u8>), Vec<u8>>,
}

impl Memory {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for Memory {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.rows.get(&(table, key.to_vec())).cloned())
    }

    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, Fault> {
        let bound = |key: &[u8]| Bound::Excluded((table, key.to_vec()));
        let first = Bound::Included((table, prefix.to_vec()));
        let row =
            |((_, key), value): (&(Table, Vec<u8>), &Vec<u8>)| Row { key: key.clone(), value: value.clone() };
        let inside = |((of, key), _): &(&(Table, Vec<u8>), &Vec<u8>)| *of == table && key.starts_with(prefix);
        Ok(match order {
            Order::Ascending => {
                let from = after.filter(|after| *after >= prefix).map_or(first, bound);
                self.rows.range((from, Bound::Unbounded)).take_while(inside).take(limit).map(row).collect()
            }
            Order::Descending => {
                if after.is_some_and(|after| after <= prefix) {
                    return Ok(vec![]);
                }
                let to = after.map_or(Bound::Unbounded, bound);
                let rows = self.rows.range((first, to)).rev();
                rows.skip_while(|row| !inside(row)).take_while(inside).take(limit).map(row).collect()
            }
        })
    }

    fn commit(&mut self, batch: Batch) -> Result<(), Fault> {
        for (table, key, change) in batch.into_changes() {
            match change {
                Change::Put(value) => drop(self.rows.insert((table, key), value)),
                Change::Delete => drop(self.rows.remove(&(table, key))),
            }
        }
        Ok(())
    }
}
