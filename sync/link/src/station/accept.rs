//! Whether entries follow what the fleet has.

use journal::{Branch, Head, Header, Kind, Position, Run};
use vocab::DeviceId;

use crate::violation::Violation;

/// What the next run of a session must stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    genesis: Head,
    announced: Option<Position>,
    last: Option<Position>,
    offers: Offers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offers {
    None,
    Some,
}

impl Tail {
    /// What the welcome announced.
    pub fn new(device: &DeviceId, announced: Option<Position>) -> Self {
        Self { genesis: Head::genesis(device), announced, last: announced, offers: Offers::None }
    }

    /// Accepts a run that follows, or that begins a branch from what was announced, which only a session's first
    /// run may do. Whether a branch is honest is for ingest to say; here it must be claimed.
    pub fn accept(&mut self, run: &Run, branch: Option<&Branch>) -> Result<(), Violation> {
        let first = run.entries()[0].header();
        if run.stands_on() == self.last.map_or(self.genesis, |last| last.head) {
            self.follows(first)?;
        } else {
            self.branches(first, branch)?;
        }
        self.last = Some(run.ends_at());
        self.offers = Offers::Some;
        Ok(())
    }

    /// A head binds the number before it, so a number that does not follow is the device's own mistake.
    fn follows(&self, first: &Header) -> Result<(), Violation> {
        let number = first.seq == self.number().saturating_add(1);
        let boot = first.kind == Kind::Boot || self.last.is_some_and(|last| last.boot == first.boot);
        if number && boot { Ok(()) } else { Err(Violation::Number(first.seq)) }
    }

    fn branches(&self, first: &Header, branch: Option<&Branch>) -> Result<(), Violation> {
        match branch {
            Some(branch) if self.offers == Offers::None && self.announced.is_some() => {
                if Some(branch.resumes) != self.announced {
                    return Err(Violation::BranchElsewhere);
                }
                // It may begin with what the fleet has too, but not after what was lost.
                if first.seq > branch.lost_from { Err(Violation::Astray) } else { Ok(()) }
            }
            _ if first.seq <= self.number() => Err(Violation::Replayed),
            _ => Err(Violation::Astray),
        }
    }

    fn number(&self) -> u64 {
        self.last.map_or(0, |last| last.seq)
    }
}
