//! The road up, at the device: durable entries in the chain's order, kept until the fleet has them.
//!
//! Nothing is offered that is not durable, nothing is offered before the fleet said what it has, and nothing
//! overtakes. An alarm is fast because what waits before it is sent with it at once.

use alloc::{collections::VecDeque, vec::Vec};
use core::time::Duration;

use crypto::cbor;
use journal::{Branch, Cursor, Durable, Entry, Kind, Position, Run, run::ENTRIES_LIMIT};
use vocab::Mono;

use crate::{
    fault::Fault,
    frame::{LETTER_LIMIT, Up},
    pace::Pace,
    violation::Violation,
};

/// Most runs that wait for their acknowledgement.
pub const WINDOW: usize = 8;

/// Of these, how many may be bulk: the rest is room for alarms.
const BULK_WINDOW: usize = 4;

/// How long bulk waits for company.
const BATCH_WAIT: Duration = Duration::from_secs(1);

/// How many entries do not wait any longer.
const BATCH: u64 = 64;

/// Bytes of entries in one run, unless a single entry is longer.
pub const RUN_BYTES: usize = 48 * 1024;

/// How long the disk or the guard may take before it is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// Runs in a second, and at once: well below what a station takes for a flood.
const PER_SECOND: u32 = 25;
const BURST: u32 = 50;

/// How urgent an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Waits for company.
    Bulk,
    /// Leaves at once, with all before it.
    Alarm,
}

/// What the device's disk holds after a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The entries that follow, in order; none when the journal ends there.
    Entries(Vec<Durable<Entry>>),
    /// The position lies before what is kept.
    Trimmed,
    /// The journal has no entry of this boot, number and head.
    Unknown,
}

/// What the uplink wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The fleet has everything up to here.
    Acknowledged(Position),
    /// Append a branch entry, or find the one that says the same.
    Branch(Position),
    /// The fleet's backup has everything up to here.
    Covered(Cursor),
    /// Something is wrong on this side.
    Fault(Fault),
    /// Read entries.
    Fetch {
        /// Those after this; all if none.
        after: Option<Position>,
    },
    /// Send a run.
    Offer(Up),
    /// Sign a beat over a run's last position.
    Seal(Position),
}

/// The device's side of the road up.
pub struct Uplink {
    stage: Stage,
    /// The last entry that the fleet has.
    accepted: Option<Position>,
    /// The last entry offered in this session.
    sent: Option<Position>,
    /// Where the runs end that were offered and not acknowledged, and when they were offered.
    unanswered: VecDeque<(Position, Mono)>,
    /// The number of the last durable entry, as far as is known.
    end: u64,
    /// The number of the last alarm.
    alarm: u64,
    /// When what was not offered must go.
    due: Option<Mono>,
    /// What the branch entry says, until the run that holds it is acknowledged.
    leads: Option<Leads>,
    /// What the backup covers, as the station says.
    mark: Option<Cursor>,
    covered: Option<Cursor>,
    pace: Pace,
    /// When the disk or the guard was asked last.
    asked: Mono,
}

/// A branch that is under way.
#[derive(Clone, Copy)]
struct Leads {
    branch: Branch,
    /// Where the run ends that holds the entry, once it was offered.
    held_by: Option<u64>,
}

enum Stage {
    /// There is no session.
    Closed,
    /// Does the journal hold what the fleet has? It ended at this number when it was asked.
    Locating(u64),
    /// It does not: a branch entry must come first.
    Branching(Position),
    /// Something can be fetched.
    Ready,
    /// What follows is asked for; the journal ended at this number then.
    Fetching(u64),
    Sealing(Run),
    /// A fault keeps this session from offering anything.
    Stuck,
}

impl Uplink {
    /// Of a device whose journal ends here.
    pub fn new(end: Option<Position>) -> Self {
        Self {
            stage: Stage::Closed,
            accepted: None,
            sent: None,
            unanswered: VecDeque::new(),
            end: end.map_or(0, |end| end.seq),
            alarm: 0,
            due: None,
            leads: None,
            mark: None,
            covered: None,
            pace: Pace::new(PER_SECOND, BURST),
            asked: Mono(0),
        }
    }

    /// The station said what the fleet has, and what its backup covers.
    ///
    /// Whether that is known here is the disk's to say, so it is asked even when nothing is new.
    pub fn begin(&mut self, now: Mono, accepted: Option<Position>, mark: Option<Cursor>) -> Vec<Effect> {
        self.accepted = accepted;
        self.sent = accepted;
        self.mark = mark;
        self.due = Some(now);
        self.forget_branch();
        self.ask(now, Stage::Locating(self.end))
    }

    /// The session is over; what was not acknowledged will be offered again.
    pub fn end(&mut self) {
        self.stage = Stage::Closed;
        self.unanswered.clear();
        self.due = None;
    }

