//! Every box in one line: what the map shows, and what the live link compares.
//!
//! It is read from the fleet in pieces, so that no alarm waits for somebody who looks, and shared by all who look. It
//! is kept site by site, because a person may see all boxes of a site or none: what a site comes to is made once, and
//! given to whoever may see the site.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use control::{
    House, Now,
    view::{self, LOOKS},
};
use tokio::sync::Mutex;
use vocab::{DeviceId, Mono, SiteName};

use crate::{
    ask::{ask, gather, look},
    desk::Desk,
    refusal::Refusal,
};

mod glance;
mod site;

pub(crate) use self::{
    glance::{Glance, State},
    site::Site,
};

/// So old a reading may be although something was committed: many look, and one reading serves them all.
const SHARED_FOR: Duration = Duration::from_millis(200);

/// So old a reading may be although nothing was committed.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// So long boxes that did not change are taken for what they were: silence is told by the clock alone.
const WHOLE_FOR: Duration = Duration::from_secs(5);

/// Every box as of one moment.
pub(crate) struct Roll {
    /// The sites, by name.
    pub(crate) sites: Vec<Arc<Site>>,
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
        let glance =
            |fleet: &mut House, after, most, now: Now| Ok(view::sights(fleet, after, most, now, Glance::of));
        let (boxes, _) = gather(desk, None, usize::MAX, glance).await?;
        let now = (desk.clock)();
        Ok(Self { sites: Site::all(boxes), now, commits, newest, whole: now.mono })
    }

    /// Looks at the boxes that changed since; nothing where nobody can say any more which those are.
    async fn renewed(&self, desk: &Arc<Desk>, commits: u64) -> Result<Option<Self>, Refusal> {
        let known = self.newest;
        let changed = ask(desk, move |fleet, _| (view::changed(fleet, known), view::newest(fleet)));
        let (Some(changed), newest) = changed.await? else { return Ok(None) };
        let (looked, mut found) = (changed.clone(), vec![]);
        for some in Vec::from_iter(changed).chunks(LOOKS) {
            let some = some.to_vec();
            let glances = look(desk, move |fleet, now| {
                let sights = some.into_iter().filter_map(|device| view::sight(fleet, device, now));
                sights.map(|one| Glance::of(&one)).collect::<Vec<_>>()
            });
            found.extend(glances.await?);
        }
        let sites = self.with(&looked, found);
        Ok(Some(Self { sites, now: (desk.clock)(), commits, newest, whole: self.whole }))
    }

    /// The sites, now that these boxes were looked at again and these of them were found.
    fn with(&self, looked: &BTreeSet<DeviceId>, found: Vec<Glance>) -> Vec<Arc<Site>> {
        let mut fresh = site::by_name(found);
        let mut sites = Vec::with_capacity(self.sites.len());
        for site in &self.sites {
            let (fresh, stays) = (fresh.remove(&site.name), |one: &&Glance| !looked.contains(&one.id));
            if fresh.is_none() && site.boxes.iter().all(|one| stays(&one)) {
                sites.push(site.clone());
                continue;
            }
            let stay = site.boxes.iter().filter(stays).cloned();
            let boxes: Vec<_> = stay.chain(fresh.into_iter().flatten()).collect();
            if !boxes.is_empty() {
                sites.push(Site::of(site.name.clone(), boxes));
            }
        }
        sites.extend(fresh.into_iter().map(|(name, boxes)| Site::of(name, boxes)));
        sites.sort_by(|a, b| a.name.cmp(&b.name));
        sites
    }

    /// Every box, site by site.
    pub(crate) fn boxes(&self) -> impl Iterator<Item = &Glance> {
        self.sites.iter().flat_map(|site| &site.boxes)
    }

    /// The sites that somebody sees.
    pub(crate) fn seen_by(&self, sees: impl Fn(&SiteName) -> bool) -> Vec<Arc<Site>> {
        self.sites.iter().filter(|site| sees(&site.name)).cloned().collect()
    }

    fn serves(&self, commits: u64, now: Mono, shared: Duration) -> bool {
        let age = now.since(self.now.mono);
        age < GOOD_FOR && (commits == self.commits || age < shared)
    }

    /// The boxes that are not here as they were there, and those that are only here.
    pub(crate) fn changed<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a Glance> {
        let before: BTreeMap<_, _> = before.sites.iter().map(|site| (&site.name, site)).collect();
        self.sites.iter().flat_map(move |site| {
            let old = before.get(&site.name);
            // What is shared is what it was.
            let moved = old.is_none_or(|old| !Arc::ptr_eq(old, site));
            let old = old.filter(|_| moved).map(|old| &old.boxes[..]).unwrap_or_default();
            let old: BTreeMap<_, _> = old.iter().map(|one| (one.id, one)).collect();
            let boxes = if moved { &site.boxes[..] } else { &[] };
            boxes.iter().filter(move |one| old.get(&one.id).is_none_or(|old| !old.shows_as(one)))
        })
    }
}

#[cfg(test)]
mod tests;
