//! How fast strangers may guess, and when their guessing is a finding.
//!
//! Soft on purpose. Whoever fails again and again waits longer each time, for one account, from one place, and in the
//! whole fleet. In a browser in which somebody came in they are counted by themselves, and so they are, as long as this
//! process lives, at an address from which they came in: whatever strangers do. Among strangers the turn goes to whoever
//! has tried least. Bounded: what is longest ago is forgotten first.

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

/// A browser, by the cookie that it was given when somebody came in.
pub type Browser = [u8; 16];

/// Somebody who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    /// At which account.
    pub name: Name,
    /// From where; none where the address is everybody's.
    pub source: Option<Source>,
    /// In which browser, if somebody came in there by this name.
    pub browser: Option<Browser>,
}

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
    tried: BTreeMap<Place, Tried>,
    /// What was found, and until when it is no news.
    found: BTreeMap<Finding, Mono>,
}

/// An account, and from where it is tried.
type Place = (Name, Option<Source>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// One account, from places where nobody came in by it.
    Account(Name),
    /// One account, in a browser in which somebody came in by it.
    Browser(Name, Browser),
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
    /// In the window that goes on.
    times: u32,
    /// Since this place was forgotten or let in.
    in_vain: u32,
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

/// How long a place is remembered that tries in vain.
const REMEMBERED: Duration = Duration::from_hours(24);

/// So often in vain from one place, and strangers there wait twice as long as those who never tried.
const LATEST: u32 = 16;

/// So many browsers of one account are counted by themselves at a time: whoever hoards cookies gains nothing by one more.
const BROWSERS: usize = 16;

/// Most of each that is remembered.
const LIMIT: usize = 2048;

impl Throttle {
    /// How long whoever tries must wait; none if they may try now.
    ///
    /// A try that is compared begins the wait anew, and who is first after it is no matter of who asks most often: the
    /// more often a place has tried in vain, compared or not, the later its turn.
    pub fn wait(&self, one: &Try, now: Mono) -> Option<Duration> {
        let in_vain = self.tried.get(&one.place()).map_or(0, |tried| tried.in_vain.min(LATEST));
        let wait = |key: Key| {
            let late = if matches!(key, Key::Account(_)) { in_vain } else { 0 };
            self.failed.get(&key).and_then(|failed| failed.wait(&key.pace(), late, now))
        };
        self.keys(one, now).into_iter().filter_map(wait).max()
    }

    /// Somebody tried and did not come in, or was told to wait; gives what is news about it.
    pub fn failed(&mut self, one: &Try, evaluated: Evaluated, now: Mono) -> Vec<Finding> {
        if evaluated == Evaluated::Yes {
            for key in self.keys(one, now) {
                let failed = self.failed.entry(key).or_insert(Failed { times: 0, last: now });
                if now.since(failed.last) >= FORGIVEN {
                    failed.times = 0;
                }
                *failed = Failed { times: failed.times.saturating_add(1), last: now };
            }
            shrink(&mut self.failed, |failed| failed.last);
        }
        self.tried.retain(|_, tried| now.since(tried.last) < REMEMBERED);
        let new = Tried { last: now, times: 0, in_vain: 0 };
        let Tried { last, times, in_vain } = *self.tried.entry(one.place()).or_insert(new);
        let times = if now.since(last) < WINDOW { times } else { 0 };
        let more = Tried { last: now, times: times.saturating_add(1), in_vain: in_vain.saturating_add(1) };
        self.tried.insert(one.place(), more);
        shrink(&mut self.tried, |tried| tried.last);
        self.look(one, now)
    }

    /// Somebody came in: what was counted when they tried is taken back.
    pub fn came_in(&mut self, one: &Try, now: Mono) {
        for key in self.keys(one, now) {
            match key {
                Key::Account(_) | Key::Browser(..) | Key::Home(..) => drop(self.failed.remove(&key)),
                Key::Fleet | Key::Source(_) => self.take_back(key),
            }
        }
        self.tried.remove(&one.place());
        if let Some(source) = one.source {
            self.homes.insert((one.name, source), now);
            shrink(&mut self.homes, |last| *last);
        }
    }

    /// It came to no comparison, by our own fault: that try is not held against anybody.
    pub fn undone(&mut self, one: &Try, now: Mono) {
        for key in self.keys(one, now) {
            self.take_back(key);
        }
        if let Some(tried) = self.tried.get_mut(&one.place()) {
            (tried.times, tried.in_vain) = (tried.times.saturating_sub(1), tried.in_vain.saturating_sub(1));
        }
        self.tried.retain(|_, tried| tried.in_vain > 0);
    }

    fn take_back(&mut self, key: Key) {
        if let Some(failed) = self.failed.get_mut(&key) {
            failed.times = failed.times.saturating_sub(1);
        }
    }

    fn keys(&self, one: &Try, now: Mono) -> Vec<Key> {
        let Try { name, source, browser } = *one;
        if let Some(browser) = browser.filter(|browser| self.has_room(name, browser, now)) {
            return [Key::Browser(name, browser)].into();
        }
        let from = source.map(Key::Source);
        if let Some(source) = source.filter(|source| self.homes.contains_key(&(name, *source))) {
            return [Key::Home(name, source)].into_iter().chain(from).collect();
        }
        [Key::Account(name), Key::Fleet].into_iter().chain(from).collect()
    }

    fn has_room(&self, name: Name, browser: &Browser, now: Mono) -> bool {
        let of_name = self.failed.range(Key::Browser(name, [0; 16])..=Key::Browser(name, [u8::MAX; 16]));
        let others = of_name.filter(|(key, failed)| {
            **key != Key::Browser(name, *browser) && now.since(failed.last) < FORGIVEN
        });
        others.count() < BROWSERS
    }

    fn look(&mut self, one: &Try, now: Mono) -> Vec<Finding> {
        let Try { name, source, .. } = *one;
        let going_on = self.tried.iter().filter(|(_, tried)| now.since(tried.last) < WINDOW);
        let of_name = going_on.clone().filter(|((of, _), _)| *of == name).map(|(_, tried)| tried.times);
        let brute = of_name.fold(0u32, u32::saturating_add) >= BRUTE;
        let from = going_on.clone().filter(|((_, from), _)| *from == source).count();
        let all: BTreeSet<Name> = going_on.map(|((name, _), _)| *name).collect();
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
            Self::Account(_) | Self::Browser(..) | Self::Home(..) => {
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

impl Try {
    const fn place(&self) -> Place {
        (self.name, self.source)
    }
}

impl Failed {
    fn wait(&self, pace: &Pace, late: u32, now: Mono) -> Option<Duration> {
        let over = self.times.checked_sub(pace.free)?;
        let wait = pace.first.saturating_mul(1 << over.min(16)).min(pace.longest);
        let wait = wait + wait * late / LATEST;
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