    /// An entry is durable.
    pub fn appended(&mut self, now: Mono, at: Position, lane: Lane) -> Vec<Effect> {
        self.end = at.seq;
        if lane == Lane::Alarm {
            self.alarm = at.seq;
        }
        self.due.get_or_insert(now + BATCH_WAIT);
        self.step(now)
    }

    /// The disk answered [`Effect::Fetch`].
    pub fn fetched(&mut self, now: Mono, after: Option<Position>, fetched: Fetched) -> Vec<Effect> {
        if after != self.sent {
            return Vec::new();
        }
        match (&self.stage, fetched) {
            (&Stage::Locating(end), Fetched::Entries(entries)) => {
                let mut effects: Vec<_> = self.accepted.map(Effect::Acknowledged).into_iter().collect();
                effects.extend(self.covered());
                effects.extend(self.offer(now, entries, end));
                effects
            }
            (Stage::Locating(_), Fetched::Trimmed) => self.stop(Fault::Trimmed(after)),
            (Stage::Locating(_), Fetched::Unknown) => match after {
                Some(resumes) => self.ask(now, Stage::Branching(resumes)),
                None => self.stop(Fault::Trimmed(None)),
            },
            (&Stage::Fetching(end), Fetched::Entries(entries)) => self.offer(now, entries, end),
            (Stage::Fetching(_), Fetched::Trimmed) if after.is_none() => self.stop(Fault::Trimmed(None)),
            // What is not acknowledged is never removed, and what was offered was durable.
            (Stage::Fetching(_), _) => self.stop(Fault::Disconnected(after.map_or(0, |at| at.seq))),
            _ => Vec::new(),
        }
    }

    /// The branch entry is durable; the entries after `after` lead to it.
    pub fn branched(&mut self, now: Mono, after: Option<Position>, branch: Branch) -> Vec<Effect> {
        if !matches!(self.stage, Stage::Branching(resumes) if resumes == branch.resumes) {
            return Vec::new();
        }
        self.sent = after;
        self.leads = Some(Leads { branch, held_by: None });
        self.fetch(now)
    }

    /// The guard signed [`Effect::Seal`].
    pub fn sealed(&mut self, now: Mono, at: Position, seal: Vec<u8>) -> Vec<Effect> {
        match core::mem::replace(&mut self.stage, Stage::Ready) {
            Stage::Sealing(run) if run.ends_at() == at => {
                if seal.len() > LETTER_LIMIT {
                    return self.stop(Fault::LetterTooLong(seal.len()));
                }
                let mut effects = Vec::from([self.sent(now, run, seal)]);
                effects.extend(self.step(now));
                effects
            }
            stage => {
                self.stage = stage;
                Vec::new()
            }
        }
    }

    /// The station acknowledged, or repeated itself.
    pub fn acknowledged(
        &mut self,
        now: Mono,
        accepted: Option<Position>,
        mark: Option<Cursor>,
    ) -> Result<Vec<Effect>, Violation> {
        let mut effects = Vec::new();
        if accepted != self.accepted {
            let at = self.unanswered.iter().position(|&(end, _)| Some(end) == accepted);
            let at = at.ok_or(Violation::UnknownAck)?;
            self.unanswered.drain(..=at);
            self.accepted = accepted;
            self.forget_branch();
            effects.extend(accepted.map(Effect::Acknowledged));
        }
        self.mark = mark;
        if !self.is_apart() {
            effects.extend(self.covered());
        }
        effects.extend(self.step(now));
        Ok(effects)
    }

    /// When to call [`step`](Self::step) again, if nothing else happens.
    pub fn deadline(&self) -> Option<Mono> {
        match self.stage {
            Stage::Closed | Stage::Stuck => return None,
            Stage::Ready if self.pending() == 0 || !self.has_room() => return None,
            Stage::Ready => {}
            _ => return Some(self.asked + ASK_AGAIN),
        }
        let due = if self.hurries() { Mono(0) } else { self.due? };
        Some(due.max(self.pace.next()))
    }

    /// Does what is due.
    pub fn step(&mut self, now: Mono) -> Vec<Effect> {
        if self.deadline().is_none_or(|due| due > now) {
            return Vec::new();
        }
        match core::mem::replace(&mut self.stage, Stage::Ready) {
            Stage::Ready => self.fetch(now),
            unanswered => self.ask(now, unanswered),
        }
    }

    /// When the run was offered that waits longest for its acknowledgement.
    pub fn waits_since(&self) -> Option<Mono> {
        self.unanswered.front().map(|(_, offered)| *offered)
    }

    /// How many runs wait for their acknowledgement; at most [`WINDOW`].
    pub fn unanswered(&self) -> usize {
        self.unanswered.len()
    }

