//! In which order what was heard is judged: containment first, then whoever waits at the door, and then everybody in
//! turn.
//!
//! What one device says is always judged in the order in which it said it.

use std::{collections::BTreeSet, ops::Bound};

use journal::Kind;
use link::{Conn, station::Offer};
use store::Store;
use vocab::DeviceId;

use super::{Fleet, Now};
use crate::dossier::Told;

/// How much is contained, and how much else is judged, at a time, counted in entries: about ten milliseconds.
const SHARE: usize = 1024;

/// What a letter costs that is verified, and changes the device's row: a beat does no more.
const LETTER: usize = 8;

/// What a greeting costs: its letter, and the state that is published anew.
const GREETING: usize = 16;

/// What an answer to a question costs: its letter, the journal that it stands on, a leaf of the log, and the plan that
/// is looked at because of it.
const ANSWER: usize = 32;

/// For how many devices is planned at a time: as many as a share has answers, so that planning keeps up with them.
pub(super) const PLANS: usize = SHARE / ANSWER;

impl<S: Store> Fleet<S> {
    /// Puts what a device said behind what it said before.
    pub(super) fn queue(&mut self, device: DeviceId, told: Told) {
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        if told.is_urgent() {
            self.urgent.insert(device);
        }
        if told.is_greeting() {
            self.arriving.push_back(device);
        }
        dossier.queue.push_back(told);
        self.heard.insert(device);
    }

    /// Nobody waits any more for what is answered to this connection alone.
    pub(super) fn unqueue(&mut self, device: DeviceId, conn: Conn) {
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        let before = dossier.queue.len();
        dossier.queue.retain(|told| !told.is_for(conn));
        if dossier.queue.len() < before && dossier.queue.is_empty() {
            dossier.rest();
            self.heard.remove(&device);
        }
    }

    /// Judges, of each device that says that something happened, all up to the first entries that say so; a share at a
    /// time, so that the first of many alarms does not wait for the last.
    pub(super) fn take_urgent(&mut self, now: Now) {
        let (mut done, mut waiting) = (0, std::mem::take(&mut self.urgent));
        while done < SHARE
            && let Some(device) = following(&waiting, self.contained)
        {
            waiting.remove(&device);
            self.contained = Some(device);
            while let Some(judged) = self.judge_next(device, now) {
                done += judged.cost;
                if judged.urgent {
                    break;
                }
            }
            let more = self.dossiers.get(&device).is_some_and(|one| one.queue.iter().any(Told::is_urgent));
            if more {
                self.urgent.insert(device);
            }
        }
        self.urgent.append(&mut waiting);
    }

    /// Judges a share of the rest; what remains waits.
    pub(super) fn take_share(&mut self, now: Now) {
        let done = self.let_in(now);
        self.take_in_turn(done, now);
    }

    /// Whoever waits at the door cannot say that something happened: all up to the greeting, in the order in which
    /// they came.
    fn let_in(&mut self, now: Now) -> usize {
        let mut done = 0;
        while done < SHARE
            && let Some(device) = self.arriving.pop_front()
        {
            let waits = |fleet: &Self| {
                fleet.dossiers.get(&device).is_some_and(|one| one.queue.iter().any(Told::is_greeting))
            };
            while waits(self)
                && let Some(judged) = self.judge_next(device, now)
            {
                done += judged.cost;
            }
        }
        done
    }

    /// One thing from each device in turn.
    fn take_in_turn(&mut self, mut done: usize, now: Now) {
        while done < SHARE
            && let Some(device) = self.next_in_turn()
        {
            if let Some(judged) = self.judge_next(device, now) {
                done += judged.cost;
                continue;
            }
            self.heard.remove(&device);
            if let Some(dossier) = self.dossiers.get_mut(&device) {
                dossier.rest();
            }
        }
    }

    fn next_in_turn(&mut self) -> Option<DeviceId> {
        self.turn = following(&self.heard, self.turn);
        self.turn
    }

    /// For whom to plan next, if for anybody, and at most so many: in turn those of whom something changed, and then
    /// those who are only looked at again.
    pub(super) fn plan_next(&mut self, most: usize) -> Option<BTreeSet<DeviceId>> {
        let mut next = BTreeSet::new();
        while next.len() < most {
            let dirty = following(&self.dirty, self.planned);
            self.planned = dirty.or(self.planned);
            let Some(device) = dirty.or_else(|| self.unseen.pop_first()) else { break };
            self.dirty.remove(&device);
            self.unseen.remove(&device);
            next.insert(device);
        }
        (!next.is_empty()).then_some(next)
    }

    /// Judges the oldest thing that a device said.
    fn judge_next(&mut self, device: DeviceId, now: Now) -> Option<Judged> {
        let told = self.dossiers.get_mut(&device)?.queue.pop_front()?;
        let judged = Judged { urgent: told.is_urgent(), cost: told.cost() };
        match told {
            Told::Beat(conn, letter) => self.beat(device, conn, letter, now),
            Told::Evidence(conn, challenge, letter) => self.evidence(device, conn, challenge, letter, now),
            Told::Greeted(conn, boot) => self.greeted(device, conn, boot, now),
            Told::Offered(conn, offer) => self.offered(device, conn, offer, now),
            Told::Renewal(conn, challenge, letter) => self.renewal(device, conn, challenge, letter, now),
            Told::Strayed(conn, offer) => self.strayed(device, conn, offer, now),
            Told::TimeAsked(conn, nonce) => self.time(device, conn, nonce, now),
        }
        Some(judged)
    }
}

/// What was judged.
struct Judged {
    urgent: bool,
    cost: usize,
}

/// The next of them after this one, and the first again after the last.
fn following(devices: &BTreeSet<DeviceId>, last: Option<DeviceId>) -> Option<DeviceId> {
    let after = last.map_or(Bound::Unbounded, Bound::Excluded);
    devices.range((after, Bound::Unbounded)).next().or_else(|| devices.first()).copied()
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

    const fn is_greeting(&self) -> bool {
        matches!(self, Self::Greeted(..))
    }

    /// Whether only this connection waits for what comes of it.
    fn is_for(&self, conn: Conn) -> bool {
        matches!(self, Self::Greeted(of, _) | Self::TimeAsked(of, _) if *of == conn)
    }

    fn cost(&self) -> usize {
        match self {
            Self::Beat(..) | Self::TimeAsked(..) => LETTER,
            Self::Greeted(..) => GREETING,
            Self::Evidence(..) | Self::Renewal(..) => ANSWER,
            Self::Offered(_, offer) | Self::Strayed(_, offer) => LETTER + offer.run.entries().len(),
        }
    }
}
