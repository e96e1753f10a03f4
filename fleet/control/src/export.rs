//! The audit log on its way out, piece by piece: a log of any size is never held whole, and nobody waits for it.

use access::{Action, Permit, Resource};
use audit::{Entry, Published, export::Writer};
use store::Store;

use crate::{
    door,
    fault::Fault,
    fleet::{Asked, Fleet, Now},
    ledger,
};

/// Most records that are read between two looks at anything else.
const PIECE: usize = 512;

/// An export under way. What it covers was fixed when it began: the log only grows.
pub struct Export {
    published: Published,
    writer: Writer,
    next: u64,
    ended: bool,
}

impl Export {
    /// Begins the export of everything up to now, and writes down who takes it: that is its last record. Its pieces
    /// are there once that is committed.
    pub fn begin<S: Store>(fleet: &mut Fleet<S>, permit: &Permit, now: Now) -> Result<Self, Asked> {
        if (permit.action(), permit.resource()) != (Action::Export, &Resource::Audit) {
            return Err(Asked::Permit);
        }
        door::looked(fleet, permit, now);
        fleet.publish_log().map_err(Asked::Fault)?;
        let published = fleet.ledger().published().clone();
        Ok(Self { published, writer: Writer::new(), next: 0, ended: false })
    }

    /// The next piece of text; none after the last.
    pub fn next<S: Store>(&mut self, fleet: &Fleet<S>) -> Result<Option<String>, Fault> {
        if self.ended {
            return Ok(None);
        }
        let size = self.published.checkpoint().size();
        let left = usize::try_from(size - self.next).unwrap_or(usize::MAX).min(PIECE);
        let mut text = String::new();
        for (_, record) in ledger::records(fleet.store(), self.next, left)? {
            self.writer.write(&Entry::Record(record), &mut text);
            self.next += 1;
        }
        if self.next == size {
            self.writer.finish(&self.published, &mut text);
            self.ended = true;
        } else if text.is_empty() {
            return Err(Fault::Record("audit leaf"));
        }
        Ok(Some(text))
    }
}
