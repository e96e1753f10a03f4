//! Repeats: the same kind in the same zone is one event that happened so often, so that a storm starves nobody.
//!
//! The first of a kind is never folded, nor one that is worse, surer or less lawful than the one before, nor one
//! whose earlier event no longer latches. What is folded is written as it doubles, and when it has ended.

use alloc::{collections::BTreeMap, vec::Vec};

use vocab::{
    EventId, Millis, Mono, Severity, TamperKind, ZoneName,
    tamper::{Authority, Verification},
};

/// Most pairs of zone and kind that are remembered.
const FOLDS: usize = 256;

/// What happened lately, by zone and kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Storm(BTreeMap<(ZoneName, TamperKind), Fold>);

#[derive(Clone, Debug)]
struct Fold {
    event: EventId,
    rank: Rank,
    last: Mono,
    times: u32,
    written: u32,
}

/// What makes an event more than the one before it; greater is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rank {
    pub(crate) severity: Severity,
    pub(crate) authority: Authority,
    pub(crate) verification: Verification,
}

/// So often did it happen again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Again {
    pub(crate) event: EventId,
    pub(crate) times: u32,
}

/// Whether something is an event of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folded {
    /// It is.
    News,
    /// It is the same again, and this is to be written.
    Write(Again),
    /// It is the same again, counted.
    Counted,
}

impl Rank {
    /// Nothing in `self` goes beyond `other`, and it is as lawful.
    fn within(self, other: Self) -> bool {
        self.severity <= other.severity
            && self.verification <= other.verification
            && self.authority == other.authority
    }
}

impl Storm {
    /// An event was made.
    pub(crate) fn begin(&mut self, zone: ZoneName, kind: TamperKind, event: EventId, rank: Rank, now: Mono) {
        if self.0.len() >= FOLDS {
            let oldest = self.0.iter().min_by_key(|(_, fold)| fold.last).map(|(key, _)| key.clone());
            oldest.map(|key| self.0.remove(&key));
        }
        self.0.insert((zone, kind), Fold { event, rank, last: now, times: 0, written: 0 });
    }

    /// The same kind in the same zone again?
    pub(crate) fn fold(
        &mut self,
        zone: &ZoneName,
        kind: TamperKind,
        rank: Rank,
        now: Mono,
        within: Millis,
    ) -> Folded {
        let Some(fold) = self.0.get_mut(&(zone.clone(), kind)) else { return Folded::News };
        if now.since(fold.last) > within.duration() || !rank.within(fold.rank) {
            return Folded::News;
        }
        fold.last = now;
        fold.times = fold.times.saturating_add(1);
        if !fold.times.is_power_of_two() {
            return Folded::Counted;
        }
        fold.written = fold.times;
        Folded::Write(Again { event: fold.event, times: fold.times })
    }

    /// An event latches no longer: the next of its kind is one of its own.
    pub(crate) fn forget(&mut self, event: EventId) {
        self.0.retain(|_, fold| fold.event != event);
    }

    /// What has ended or must be told about an event; each count is given once.
    pub(crate) fn ended(&mut self, now: Mono, within: Millis) -> Vec<Again> {
        let mut told = Vec::new();
        for fold in self.0.values_mut().filter(|fold| now.since(fold.last) > within.duration()) {
            told.extend(fold.tell());
        }
        self.0.retain(|_, fold| now.since(fold.last) <= within.duration());
        told
    }

    /// The count of one event that was not written yet.
    pub(crate) fn unwritten(&mut self, event: EventId) -> Option<Again> {
        self.0.values_mut().find(|fold| fold.event == event).and_then(Fold::tell)
    }

    /// When `ended` has something to give.
    pub(crate) fn deadline(&self, within: Millis) -> Option<Mono> {
        let untold = self.0.values().filter(|fold| fold.written < fold.times);
        untold.map(|fold| fold.last + within + core::time::Duration::from_nanos(1)).min()
    }
}

impl Fold {
    fn tell(&mut self) -> Option<Again> {
        let news = self.written < self.times;
        self.written = self.times;
        news.then_some(Again { event: self.event, times: self.times })
    }
}

#[cfg(test)]
mod tests;
