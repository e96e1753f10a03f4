//! In which order what was heard is judged: containment first, and then everybody in turn.
//!
//! What one device says is always judged in the order in which it said it.

use std::ops::Bound;

use journal::Kind;
use link::station::Offer;
use store::Store;
use vocab::DeviceId;

use super::{Fleet, Now};
use crate::dossier::Told;

/// How much of what waits is done at a time, counted in entries.
const SHARE: usize = 1000;

/// What a letter costs that is verified and answered alone, counted in entries.
const LETTER: usize = 32;

impl<S: Store> Fleet<S> {
    /// Puts what a device said behind what it said before.
    pub(super) fn queue(&mut self, device: DeviceId, told: Told) {
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        if told.is_urgent() {
            self.urgent.insert(device);
        }
        dossier.queue.push_back(told);
        self.heard.insert(device);
    }

    /// Judges, of each device that says that something happened, all up to the first entries that say so.
    pub(super) fn take_urgent(&mut self, now: Now) {
        for device in std::mem::take(&mut self.urgent) {
            while let Some((urgent, _)) = self.judge_next(device, now) {
                if urgent {
                    break;
                }
            }
            let more = self.dossiers.get(&device).is_some_and(|one| one.queue.iter().any(Told::is_urgent));
            if more {
                self.urgent.insert(device);
            }
        }
    }

    /// Judges a share of the rest, one from each device in turn; what remains waits.
    pub(super) fn take_in_turn(&mut self, now: Now) {
        let mut done = 0;
        while done < SHARE
            && let Some(device) = self.next_in_turn()
        {
            if let Some((_, cost)) = self.judge_next(device, now) {
                done += cost;
                continue;
            }
            self.heard.remove(&device);
            if let Some(dossier) = self.dossiers.get_mut(&device) {
                dossier.rest();
            }
        }
    }

    fn next_in_turn(&mut self) -> Option<DeviceId> {
        let after = self.turn.map_or(Bound::Unbounded, Bound::Excluded);
        let next = self.heard.range((after, Bound::Unbounded)).next().or_else(|| self.heard.first());
        self.turn = next.copied();
        self.turn
    }

    /// Judges the oldest thing that a device said; gives whether it was urgent, and what it cost.
    fn judge_next(&mut self, device: DeviceId, now: Now) -> Option<(bool, usize)> {
        let told = self.dossiers.get_mut(&device)?.queue.pop_front()?;
        let (urgent, cost) = (told.is_urgent(), told.cost());
        match told {
            Told::Beat(conn, letter) => self.beat(device, conn, letter, now),
            Told::Evidence(nonce, letter) => self.evidence(device, nonce, letter, now),
            Told::Greeted(conn, boot) => self.greeted(device, conn, boot, now),
            Told::Offered(conn, offer) => self.offered(device, conn, offer, now),
            Told::Renewal(nonce, letter) => self.renewal(device, nonce, letter, now),
            Told::Strayed(conn, offer) => self.strayed(device, conn, offer, now),
            Told::TimeAsked(conn, nonce) => self.time(device, conn, nonce, now),
        }
        Some((urgent, cost))
    }
}

impl Told {
    /// Whether it says that something happened, as far as headers tell.
    fn is_urgent(&self) -> bool {
        let alarm = |offer: &Offer| {
            offer.run.entries().iter().any(|entry| matches!(entry.header().kind, Kind::Event | Kind::Change))
        };
        match self {
            Self::Beat(..)
            | Self::Evidence(..)
            | Self::Greeted(..)
            | Self::Renewal(..)
            | Self::TimeAsked(..) => false,
            // What does not follow may be a second machine.
            Self::Strayed(..) => true,
            Self::Offered(_, offer) => alarm(offer),
        }
    }

    fn cost(&self) -> usize {
        match self {
            Self::Beat(..) => 1,
            Self::Evidence(..) | Self::Greeted(..) | Self::Renewal(..) | Self::TimeAsked(..) => LETTER,
            Self::Offered(_, offer) | Self::Strayed(_, offer) => offer.run.entries().len(),
        }
    }
}
