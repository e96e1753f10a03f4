//! Every box in one line: what the map shows, and what the live link compares.
//!
//! It is read from the fleet in pieces, so that no alarm waits for somebody who looks, and shared by all who look.

use std::{sync::Arc, time::Duration};

use control::{Now, view};
use tokio::sync::Mutex;
use vocab::{DeviceId, Mono};

use crate::{ask::ask, desk::Desk, refusal::Refusal};

mod glance;

pub(crate) use self::glance::{Glance, State};

/// Boxes that are read at once; the fleet's thread is free for others in between.
const PIECE: usize = 250;

/// So old a reading may be although something was committed since: many look, and one reading serves them all.
const SHARED_FOR: Duration = Duration::from_millis(200);

/// So old a reading may be although nothing was committed: silence is told by the clock alone.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// Every box, by id, as of one moment.
pub(crate) struct Roll {
    /// The boxes.
    pub(crate) boxes: Vec<Glance>,
    /// When that was.
    pub(crate) now: Now,
    commits: u64,
}

/// The last reading.
#[derive(Default)]
pub(crate) struct Rolls(Mutex<Option<Arc<Roll>>>);

impl Rolls {
    /// The boxes as they are now, or were a moment ago. Whoever comes while somebody reads waits for that reading.
    pub(crate) async fn read(&self, desk: &Arc<Desk>) -> Result<Arc<Roll>, Refusal> {
        let mut last = self.0.lock().await;
        let commits = *desk.changes.borrow();
        if let Some(roll) = last.as_ref().filter(|roll| roll.serves(commits, (desk.clock)().mono)) {
            return Ok(roll.clone());
        }
        let roll = Arc::new(Roll { boxes: all(desk).await?, now: (desk.clock)(), commits });
        *last = Some(roll.clone());
        Ok(roll)
    }
}

impl Roll {
    fn serves(&self, commits: u64, now: Mono) -> bool {
        let age = now.since(self.now.mono);
        age < GOOD_FOR && (commits == self.commits || age < SHARED_FOR)
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

async fn all(desk: &Arc<Desk>) -> Result<Vec<Glance>, Refusal> {
    let (mut boxes, mut after) = (vec![], None::<DeviceId>);
    loop {
        let piece = ask(desk, move |fleet, now| {
            let found = view::devices(fleet, after, PIECE, now, |_, _| true);
            found.iter().map(|one| Glance::of(one, now.wall)).collect::<Vec<_>>()
        })
        .await?;
        after = piece.last().map(|last| last.id);
        let full = piece.len() == PIECE;
        boxes.extend(piece);
        if !full {
            return Ok(boxes);
        }
    }
}

#[cfg(test)]
mod tests;
