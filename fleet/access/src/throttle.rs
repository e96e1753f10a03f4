//! How fast strangers may guess, and when their guessing is a finding.
//!
//! Soft on purpose: nobody is locked out. Whoever fails again and again waits longer each time, for one account, from
//! one place, and in the whole fleet; an owner comes in after the wait, from where they came in before, or at once
//! with a second factor. Bounded: what is longest ago is forgotten first.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::time::Duration;

use vocab::Mono;

/// An account, by a digest of the name that was typed: whether anybody has it makes no difference here.
pub type Name = [u8; 16];

/// From where, as an address: of IPv6 the network alone.
pub type Source = [u8; 16];

/// What guessing has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// One account, again and again.
    BruteForce(Name),
    /// Many accounts, a little each.
    Spray,
}

/// Remembers who failed.
#[derive(Debug, Default)]
pub struct Throttle {
    failed: BTreeMap<Key, Failed>,
    /// From where somebody came in by this name.
    homes: BTreeMap<(Name, Source), Mono>,
    /// Who was tried and did not come in, and when last.
    tried: BTreeMap<(Name, Source), Tried>,
    /// What was found, and until when it is no news.
    found: BTreeMap<Finding, Mono>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// One account, from places where nobody came in by it.
    Account(Name),
    /// The whole fleet, from such places.
    Fleet,
    /// One account, from a place where somebody came in by it.
    Home(Name, Source),
    /// One place.
    Source(Source),
}

#[derive(Clone, Copy, Debug)]
struct Failed {
    times: u32,
    last: Mono,
}

#[derive(Clone, Copy, Debug)]
struct Tried {
    last: Mono,
    times: u32,
}

/// How many failures are free, what the first wait is, and the longest.
struct Pace {
    free: u32,
    first: Duration,
    longest: Duration,
}

/// After so long without a failure nothing is held against anybody.
const FORGIVEN: Duration = Duration::from_hours(1);

/// In so long guessing is counted together, and for so long a finding is no news.
const WINDOW: Duration = Duration::from_mins(10);

/// Failures of one account that are no longer somebody mistyping.
const BRUTE: u32 = 20;

/// Accounts from one place, and in the whole fleet, that are no longer people mistyping.
const SPRAYED: (usize, usize) = (8, 15);

/// Most of each that is remembered.
const LIMIT: usize = 2048;

impl Throttle {
    /// How long whoever tries this name from there must wait; none if they may try now.
    pub fn wait(&self, name: Name, source: Source, now: Mono) -> Option<Duration> {
        let wait = |key: Key| self.failed.get(&key).and_then(|failed| failed.wait(&key.pace(), now));
        self.keys(name, source).into_iter().filter_map(wait).max()
    }

    /// Somebody tried and did not come in, or was told to wait; gives what is news about it.
    pub fn failed(&mut self, name: Name, source: Source, evaluated: Evaluated, now: Mono) -> Vec<Finding> {
        if evaluated == Evaluated::Yes {
            for key in self.keys(name, source) {
                let failed = self.failed.entry(key).or_insert(Failed { times: 0, last: now });
                if now.since(failed.last) >= FORGIVEN {
                    failed.times = 0;
                }
                *failed = Failed { times: failed.times.saturating_add(1), last: now };
            }
            shrink(&mut self.failed, |failed| failed.last);
        }
        let tried = self.tried.entry((name, source)).or_insert(Tried { last: now, times: 0 });
        *tried = Tried { last: now, times: tried.times.saturating_add(1) };
        self.tried.retain(|_, tried| now.since(tried.last) < WINDOW);
        shrink(&mut self.tried, |tried| tried.last);
        self.look(name, source, now)
    }

    /// Somebody came in by this name from there: what was counted when they tried is taken back.
    pub fn came_in(&mut self, name: Name, source: Source, now: Mono) {
        for key in [Key::Account(name), Key::Home(name, source)] {
            self.failed.remove(&key);
        }
        for key in [Key::Source(source), Key::Fleet] {
            if let Some(failed) = self.failed.get_mut(&key) {
                failed.times = failed.times.saturating_sub(1);
            }
        }
        self.tried.remove(&(name, source));
        self.homes.insert((name, source), now);
        shrink(&mut self.homes, |last| *last);
    }

    /// It came to no comparison, by our own fault: that try is not held against anybody.
    pub fn undone(&mut self, name: Name, source: Source) {
        for key in self.keys(name, source) {
            if let Some(failed) = self.failed.get_mut(&key) {
                failed.times = failed.times.saturating_sub(1);
            }
        }
        if let Some(tried) = self.tried.get_mut(&(name, source)) {
            tried.times = tried.times.saturating_sub(1);
        }
        self.tried.retain(|_, tried| tried.times > 0);
    }

    fn keys(&self, name: Name, source: Source) -> Vec<Key> {
        if self.homes.contains_key(&(name, source)) {
            return [Key::Home(name, source), Key::Source(source)].into();
        }
        [Key::Account(name), Key::Source(source), Key::Fleet].into()
    }

    fn look(&mut self, name: Name, source: Source, now: Mono) -> Vec<Finding> {
        let of_name = self.tried.iter().filter(|((of, _), _)| *of == name).map(|(_, tried)| tried.times);
        let brute = of_name.fold(0u32, u32::saturating_add) >= BRUTE;
        let from = self.tried.keys().filter(|(_, from)| *from == source).count();
        let all: BTreeSet<Name> = self.tried.keys().map(|(name, _)| *name).collect();
        let spray = from >= SPRAYED.0 || all.len() >= SPRAYED.1;
        let found = [(brute, Finding::BruteForce(name)), (spray, Finding::Spray)];
        self.found.retain(|_, until| now < *until);
        let mut news = Vec::new();
        for (_, finding) in found.into_iter().filter(|(found, _)| *found) {
            // As long as it goes on it is one finding.
            if self.found.insert(finding, now + WINDOW).is_none() {
                news.push(finding);
            }
        }
        shrink(&mut self.found, |until| *until);
        news
    }
}

/// Whether a guess was compared with anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluated {
    /// It was not: whoever tried was told to wait.
    No,
    /// It was.
    Yes,
}

impl Key {
    const fn pace(self) -> Pace {
        match self {
            Self::Account(_) | Self::Home(..) => {
                Pace { free: 5, first: Duration::from_secs(1), longest: Duration::from_mins(20) }
            }
            Self::Source(_) => {
                Pace { free: 20, first: Duration::from_secs(1), longest: Duration::from_mins(1) }
            }
            // Never more than a second: what strangers do must not keep everybody out.
            Self::Fleet => {
                Pace { free: 200, first: Duration::from_millis(250), longest: Duration::from_secs(1) }
            }
        }
    }
}

impl Failed {
    fn wait(&self, pace: &Pace, now: Mono) -> Option<Duration> {
        let over = self.times.checked_sub(pace.free)?;
        let wait = pace.first.saturating_mul(1 << over.min(16)).min(pace.longest);
        let waited = now.since(self.last);
        (waited < FORGIVEN).then(|| wait.checked_sub(waited)).flatten().filter(|left| !left.is_zero())
    }
}

/// Forgets what is longest ago once there is too much.
fn shrink<K: Ord + Copy, V>(map: &mut BTreeMap<K, V>, last: impl Fn(&V) -> Mono) {
    if map.len() <= LIMIT {
        return;
    }
    let mut ages: Vec<Mono> = map.values().map(&last).collect();
    ages.sort_unstable();
    let keep = ages[LIMIT / 4];
    map.retain(|_, value| last(value) > keep);
}

#[cfg(test)]
mod tests;