    fn fetch(&mut self, now: Mono) -> Vec<Effect> {
        self.ask(now, Stage::Fetching(self.end))
    }

    /// Asks the disk or the guard what this stage waits for.
    fn ask(&mut self, now: Mono, stage: Stage) -> Vec<Effect> {
        let question = match &stage {
            Stage::Locating(_) | Stage::Fetching(_) => Some(Effect::Fetch { after: self.sent }),
            Stage::Branching(resumes) => Some(Effect::Branch(*resumes)),
            Stage::Sealing(run) => Some(Effect::Seal(run.ends_at())),
            Stage::Closed | Stage::Ready | Stage::Stuck => None,
        };
        self.asked = now;
        self.stage = stage;
        question.into_iter().collect()
    }

    fn stop(&mut self, fault: Fault) -> Vec<Effect> {
        self.stage = Stage::Stuck;
        [Effect::Fault(fault)].into()
    }

    /// Makes a run of what follows the last entry offered, and has it sealed.
    fn offer(&mut self, now: Mono, entries: Vec<Durable<Entry>>, asked: u64) -> Vec<Effect> {
        let entries = fitting(entries);
        let Some(first) = entries.first() else { return self.nothing_more(now, asked) };
        if let Some(sent) = self.sent.filter(|sent| sent.head != first.header().prev) {
            return self.stop(Fault::Disconnected(sent.seq));
        }
        match Run::new(entries) {
            Err(broken) => self.stop(Fault::BrokenJournal(broken)),
            Ok(run) => self.ask(now, Stage::Sealing(run)),
        }
    }

    /// The disk knows best where the journal ends, unless something was appended since it was asked.
    fn nothing_more(&mut self, now: Mono, asked: u64) -> Vec<Effect> {
        self.stage = Stage::Ready;
        if self.end == asked {
            self.end = self.sent.map_or(0, |sent| sent.seq);
            self.due = None;
        }
        self.step(now)
    }

    fn sent(&mut self, now: Mono, run: Run, seal: Vec<u8>) -> Effect {
        let at = run.ends_at();
        if let Some(leads) = &mut self.leads
            && holds(&run, &leads.branch)
        {
            leads.held_by = Some(at.seq);
        }
        let branch = self.leads.map(|leads| leads.branch);
        self.sent = Some(at);
        self.end = self.end.max(at.seq);
        self.unanswered.push_back((at, now));
        self.pace.take(now);
        if self.pending() == 0 {
            self.due = None;
        }
        Effect::Offer(Up::Run { run, seal, branch })
    }

    /// The fleet has the branch entry, so it needs no announcement any more.
    fn forget_branch(&mut self) {
        let accepted = self.accepted.map_or(0, |accepted| accepted.seq);
        self.leads = self.leads.filter(|leads| leads.held_by.is_none_or(|held_by| accepted < held_by));
    }

    /// Whether what the fleet has is not known to stand in our journal: its numbers may be those of other entries.
    fn is_apart(&self) -> bool {
        matches!(self.stage, Stage::Branching(_) | Stage::Closed | Stage::Locating(_)) || self.leads.is_some()
    }

    /// The mark covers only what the fleet has, and never falls back.
    fn covered(&mut self) -> Option<Effect> {
        let within = |mark: &Cursor| self.accepted.is_some_and(|accepted| mark.seq <= accepted.seq);
        let news = |mark: &Cursor| self.covered.is_none_or(|covered| mark.seq > covered.seq);
        let mark = self.mark.filter(|mark| within(mark) && news(mark))?;
        self.covered = Some(mark);
        Some(Effect::Covered(mark))
    }

    fn pending(&self) -> u64 {
        self.end.saturating_sub(self.sent.map_or(0, |sent| sent.seq))
    }

    fn hurries(&self) -> bool {
        self.pending() >= BATCH || self.alarmed()
    }

    fn alarmed(&self) -> bool {
        self.alarm > self.sent.map_or(0, |sent| sent.seq)
    }

    fn has_room(&self) -> bool {
        self.unanswered.len() < if self.alarmed() { WINDOW } else { BULK_WINDOW }
    }
}

/// Whether the branch entry itself is among these.
fn holds(run: &Run, branch: &Branch) -> bool {
    let says = cbor::encode(branch);
    run.entries().iter().any(|entry| entry.header().kind == Kind::Branch && entry.body() == says)
}

/// The first entries that fit one run; at least one.
fn fitting(entries: Vec<Durable<Entry>>) -> Vec<Entry> {
    let mut bytes = 0;
    let fits = |entry: &Entry| {
        let first = bytes == 0;
        bytes += entry.header_bytes().len() + entry.body().len();
        first || bytes <= RUN_BYTES
    };
    entries.into_iter().take(ENTRIES_LIMIT).map(Durable::into_inner).take_while(fits).collect()
}

#[cfg(test)]
mod tests;
