//! Refusals that somebody outside can cause as often as they like: the first stands in the log at once, the others
//! are counted, and their number stands there when the window is over.
//!
//! So a flood costs two entries for each window, and nothing of it is kept silent: what a commit that failed did not
//! store is counted again, and what is still counted when the process ends in good order is written then.

use std::{collections::BTreeMap, time::Duration};

use audit::{Actor, Decision, Kind, Outcome, Subject};
use store::Store;
use vocab::{DeviceId, Label, Mono};

use super::{Fleet, Now};

/// One refusal that may come again and again. There are no more of them than devices, people and doors have codes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repeated {
    /// Which step of the house.
    pub kind: Kind,
    /// By whom.
    pub actor: Actor,
    /// About what.
    pub subject: Subject,
    /// The code of the refusal.
    pub code: String,
    /// Where, if that is not plain.
    pub place: Option<&'static str>,
}

/// What was refused and is not written down one by one.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    counted: BTreeMap<Repeated, Tally>,
    /// What the log was told since the last commit.
    told: Vec<Told>,
}

#[derive(Clone, Copy, Debug)]
struct Tally {
    over: Mono,
    more: u64,
}

/// One leaf of the log, not known to be stored, that stands for so many refusals.
#[derive(Clone, Debug)]
struct Told {
    leaf: u64,
    what: Repeated,
    times: u64,
}

impl Tallies {
    /// What the log was told is stored.
    pub(super) fn committed(&mut self) {
        self.told.clear();
    }

    /// The log was read again and has so many leaves: what it was told beyond them is counted as before.
    pub(super) fn reread(&mut self, leaves: u64, now: Mono) {
        for Told { what, times, .. } in self.told.drain(..).filter(|told| told.leaf >= leaves) {
            let tally = self.counted.entry(what).or_insert(Tally { over: now, more: 0 });
            tally.more = tally.more.saturating_add(times);
        }
    }
}

impl<S: Store> Fleet<S> {
    /// Refuses the same thing so many times more.
    pub(crate) fn refused_repeatedly(&mut self, what: Repeated, times: u64, window: Duration, now: Now) {
        if let Some(tally) = self.tallies.counted.get_mut(&what) {
            tally.more = tally.more.saturating_add(times);
            return;
        }
        let first = Tally { over: now.mono + window, more: times.saturating_sub(1) };
        self.tallies.counted.insert(what.clone(), first);
        let reason = what.place.map(str::to_owned);
        self.tell(what, 1, reason, now);
    }

    /// Refuses what a device says, or whoever has its key.
    pub(super) fn refused(&mut self, device: DeviceId, kind: Kind, code: &'static str, now: Now) {
        self.refused_at(device, None, kind, code, now);
    }

    /// The same, where it is not plain what it was.
    pub(super) fn refused_at(
        &mut self,
        device: DeviceId,
        place: Option<&'static str>,
        kind: Kind,
        code: &'static str,
        now: Now,
    ) {
        self.count_refusal(code);
        let (actor, subject) = (Actor::Device(device), Subject::Device(device));
        let what = Repeated { kind, actor, subject, code: code.into(), place };
        self.refused_repeatedly(what, 1, DEVICE_WINDOW, now);
    }

    /// Something that a device said was refused, for this reason; whether the log has it or not, it is counted.
    pub(super) fn count_refusal(&mut self, code: &'static str) {
        let times = self.refusals.entry(code).or_default();
        *times = times.saturating_add(1);
    }

    /// How often what a device said was refused since this process began, by the code of the reason.
    pub fn refusals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.refusals.iter().map(|(code, times)| (*code, *times))
    }

    /// Somebody was not let in at a door of this fleet, for this reason, so many times.
    pub fn turned_away(&mut self, door: &'static str, code: &'static str, times: u64, now: Now) {
        let (actor, subject) = (Actor::Fleet, Subject::Fleet);
        let what = Repeated { kind: Kind::Permit, actor, subject, code: code.into(), place: Some(door) };
        self.refused_repeatedly(what, times, DOOR_WINDOW, now);
    }

    /// Writes down what was counted in the windows that are over by then.
    pub(super) fn write_tallies(&mut self, until: Mono, now: Now) {
        let over: Vec<_> = self.tallies.counted.extract_if(.., |_, tally| tally.over <= until).collect();
        for (what, Tally { more, .. }) in over {
            if more > 0 {
                let place = what.place.map(|place| format!("{place}: ")).unwrap_or_default();
                self.tell(what, more, Some(format!("{place}{more} more since")), now);
            }
        }
    }

    fn tell(&mut self, what: Repeated, times: u64, reason: Option<String>, now: Now) {
        self.tallies.told.push(Told { leaf: self.ledger.size(), what: what.clone(), times });
        let Repeated { kind, actor, subject, code, .. } = what;
        let reason = reason.and_then(|reason| Label::new(&reason).ok());
        let outcome = Outcome::Refused(code);
        self.decide_because(Decision { kind, at: now.wall, actor, subject, inputs: vec![], outcome, reason });
    }
}

/// What is refused to a device is one entry for each reason, and one more for all others within so long.
const DEVICE_WINDOW: Duration = Duration::from_hours(1);

/// What is refused at a door is one entry for each reason, and one more for all others within so long.
const DOOR_WINDOW: Duration = Duration::from_mins(1);
