//! Every box in one line: what the map shows, and what the live link compares.
//!
//! It is read from the fleet in pieces, so that no alarm waits for somebody who looks, and shared by all who look.

use std::{sync::Arc, time::Duration};

use control::{
    House, Now,
    view::{self, LOOKS, Piece},
};
use tokio::sync::Mutex;
use vocab::Mono;

use crate::{
    ask::{ask, gather, look},
    desk::Desk,
    refusal::Refusal,
};

mod glance;

pub(crate) use self::glance::{Glance, State};

/// So old a reading may be although something was committed: many look, and one reading serves them all.
const SHARED_FOR: Duration = Duration::from_millis(200);

/// So old a reading may be although nothing was committed.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// So long boxes that did not change are taken for what they were: silence is told by the clock alone.
const WHOLE_FOR: Duration = Duration::from_secs(5);

/// Every box, by id, as of one moment.
pub(crate) struct Roll {
    /// The boxes.
    pub(crate) boxes: Vec<Glance>,
    /// When that was.
    pub(crate) now: Now,
    commits: u64,
    /// The number of the last change that is in it.
    newest: u64,
    /// When every box was looked at.
    whole: Mono,
}

/// The last reading.
#[derive(Default)]
pub(crate) struct Rolls(Mutex<Option<Arc<Roll>>>);

impl Rolls {
    /// The boxes as they are now, or were a moment ago. Whoever comes while somebody reads waits for that reading.
    pub(crate) async fn read(&self, desk: &Arc<Desk>) -> Result<Arc<Roll>, Refusal> {
        self.no_older(desk, SHARED_FOR).await
    }

    /// The boxes as they are with all that was committed.
    pub(crate) async fn read_now(&self, desk: &Arc<Desk>) -> Result<Arc<Roll>, Refusal> {
        self.no_older(desk, Duration::ZERO).await
    }

    async fn no_older(&self, desk: &Arc<Desk>, shared: Duration) -> Result<Arc<Roll>, Refusal> {
        let mut last = self.0.lock().await;
        let (commits, now) = (*desk.changes.borrow(), (desk.clock)());
        if let Some(roll) = last.as_ref().filter(|roll| roll.serves(commits, now.mono, shared)) {
            return Ok(roll.clone());
        }
        let renewed = match last.as_ref().filter(|roll| now.mono.since(roll.whole) < WHOLE_FOR) {
            Some(roll) => roll.renewed(desk, commits).await?,
            None => None,
        };
        let roll = Arc::new(match renewed {
            Some(roll) => roll,
            None => Roll::whole(desk, commits).await?,
        });
        *last = Some(roll.clone());
        Ok(roll)
    }
}

impl Roll {
    /// Looks at every box.
    async fn whole(desk: &Arc<Desk>, commits: u64) -> Result<Self, Refusal> {
        // What changes while it is read is looked at again.
        let newest = ask(desk, |fleet, _| view::newest(fleet)).await?;
        let glance = |fleet: &mut House, after, most, now: Now| {
            let Piece { found, next } = view::devices(fleet, after, most, now, |_, _| true, |_| true);
            Ok(Piece { found: found.iter().map(|one| Glance::of(one, now.wall)).collect(), next })
        };
        let (boxes, _) = gather(desk, None, usize::MAX, glance).await?;
        let now = (desk.clock)();
        Ok(Self { boxes, now, commits, newest, whole: now.mono })
    }

    /// Looks at the boxes that changed since; nothing where nobody can say any more which those are.
    async fn renewed(&self, desk: &Arc<Desk>, commits: u64) -> Result<Option<Self>, Refusal> {
        let known = self.newest;
        let changed = ask(desk, move |fleet, _| (view::changed(fleet, known), view::newest(fleet)));
        let (Some(changed), newest) = changed.await? else { return Ok(None) };
        let (mut boxes, changed) = (self.boxes.clone(), Vec::from_iter(changed));
        for some in changed.chunks(LOOKS) {
            let some = some.to_vec();
            let glances = look(desk, move |fleet, now| {
                let views = some.into_iter().filter_map(|device| view::device(fleet, device, now));
                views.map(|one| Glance::of(&one, now.wall)).collect::<Vec<_>>()
            });
            for glance in glances.await? {
                match boxes.binary_search_by_key(&glance.id, |one| one.id) {
                    Ok(at) => boxes[at] = glance,
                    Err(at) => boxes.insert(at, glance),
                }
            }
        }
        Ok(Some(Self { boxes, now: (desk.clock)(), commits, newest, whole: self.whole }))
    }

    fn serves(&self, commits: u64, now: Mono, shared: Duration) -> bool {
        let age = now.since(self.now.mono);
        age < GOOD_FOR && (commits == self.commits || age < shared)
    }

    /// The boxes that are not here as they were there, and those that are only here.
    pub(crate) fn changed<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a Glance> {
        let mut old = before.boxes.iter().peekable();
        self.boxes.iter().filter(move |new| {
            while old.next_if(|old| old.id < new.id).is_some() {}
            old.next_if(|old| old.id == new.id).is_none_or(|old| !old.shows_as(new))
        })
    }
}

#[cfg(test)]
mod tests;
