//! What a fleet has stored, read where it lies while no `fleetd` is at work; and what a device has, likewise.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use agent::disk::{Replay, replay};
use control::{chain, record::Record};
use crypto::{hex, seal::Kek};
use journal::{Entry, Head, Position, Run};
use linux::LinuxDisk;
use store::{Sealing, Sqlite};
use vocab::{DeviceId, EventId};
use wire::v1::{Body, body::Change};

use crate::Fleet;

/// The rows of a fleet.
pub struct Shelf(Sealing<Sqlite>);

impl Shelf {
    /// Opens them as their owner can, who has the key-encryption key.
    pub fn open(fleet: &Fleet) -> Self {
        let kek = fs::read_to_string(fleet.home().join("fleet.kek")).unwrap();
        let kek = Kek::new(hex::decode_array(kek.trim()).unwrap());
        Self(Sealing::new(Sqlite::open(&fleet.folder()).unwrap(), Fleet::name(), kek, crate::random))
    }

    /// The one device with this label.
    pub fn record(&self, label: &str) -> Record {
        let mut all = Record::all(&self.0).unwrap();
        all.retain(|record| record.identity.label().as_str() == label);
        assert_eq!(all.len(), 1, "{label}");
        all.remove(0)
    }

    /// What was accepted of it, run by run.
    pub fn runs(&self, record: &Record) -> Vec<Run> {
        chain::runs(record.device(), &self.0, usize::MAX).unwrap()
    }

    /// What was accepted of it: each number once, each on the one before, and what the device still has is the same.
    pub fn chain(&self, record: &Record, journal: &Journal) -> Vec<Entry> {
        let chain: Vec<Entry> = self.runs(record).iter().flat_map(Run::entries).cloned().collect();
        let mut head = Head::genesis(&record.device());
        for (entry, number) in chain.iter().zip(1..) {
            let (seq, prev) = (entry.header().seq, entry.header().prev);
            assert_eq!((seq, prev), (number, head), "each number once, each on the one before");
            head = entry.position().head;
            if let Some(kept) = journal.entries.get(&number) {
                assert_eq!(*kept, entry.position(), "entry {number} is another one on the device");
            }
        }
        let accepted = record.accepted.unwrap();
        assert_eq!(chain.last().unwrap().position(), accepted);
        let (first, last) = (journal.entries.keys().next().unwrap(), journal.entries.keys().last().unwrap());
        assert!(
            *first <= accepted.seq + 1,
            "the device let go of {first} and the fleet has {}",
            accepted.seq
        );
        assert!(*last >= accepted.seq, "the fleet has {} and the device {last}", accepted.seq);
        chain
    }
}

/// What a device has written down.
pub struct Journal {
    /// By number.
    pub entries: BTreeMap<u64, Position>,
    /// Events that latch it, and the zones that they latch.
    pub latches: BTreeMap<EventId, String>,
}

impl Journal {
    /// Reads the folder of a device.
    pub fn of(device: DeviceId, folder: &Path) -> Self {
        let mut disk = LinuxDisk::open(folder, Arc::new(|| {})).unwrap();
        let found = replay(&device, &mut disk).unwrap();
        assert!(!found.is_damaged(), "{} frames are damaged", found.damaged);
        Self {
            entries: found.chain.iter().map(|entry| (entry.position().seq, entry.position())).collect(),
            latches: latches(&found),
        }
    }

    /// What is latched.
    pub fn zones(&self) -> BTreeSet<String> {
        self.latches.values().cloned().collect()
    }
}

fn latches(found: &Replay) -> BTreeMap<EventId, String> {
    let mut latches = BTreeMap::new();
    for entry in &found.chain {
        match Body::decode(entry).unwrap() {
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
    latches
}
