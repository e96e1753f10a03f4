//! A store that moves: in memory while the boxes join, and sealed on the disk once people look.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use store::{Batch, Fault, Memory, Order, Row, Store, Table};

use crate::ground::Shelf;

#[derive(Clone)]
pub(super) struct Moving(Arc<Mutex<Place>>);

enum Place {
    Disk(Box<Shelf>),
    Memory(Memory),
}

impl Moving {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Place::Memory(Memory::new()))))
    }

    /// Puts every row onto the disk, and stays there.
    pub(super) fn settle(&self, mut disk: Shelf) -> Result<()> {
        let mut place = self.lock();
        for table in Table::ALL {
            let mut batch = Batch::new();
            for Row { key, value } in place.as_store().scan(table, b"", None, Order::Ascending, usize::MAX)? {
                batch.put(table, key, value);
            }
            disk.commit(batch)?;
        }
        *place = Place::Disk(Box::new(disk));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Place> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    fn as_store(&self) -> &dyn Store {
        match self {
            Self::Disk(disk) => disk.as_ref(),
            Self::Memory(memory) => memory,
        }
    }
}

impl Store for Moving {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.lock().as_store().get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, Fault> {
        self.lock().as_store().scan(table, prefix, after, order, limit)
    }

    fn commit(&mut self, batch: Batch) -> Result<(), Fault> {
        match &mut *self.lock() {
            Place::Disk(disk) => disk.commit(batch),
            Place::Memory(memory) => memory.commit(batch),
        }
    }
}
