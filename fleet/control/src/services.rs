//! The services whose credentials people ended: as they are stored, and as doors read them from any thread.
//!
//! What a clock says may be wrong, so an end is never moved back, and is forgotten only to make room.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use admit::pki::SERVICE_LIFE;
use crypto::cbor::{self, Limits};
use minicbor::{Decode, Encode};
use store::{Batch, Store, Table};
use vocab::{ServiceName, Wall};

use crate::fault::Fault;

/// Most names.
const MOST: usize = 1_000;

const LIMITS: Limits = Limits { bytes: 128 * 1024, depth: 4, items: 8 * MOST };

/// Where they are stored.
const ROW: &[u8] = b"services";

/// By name, when people ended the credential: all that were made until then are over.
pub type Ended = BTreeMap<ServiceName, Wall>;

/// As of the last commit: a handle that any thread may hold.
#[derive(Clone, Default)]
pub struct Revocations(Arc<Mutex<Arc<Ended>>>);

impl Revocations {
    /// As of the last commit.
    pub fn now(&self) -> Arc<Ended> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The same in the fleet's own thread.
#[derive(Default)]
pub(crate) struct Services {
    all: Ended,
    told: Revocations,
    changed: bool,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Stored {
    #[n(0)]
    ended: Vec<One>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct One {
    #[n(0)]
    name: ServiceName,
    #[n(1)]
    at: Wall,
}

impl Services {
    pub(crate) fn told(&self) -> Revocations {
        self.told.clone()
    }

    /// Reads everything again.
    pub(crate) fn read(&mut self, store: &impl Store) -> Result<(), Fault> {
        let row = store.get(Table::Fleet, ROW)?;
        let read =
            |row: Vec<u8>| cbor::decode::<Stored>(&row, &LIMITS).map_err(|_| Fault::Record("services"));
        let stored = row.map(read).transpose()?;
        let ended = stored.map(|stored| stored.ended).unwrap_or_default();
        self.all = ended.into_iter().map(|one| (one.name, one.at)).collect();
        self.changed = true;
        self.committed();
        Ok(())
    }

    /// Ends the credential of this name; none if there is no room for another, because all that stand here could be
    /// shown yet.
    pub(crate) fn end(&mut self, name: ServiceName, at: Wall, batch: &mut Batch) -> Option<()> {
        if self.all.len() >= MOST && !self.all.contains_key(&name) {
            // One name and no other: whatever the clock says, most of what people ended stays ended.
            let (oldest, ended) = self.all.iter().min_by_key(|(_, ended)| **ended)?;
            if *ended + SERVICE_LIFE >= at {
                return None;
            }
            let oldest = oldest.clone();
            self.all.remove(&oldest);
        }
        // Where the clock was set back since, what was over stays over.
        self.all.entry(name).and_modify(|ended| *ended = at.max(*ended)).or_insert(at);
        let ended = self.all.iter().map(|(name, at)| One { name: name.clone(), at: *at }).collect();
        batch.put(Table::Fleet, ROW, cbor::encode(&Stored { ended }));
        self.changed = true;
        Some(())
    }

    /// What stands here is stored: doors may know it.
    pub(crate) fn committed(&mut self) {
        if std::mem::take(&mut self.changed) {
            *self.told.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(self.all.clone());
        }
    }
}

#[cfg(test)]
mod tests;
