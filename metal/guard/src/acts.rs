//! Acts on their way: intended, durable, done. Nothing is done before its intention was appended, and nothing
//! waits for a stuck disk longer than fifty milliseconds.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::time::Duration;

use vocab::{Action, Cause, Interlock, Mono, Outcome, ReceiptId};

use crate::respond;

/// So long an act waits for its intention to be durable.
pub(crate) const DURABLE_WITHIN: Duration = Duration::from_millis(50);

/// What the hand may take beyond the act's own limit before we say that it did not come back.
const GRACE: Duration = Duration::from_secs(1);

/// An act that failed is tried again after so long, then after twice that, and so on up to the last.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_mins(5);

/// What neither stays in force nor undoes what does is tried so often.
const TRIES: u32 = 5;

/// Every act that is not finished, and what is surely in force. What else may be stands in the journal
/// ([`wire::v1::Standing::held`]): what failed or timed out, or whose end did.
#[derive(Debug, Default)]
pub(crate) struct Acts {
    pub(crate) waiting: Vec<Waiting>,
    acting: Vec<Acting>,
    in_force: BTreeSet<Action>,
    held_up: BTreeMap<Action, HeldUp>,
}

/// An act whose intention is appended and not yet durable.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) id: ReceiptId,
    pub(crate) action: Action,
    pub(crate) cause: Cause,
    /// The entry of the intention.
    pub(crate) seq: u64,
    /// The act is done by then, durable or not.
    pub(crate) by: Mono,
}

/// An act that a hand is doing.
#[derive(Clone, Debug)]
pub(crate) struct Acting {
    pub(crate) id: ReceiptId,
    pub(crate) action: Action,
    pub(crate) cause: Cause,
    by: Mono,
}

/// Why an act that is demanded is not in force.
#[derive(Clone, Copy, Debug)]
enum HeldUp {
    /// Nobody knows which interlocks forbid it: the table is lost.
    Blind,
    /// It failed: again at that moment, and how often so far.
    Failed { cause: Cause, again: Mono, wait: Duration, tries: u32 },
    /// The platform cannot do it.
    Unsupported,
    /// An interlock forbids it.
    Withheld { by: Interlock },
}

impl Acts {
    /// At boot: what volatile acts had put in force is gone with the power.
    pub(crate) fn new(in_force: BTreeSet<Action>) -> Self {
        Self { in_force, ..Self::default() }
    }

    /// What is in force, or will be when the hands have come back.
    pub(crate) fn settled(&self) -> BTreeSet<Action> {
        let mut settled = self.in_force.clone();
        let coming =
            self.waiting.iter().map(|act| &act.action).chain(self.acting.iter().map(|act| &act.action));
        for action in coming {
            put(&mut settled, action);
        }
        settled
    }

    /// Whether it is on its way.
    pub(crate) fn is_coming(&self, action: &Action) -> bool {
        self.waiting.iter().any(|act| act.action == *action)
            || self.acting.iter().any(|act| act.action == *action)
    }

    /// Whether there is any use in trying now what is demanded.
    pub(crate) fn may_try(&self, action: &Action) -> bool {
        !self.held_up.contains_key(action)
    }

    /// A hand begins.
    pub(crate) fn begin(&mut self, id: ReceiptId, action: Action, cause: Cause, now: Mono) {
        let by = now + action.limit() + GRACE;
        self.acting.push(Acting { id, action, cause, by });
    }

    /// A hand came back, or did not; what it was doing, unless nobody knows of it. `held` is what may be in force by
    /// then.
    pub(crate) fn end(
        &mut self,
        id: ReceiptId,
        outcome: &Outcome,
        held: &[Action],
        now: Mono,
    ) -> Option<Acting> {
        let at = self.acting.iter().position(|act| act.id == id)?;
        let act = self.acting.remove(at);
        match outcome {
            Outcome::Done | Outcome::Unverified => {
                put(&mut self.in_force, &act.action);
                self.held_up.remove(&act.action);
            }
            Outcome::Failed | Outcome::TimedOut => {
                self.doubt(&act.action);
                self.failed(&act, held, now);
            }
            Outcome::Unsupported => {
                self.doubt(&act.action);
                self.held_up.insert(act.action.clone(), HeldUp::Unsupported);
            }
            Outcome::Intended | Outcome::LogOnly | Outcome::Withheld(_) => {}
        }
        Some(act)
    }

