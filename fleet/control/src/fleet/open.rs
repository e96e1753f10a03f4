//! The incidents that are not closed, and which of them each device has part in.
//!
//! Each device is asked about at every proof and on every page; nobody goes through all incidents for that.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    ops::Bound,
};

use incident::{Incident, State};
use vocab::{DeviceId, IncidentId};

/// The open incidents.
#[derive(Default)]
pub(crate) struct Open {
    all: BTreeMap<IncidentId, Incident>,
    of: BTreeMap<DeviceId, BTreeSet<IncidentId>>,
}

impl Open {
    /// As it is from now on; a closed one is left out.
    pub(crate) fn keep(&mut self, incident: Incident) {
        let id = incident.id();
        if incident.state() == State::Closed {
            return self.leave_out(id);
        }
        // Boxes join an incident, and none leaves it.
        if self.all.get(&id).is_none_or(|known| known.boxes().len() < incident.boxes().len()) {
            for one in incident.boxes() {
                self.of.entry(one.device).or_default().insert(id);
            }
        }
        self.all.insert(id, incident);
    }

    fn leave_out(&mut self, id: IncidentId) {
        let Some(closed) = self.all.remove(&id) else { return };
        for one in closed.boxes() {
            if let Entry::Occupied(mut theirs) = self.of.entry(one.device) {
                theirs.get_mut().remove(&id);
                if theirs.get().is_empty() {
                    theirs.remove();
                }
            }
        }
    }

    /// One of them.
    pub(crate) fn get(&self, id: IncidentId) -> Option<&Incident> {
        self.all.get(&id)
    }

    /// All of them, oldest first.
    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &Incident> {
        self.all.values()
    }

    /// Those before one, newest first.
    pub(crate) fn before(&self, id: Option<IncidentId>) -> impl Iterator<Item = &Incident> {
        let end = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.all.range((Bound::Unbounded, end)).rev().map(|(_, one)| one)
    }

    /// Those that a device has part in, oldest first.
    pub(crate) fn of(&self, device: DeviceId) -> impl Iterator<Item = &Incident> {
        self.of.get(&device).into_iter().flatten().filter_map(|id| self.all.get(id))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }
}

impl FromIterator<Incident> for Open {
    fn from_iter<I: IntoIterator<Item = Incident>>(all: I) -> Self {
        let mut open = Self::default();
        all.into_iter().for_each(|one| open.keep(one));
        open
    }
}
