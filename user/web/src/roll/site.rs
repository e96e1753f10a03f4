//! The boxes of one site, and what they add up to: made once, for all who may see the site.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use vocab::{SiteName, Wall};

use super::{Glance, State};

/// One site; none is empty.
pub(crate) struct Site {
    pub(crate) name: SiteName,
    /// By label.
    pub(crate) boxes: Vec<Glance>,
    counts: [usize; State::ALL.len()],
    /// Which were proved, the newest proof first.
    proved: Vec<(Wall, usize)>,
    drawn: OnceLock<String>,
}

impl Site {
    /// These boxes, by site and by name.
    pub(crate) fn all(boxes: Vec<Glance>) -> Vec<Arc<Self>> {
        by_name(boxes).into_iter().map(|(name, boxes)| Self::of(name, boxes)).collect()
    }

    pub(super) fn of(name: SiteName, mut boxes: Vec<Glance>) -> Arc<Self> {
        boxes.sort_by(|a, b| (a.label.as_str(), a.id).cmp(&(b.label.as_str(), b.id)));
        let mut counts = [0; State::ALL.len()];
        for one in &boxes {
            counts[one.state as usize] += 1;
        }
        let proofs = boxes.iter().enumerate().filter_map(|(at, one)| Some((one.proved?, at)));
        let mut proved: Vec<_> = proofs.collect();
        proved.sort_by_key(|(when, at)| (Reverse(*when), *at));
        Arc::new(Self { name, boxes, counts, proved, drawn: OnceLock::new() })
    }

    /// How many stand like this.
    pub(crate) const fn many(&self, state: State) -> usize {
        self.counts[state as usize]
    }

    /// Those that stand like this.
    pub(crate) fn standing(&self, state: State) -> impl Iterator<Item = &Glance> {
        // Most sites have none of most states.
        let all = if self.many(state) == 0 { &[] } else { &self.boxes[..] };
        all.iter().filter(move |one| one.state == state)
    }

    /// Those that proved themselves not longer ago than this moment, the newest first, and those before.
    pub(crate) fn proved(&self, since: Wall) -> [impl ExactSizeIterator<Item = (Wall, &Glance)>; 2] {
        let fresh = self.proved.partition_point(|(when, _)| *when > since);
        let (fresh, older) = self.proved.split_at(fresh);
        [fresh, older].map(|some| some.iter().map(|(when, at)| (*when, &self.boxes[*at])))
    }

    /// The boxes of it that are wanted: nothing where none is, and itself where all are.
    pub(crate) fn kept(self: &Arc<Self>, wanted: impl Fn(&Glance) -> bool) -> Option<Arc<Self>> {
        let boxes: Vec<_> = self.boxes.iter().filter(|one| wanted(one)).collect();
        match boxes.len() {
            0 => None,
            all if all == self.boxes.len() => Some(self.clone()),
            _ => Some(Self::of(self.name.clone(), boxes.into_iter().cloned().collect())),
        }
    }

    /// How it is drawn where there is little room, which says nothing of ages: drawn once.
    pub(crate) fn drawn(&self, draw: impl FnOnce() -> String) -> &str {
        self.drawn.get_or_init(draw)
    }
}

pub(super) fn by_name(boxes: Vec<Glance>) -> BTreeMap<SiteName, Vec<Glance>> {
    let mut sites = BTreeMap::<SiteName, Vec<Glance>>::new();
    for one in boxes {
        sites.entry(one.site.clone()).or_default().push(one);
    }
    sites
}