    /// Somebody else undid it; true if nobody of ours was about to.
    pub(crate) fn lose(&mut self, action: &Action) -> bool {
        let ours = action.inverse().is_some_and(|inverse| self.is_coming(&inverse));
        self.in_force.remove(action) && !ours
    }

    /// What undoes acts that may be in force and that nothing demands.
    pub(crate) fn doubts(&self, held: &[Action], demanded: &BTreeSet<Action>) -> Vec<Action> {
        let idle = held.iter().filter(|action| !demanded.contains(*action));
        idle.filter_map(Action::inverse).filter(|inverse| !self.is_coming(inverse)).collect()
    }

    /// An interlock forbids it for now.
    pub(crate) fn withhold(&mut self, action: Action, by: Interlock) {
        self.held_up.insert(action, HeldUp::Withheld { by });
    }

    /// It is not done while nobody knows which interlocks forbid it.
    pub(crate) fn hold_back(&mut self, action: Action) {
        self.held_up.insert(action, HeldUp::Blind);
    }

    /// The interlock table is known again.
    pub(crate) fn see(&mut self) {
        self.held_up.retain(|_, why| !matches!(why, HeldUp::Blind));
    }

    /// An interlock is clear: what it forbade may be tried.
    pub(crate) fn allow(&mut self, condition: Interlock) {
        self.held_up.retain(|_, why| !matches!(why, HeldUp::Withheld { by } if *by == condition));
    }

    /// Something else is demanded now: what nothing demands any more is not tried again, nor what would undo it.
    pub(crate) fn forget(&mut self, demanded: &BTreeSet<Action>) {
        self.held_up.retain(|action, _| {
            let undoes = demanded.iter().any(|held| action.undoes(held));
            demanded.contains(action) || (!respond::holds(action) && !undoes)
        });
    }

    /// Hands that did not come back in time.
    pub(crate) fn overdue(&self, now: Mono) -> Vec<ReceiptId> {
        self.acting.iter().filter(|act| act.by <= now).map(|act| act.id).collect()
    }

    /// Acts that failed and are to be tried again now.
    pub(crate) fn again(&mut self, now: Mono) -> Vec<(Action, Cause)> {
        let mut due = Vec::new();
        for (action, why) in &mut self.held_up {
            if let HeldUp::Failed { cause, again, wait, tries } = why
                && *again <= now
            {
                *wait = (*wait * 2).min(LAST_RETRY);
                *again = now + *wait;
                *tries += 1;
                due.push((action.clone(), *cause));
            }
        }
        due
    }

    /// When something is due.
    pub(crate) fn deadline(&self) -> Option<Mono> {
        let waiting = self.waiting.iter().map(|act| act.by);
        let acting = self.acting.iter().map(|act| act.by);
        let again = self.held_up.values().filter_map(|why| match why {
            HeldUp::Failed { again, .. } => Some(*again),
            HeldUp::Blind | HeldUp::Unsupported | HeldUp::Withheld { .. } => None,
        });
        waiting.chain(acting).chain(again).min()
    }

    /// Nobody knows whether what it was to undo still holds.
    fn doubt(&mut self, action: &Action) {
        self.in_force.retain(|held| !action.undoes(held));
    }

    fn failed(&mut self, act: &Acting, held: &[Action], now: Mono) {
        let (wait, tries) = match self.held_up.get(&act.action) {
            Some(HeldUp::Failed { wait, tries, .. }) => (*wait, *tries),
            _ => (FIRST_RETRY, 0),
        };
        let wanted = respond::holds(&act.action) || held.iter().any(|held| act.action.undoes(held));
        if !wanted && tries >= TRIES {
            self.held_up.remove(&act.action);
            return;
        }
        let why = HeldUp::Failed { cause: act.cause, again: now + wait, wait, tries };
        self.held_up.insert(act.action.clone(), why);
    }
}

/// Puts an act in force, or takes out of force what it undoes.
fn put(in_force: &mut BTreeSet<Action>, action: &Action) {
    in_force.retain(|held| !action.undoes(held));
    if respond::holds(action) {
        in_force.insert(action.clone());
    }
}

#[cfg(test)]
mod tests;
