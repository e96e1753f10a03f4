//! What a fleet has stored, read where it lies while no `fleetd` is at work; and what a device has, likewise.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use agent::disk::replay;
use control::{chain, record::Record};
use crypto::{hex, seal::Kek};
use journal::{Position, Run};
use linux::LinuxDisk;
use store::{Sealing, Sqlite};
use vocab::DeviceId;

use crate::fleet::Fleet;

/// The rows of a fleet.
pub(crate) struct Shelf(Sealing<Sqlite>);

impl Shelf {
    /// Opens them as their owner can, who has the key-encryption key.
    pub(crate) fn open(fleet: &Fleet) -> Self {
        let kek = fs::read_to_string(fleet.home().join("fleet.kek")).unwrap();
        let kek = Kek::new(hex::decode_array(kek.trim()).unwrap());
        Self(Sealing::new(Sqlite::open(&fleet.folder()).unwrap(), Fleet::name(), kek, crate::random))
    }

    /// The one device with this label.
    pub(crate) fn record(&self, label: &str) -> Record {
        let mut all = Record::all(&self.0).unwrap();
        all.retain(|record| record.identity.label().as_str() == label);
        assert_eq!(all.len(), 1, "{label}");
        all.remove(0)
    }

    /// What was accepted of it, run by run.
    pub(crate) fn runs(&self, record: &Record) -> Vec<Run> {
        chain::runs(record.device(), &self.0, usize::MAX).unwrap()
    }
}

/// What stands in a device's journal, by number.
pub(crate) fn journal(device: DeviceId, folder: &Path) -> BTreeMap<u64, Position> {
    let mut disk = LinuxDisk::open(folder, Arc::new(|| {})).unwrap();
    let replayed = replay(&device, &mut disk).unwrap();
    assert!(!replayed.is_damaged(), "{} frames are damaged", replayed.damaged);
    replayed.chain.iter().map(|entry| (entry.position().seq, entry.position())).collect()
}
