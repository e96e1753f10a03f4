//! Whoever watches a box hears its senses each second: a courtesy of the link, of which nothing is signed or stored.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use access::{Action, Permit, Resource};
use link::{Readings, station::Input};
use store::Store;
use vocab::{DeviceId, Mono, PersonId, Reading, Value};

use super::{Asked, Fleet, Now};
use crate::door;

/// Most boxes that are watched at once; one more has to wait until somebody stops.
const WATCHES: usize = 64;

/// How often a device is asked to go on: three times within the time for which it does.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// Whoever does not look again for so long has stopped watching.
const LAPSE: Duration = Duration::from_secs(30);

/// How far back is shown.
pub(crate) const SPAN: Duration = Duration::from_mins(1);

/// Most frames of that time, and a few more for clocks that differ.
const FRAMES: usize = 64;

/// The boxes that somebody watches.
#[derive(Default)]
pub(super) struct Watches(BTreeMap<DeviceId, Watch>);

/// What came of one since somebody began to watch it.
struct Watch {
    asked: Mono,
    looked: Mono,
    people: BTreeMap<PersonId, Mono>,
    heard: Mono,
    frames: VecDeque<Readings>,
}

/// What its senses said within the last minute that somebody watched.
pub(crate) struct Watched<'a> {
    /// How long ago the last word came.
    pub(crate) age: Duration,
    /// The device's moment of that word.
    pub(crate) moment: Mono,
    frames: &'a VecDeque<Readings>,
}

impl Watched<'_> {
    pub(crate) fn readings(&self) -> impl Iterator<Item = &Reading> {
        self.frames.iter().flat_map(|frame| &frame.readings)
    }
}

impl Watches {
    /// Forgets what nobody watches any more.
    pub(super) fn forget(&mut self, now: Mono) {
        self.0.retain(|_, watch| now < watch.looked + LAPSE);
    }

    /// Somebody looks; gives whether they begin to, and whether the device is to be asked. None: there is no room.
    fn look(&mut self, device: DeviceId, person: PersonId, now: Mono) -> Option<(bool, bool)> {
        self.forget(now);
        let new = !self.0.contains_key(&device);
        if new && self.0.len() >= WATCHES {
            return None;
        }
        let watch = self.0.entry(device).or_insert_with(|| Watch {
            asked: now,
            looked: now,
            people: BTreeMap::new(),
            heard: now,
            frames: VecDeque::new(),
        });
        watch.looked = now;
        watch.people.retain(|_, last| now < *last + LAPSE);
        let begins = watch.people.insert(person, now).is_none();
        let asks = new || now >= watch.asked + ASK_EVERY;
        if asks {
            watch.asked = now;
        }
        Some((begins, asks))
    }

    fn hear(&mut self, device: DeviceId, mut readings: Readings, now: Mono) {
        let Some(watch) = self.0.get_mut(&device) else { return };
        // A list is no curve, and may be long.
        let measured = |one: &Reading| !matches!(one.value, Value::Components(_) | Value::Interfaces(_));
        readings.readings.retain(measured);
        // A device that started again counts its time anew.
        if watch.frames.back().is_some_and(|last| last.now >= readings.now) {
            watch.frames.clear();
        }
        let moment = readings.now;
        watch.heard = now;
        watch.frames.push_back(readings);
        while watch.frames.len() > FRAMES
            || watch.frames.front().is_some_and(|first| moment.since(first.now) > SPAN)
        {
            watch.frames.pop_front();
        }
    }
}

impl<S: Store> Fleet<S> {
    /// Somebody watches the senses of a box, for as long as they call this again; that they began to is written down.
    pub fn watch(&mut self, permit: &Permit, now: Now) -> Result<(), Asked> {
        let Resource::Trace(device, _) = permit.resource() else { return Err(Asked::Permit) };
        if permit.action() != Action::View {
            return Err(Asked::Permit);
        }
        let looks = self.watches.look(*device, permit.person(), now.mono);
        let (begins, asks) = looks.ok_or(Asked::Watched)?;
        if begins {
            door::looked(self, permit, now);
        }
        if asks {
            self.to_station(*device, Input::Watch, now);
        }
        Ok(())
    }

    pub(super) fn watched(&mut self, device: DeviceId, readings: Readings, now: Now) {
        self.watches.hear(device, readings, now.mono);
    }

    /// What came of a box that somebody watches; none before its first word.
    pub(crate) fn heard_of(&self, device: DeviceId, now: Mono) -> Option<Watched<'_>> {
        let watch = self.watches.0.get(&device)?;
        let moment = watch.frames.back()?.now;
        Some(Watched { age: now.since(watch.heard), moment, frames: &watch.frames })
    }
}

#[cfg(test)]
mod tests;
