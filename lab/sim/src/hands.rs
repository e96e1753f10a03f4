//! Effectors that remember what they did, and that can fail in both ways.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use board::{Effectors, Finished, Vault};
use vocab::{Action, Outcome, ReceiptId};

use crate::{power::Power, vault::SimVault};

/// How one act goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HandFault {
    /// It is not done.
    Lost,
    /// It is done, and nobody can see it.
    Kept,
    /// The hand never comes back.
    Stuck,
}

/// What a board can do, and what it has done.
#[derive(Clone)]
pub struct SimHands {
    body: Rc<RefCell<Body>>,
    vault: SimVault,
    power: Power,
}

#[derive(Default)]
struct Body {
    in_force: BTreeSet<Action>,
    keys_dropped: u32,
    acts: Vec<(Action, Outcome)>,
    faults: BTreeMap<Action, HandFault>,
    /// Which acts take their time, and those that do.
    busy: Option<fn(&Action) -> bool>,
    coming: Vec<Finished>,
    back: Vec<Finished>,
    undone: Vec<Action>,
}

impl SimHands {
    /// Hands that can do everything, over this board's vault.
    pub fn new(vault: &SimVault) -> Self {
        Self { body: Rc::default(), vault: vault.clone(), power: Power::default() }
    }

    /// The same hands, moved by the power of a box.
    #[must_use]
    pub fn powered(self, power: Power) -> Self {
        Self { power, ..self }
    }

    /// From now on this act goes wrong so; none heals it.
    pub fn fault(&self, action: Action, fault: Option<HandFault>) {
        let faults = &mut self.body.borrow_mut().faults;
        match fault {
            Some(fault) => drop(faults.insert(action, fault)),
            None => drop(faults.remove(&action)),
        }
    }

    /// From now on these acts go on until [`come_back`](Self::come_back).
    pub fn take_time(&self, over: fn(&Action) -> bool) {
        self.body.borrow_mut().busy = Some(over);
    }

    /// Whatever went on is over.
    pub fn come_back(&self) {
        let mut body = self.body.borrow_mut();
        let coming = std::mem::take(&mut body.coming);
        body.back.extend(coming);
    }

    /// Somebody at the machine undoes it.
    pub fn undo(&self, action: &Action) {
        let mut body = self.body.borrow_mut();
        if body.in_force.remove(action) {
            body.undone.push(action.clone());
        }
    }

    /// Every act asked of these hands, in order, with what they answered.
    pub fn acts(&self) -> Vec<(Action, Outcome)> {
        self.body.borrow().acts.clone()
    }

    /// Whether this act is in force: done, and not undone since.
    pub fn in_force(&self, action: &Action) -> bool {
        self.body.borrow().in_force.contains(action)
    }

    /// How often keys in memory were lost, by an act or with the power.
    pub fn keys_dropped(&self) -> u32 {
        self.body.borrow().keys_dropped
    }

    /// A new boot: what was in memory is gone, and only what is destroyed stays so.
    pub fn boot(&self) {
        let mut body = self.body.borrow_mut();
        body.keys_dropped += 1;
        body.in_force.retain(|action| *action == Action::Wipe);
        (body.coming, body.back, body.undone) = (vec![], vec![], vec![]);
    }

    fn really_do(&mut self, action: &Action) -> bool {
        let mut body = self.body.borrow_mut();
        match action {
            Action::LatchVault => return self.vault.latch().is_ok(),
            Action::RearmVault => return self.vault.rearm().is_ok(),
            Action::DropKeys => body.keys_dropped += 1,
            Action::Rejoin | Action::StartUnit(_) | Action::UnlockUsb => {
                body.in_force.retain(|done| done.inverse().as_ref() != Some(action));
            }
            Action::Isolate | Action::LockUsb | Action::PowerOff | Action::StopUnit(_) | Action::Wipe => {
                body.in_force.insert(action.clone());
            }
        }
        true
    }
}

impl Effectors for SimHands {
    fn act(&mut self, id: ReceiptId, action: &Action) -> Option<Outcome> {
        if !self.power.spend() {
            return Some(Outcome::TimedOut);
        }
        let fault = self.body.borrow().faults.get(action).copied();
        let outcome = match fault {
            Some(HandFault::Stuck) => Outcome::TimedOut,
            Some(HandFault::Kept) => {
                self.really_do(action);
                Outcome::Unverified
            }
            None if self.really_do(action) => Outcome::Done,
            Some(HandFault::Lost) | None => Outcome::Failed,
        };
        let mut body = self.body.borrow_mut();
        body.acts.push((action.clone(), outcome.clone()));
        if body.busy.is_none_or(|busy| !busy(action)) {
            return Some(outcome);
        }
        body.coming.push(Finished { id, action: action.clone(), outcome });
        None
    }

    fn finished(&mut self) -> Vec<Finished> {
        std::mem::take(&mut self.body.borrow_mut().back)
    }

    fn undone(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.body.borrow_mut().undone)
    }
}
