//! In which order what was heard is judged: containment first, and then everybody in turn.
//!
//! What one device says is always judged in the order in which it said it.

use journal::Kind;
use link::{Conn, station::Offer};
use store::Store;
use vocab::DeviceId;

use super::{Fleet, Now};
use crate::dossier::Told;

/// Most entries in one commit of the ordinary lane.
const ENTRIES_LIMIT: usize = 1000;

impl<S: Store> Fleet<S> {
    /// Puts what a session said behind what it said before.
    pub(super) fn queue(&mut self, device: DeviceId, conn: Conn, told: Told) {
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        if told.is_urgent() {
            self.urgent.insert(device);
        }
        dossier.queue.push_back((conn, told));
        self.heard.insert(device);
    }

    /// Judges, of each device that says that something happened, all up to the first entries that say so.
    pub(super) fn contain(&mut self, now: Now) {
        for device in std::mem::take(&mut self.urgent) {
            while let Some((urgent, _)) = self.judge_next(device, now) {
                if urgent {
                    break;
                }
            }
            let more = self
                .dossiers
                .get(&device)
                .is_some_and(|one| one.queue.iter().any(|(_, told)| told.is_urgent()));
            if more {
                self.urgent.insert(device);
            }
        }
    }

    /// Judges the rest, one from each device in turn, up to the limit; what remains waits for the next step.
    pub(super) fn take_in_turn(&mut self, now: Now) {
        let mut entries = 0;
        while entries < ENTRIES_LIMIT && !self.heard.is_empty() {
            for device in self.heard.clone() {
                match self.judge_next(device, now) {
                    Some((_, taken)) => entries += taken,
                    None => drop(self.heard.remove(&device)),
                }
            }
        }
    }

    /// Judges the oldest thing that a device said; gives whether it was urgent, and how many entries it had.
    fn judge_next(&mut self, device: DeviceId, now: Now) -> Option<(bool, usize)> {
        let (conn, told) = self.dossiers.get_mut(&device)?.queue.pop_front()?;
        let (urgent, entries) = (told.is_urgent(), told.entries());
        match told {
            Told::Beat(letter) => self.beat(device, conn, letter, now),
            Told::Offered(offer) => self.offered(device, conn, offer, now),
            Told::Strayed(offer) => self.strayed(device, conn, offer, now),
        }
        Some((urgent, entries))
    }
}

impl Told {
    /// Whether it says that something happened, as far as headers tell.
    fn is_urgent(&self) -> bool {
        let alarm = |offer: &Offer| {
            offer.run.entries().iter().any(|entry| matches!(entry.header().kind, Kind::Event | Kind::Change))
        };
        match self {
            Self::Beat(_) => false,
            // What does not follow may be a second machine.
            Self::Strayed(_) => true,
            Self::Offered(offer) => alarm(offer),
        }
    }

    fn entries(&self) -> usize {
        match self {
            Self::Beat(_) => 1,
            Self::Offered(offer) | Self::Strayed(offer) => offer.run.entries().len(),
        }
    }
}
