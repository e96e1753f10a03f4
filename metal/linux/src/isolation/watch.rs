//! Looks whether our table is still what we made it: when the kernel says that some rule has changed, and from time to
//! time all the same.
//!
//! Costs a program each ten seconds, and at most one each second, while the device is isolated; else nothing.

use std::{
    os::fd::{AsFd, BorrowedFd},
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use vocab::Mono;

use super::{LIST, Lifeline, Stands, Table};
use crate::{
    Wake, clock,
    effectors::program::{Ran, run},
    links::Changes,
    root::lock,
    vigil::Watcher,
};

const PERIOD: Duration = Duration::from_secs(10);
const SECOND: Duration = Duration::from_secs(1);

/// A look may take long: nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// So many looks that came to nothing are one at a table that is gone.
const BLIND: u8 = 3;

pub(super) struct Watch {
    lifeline: Lifeline,
    /// Where the kernel tells us nothing, we look from time to time alone.
    ears: Option<Changes>,
    wake: Wake,
    last: Mono,
    due: Mono,
    /// How often the table had been touched by us when we looked last.
    touched: u64,
    blind: u8,
}

/// What a look came to.
#[derive(Debug)]
enum Seen {
    /// We could not look.
    Nothing,
    /// There is no table, or another one; or nothing that could show it.
    Other,
    Same(Table),
}

impl Watch {
    pub(super) fn new(lifeline: &Lifeline, wake: Wake) -> Self {
        let ears = Changes::rules().ok();
        Self { lifeline: lifeline.clone(), ears, wake, last: Mono(0), due: Mono(0), touched: 0, blind: 0 }
    }

    /// Looks once, without holding up whoever isolates meanwhile.
    fn check(&mut self) {
        let (nft, table, touched) = {
            let isolation = lock(&self.lifeline.state);
            self.touched = isolation.touched;
            let (Some(filter), Some(table)) = (&isolation.filter, &isolation.kept) else {
                self.blind = 0;
                return;
            };
            (filter.nft.clone(), table.clone(), isolation.touched)
        };
        let seen = look(&nft, table);
        self.blind = if matches!(seen, Seen::Nothing) { self.blind + 1 } else { 0 };
        let mut isolation = lock(&self.lifeline.state);
        if isolation.touched != touched {
            return;
        }
        match seen {
            Seen::Same(table) => isolation.kept = Some(table),
            Seen::Nothing if self.blind < BLIND => self.due = self.last + SECOND,
            Seen::Nothing | Seen::Other => {
                (isolation.stands, isolation.kept) = (Stands::Perhaps, None);
                drop(isolation);
                self.lifeline.undone.store(true, Ordering::Release);
                (self.wake)();
            }
        }
    }
}

fn look(nft: &[String], mut table: Table) -> Seen {
    match run(nft, &LIST, None, Instant::now() + PATIENCE) {
        Ran::Ended(status, listing) if status.success() && table.is(&listing) => Seen::Same(table),
        Ran::Ended(..) | Ran::Absent => Seen::Other,
        Ran::Failed | Ran::TimedOut => Seen::Nothing,
    }
}

impl Watcher for Watch {
    fn look(&mut self) {
        let now = clock::now();
        if self.ears.as_mut().is_some_and(Changes::any) {
            // What we have just put in place is looked at at once, before it is anybody else's.
            let is_new = lock(&self.lifeline.state).touched != self.touched;
            let soonest = if is_new { now } else { self.last + SECOND };
            self.due = self.due.min(soonest);
        }
        if now < self.due {
            return;
        }
        (self.last, self.due) = (now, now + PERIOD);
        self.check();
    }

    fn due(&self) -> Option<Mono> {
        Some(self.due)
    }

    fn ears(&self) -> Vec<BorrowedFd<'_>> {
        self.ears.iter().map(AsFd::as_fd).collect()
    }
}

#[cfg(test)]
mod tests;
