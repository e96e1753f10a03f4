//! What a rig has written, as tests ask for it.

use alloc::{collections::BTreeMap, vec::Vec};

use crypto::key;
use journal::{Durable, Entry, Position};
use vocab::{Action, Mono, Outcome, Posture, TamperEvent};
use wire::v1::{Body, Boot, body::Change};

use super::{Rig, chip, fleet, rig::Written};
use crate::Kept;

impl Rig {
    /// The size of the log that the device remembers.
    pub(crate) fn known(&self) -> u64 {
        self.guard().record.memory.standing.seen.map_or(0, |seen| seen.size)
    }

    /// Where the journal stands.
    pub(crate) fn position(&self) -> Position {
        self.guard().durable_position().unwrap()
    }

    pub(crate) fn posture(&self) -> Posture {
        self.guard().posture()
    }

    pub(crate) fn bodies(&self) -> Vec<Body> {
        let entries = self.written.iter().filter_map(|written| match written {
            Written::Append(entry) => Some(entry),
            _ => None,
        });
        entries.map(|entry| Body::decode(entry).unwrap()).collect()
    }

    pub(crate) fn events(&self) -> Vec<TamperEvent> {
        let bodies = self.bodies().into_iter();
        bodies.filter_map(|body| if let Body::Event(event) = body { Some(event) } else { None }).collect()
    }

    pub(crate) fn changes(&self) -> Vec<Change> {
        let bodies = self.bodies().into_iter();
        bodies.filter_map(|body| if let Body::Change(change) = body { Some(change) } else { None }).collect()
    }

    /// What became of every act, in order.
    pub(crate) fn receipts(&self) -> Vec<(Action, Outcome)> {
        let receipts = self.bodies().into_iter().filter_map(|body| match body {
            Body::Receipt(receipt) => Some((receipt.action, receipt.outcome)),
            _ => None,
        });
        receipts.collect()
    }

    pub(crate) fn did(&self, action: &Action) -> bool {
        self.acts.iter().any(|(_, done)| done == action)
    }

    pub(crate) fn boot_letter(&self) -> Boot {
        let letter = self.guard().boot_letter().unwrap().clone();
        letter.verify(&chip::public::<key::Device>(), &self.fleet.audience()).unwrap().into_letter()
    }
}

/// The small files.
pub(crate) type Files = Vec<(Kept, Vec<u8>)>;

/// What a disk would give back after these were written.
pub(crate) fn remains(written: &[Written]) -> (Vec<Durable<Entry>>, Files) {
    let (mut chain, mut kept) = (Vec::new(), BTreeMap::new());
    for one in written {
        match one.clone() {
            Written::Append(entry) => chain.push(Durable::assertion(entry)),
            Written::Keep(what, bytes) => drop(kept.insert(what, bytes)),
            Written::Forget(what) => drop(kept.remove(&what)),
        }
    }
    (chain, kept.into_iter().collect())
}

/// A latch as the journal would tell it.
pub(crate) fn latch(event: vocab::EventId, severity: vocab::Severity) -> wire::v1::standing::Latch {
    wire::v1::standing::Latch {
        event,
        zone: super::zone("lid"),
        kind: vocab::TamperKind::LidOpened,
        severity,
        at: vocab::Time { mono: Mono(0), wall: fleet::BEGIN, quality: vocab::ClockQuality::Fleet },
        position: journal::Cursor { boot: vocab::BootId([1; 16]), seq: 10 },
        state: crate::latch::state(severity).unwrap(),
        posture: Posture::Sealed,
        holds: Vec::new(),
    }
}
