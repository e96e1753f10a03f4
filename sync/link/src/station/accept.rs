//! Whether entries follow what the fleet has.

use journal::{Branch, Head, Kind, Position, Run};
use vocab::DeviceId;

use super::Standing;
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
    pub fn accept(&mut self, run: &Run, branch: Option<&Branch>) -> Result<Standing, Violation> {
        let standing = self.standing(run, branch)?;
        self.last = Some(run.ends_at());
        self.offers = Offers::Some;
        Ok(standing)
    }

    fn standing(&self, run: &Run, branch: Option<&Branch>) -> Result<Standing, Violation> {
        let first = run.entries()[0].header();
        let seq = self.last.map_or(0, |last| last.seq);
        if run.stands_on() == self.last.map_or(self.genesis, |last| last.head) {
            // A head binds the number before it, so this number is the device's own mistake.
            let follows = first.seq == seq.saturating_add(1);
            let begins = first.kind == Kind::Boot || self.last.is_some_and(|last| last.boot == first.boot);
            return if follows && begins { Ok(Standing::Continues) } else { Err(Violation::Number(first.seq)) };
        }
        match branch {
            Some(branch) if self.offers == Offers::None && self.announced.is_some() => {
                if Some(branch.resumes) == self.announced {
                    Ok(Standing::Branches(*branch))
                } else {
                    Err(Violation::BranchElsewhere)
                }
            }
            _ if first.seq <= seq => Err(Violation::Replayed),
            _ => Err(Violation::Astray),
        }
    }
}
