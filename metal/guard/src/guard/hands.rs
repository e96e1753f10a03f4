//! From an intention to its receipt.

use alloc::vec::Vec;

use journal::{Durable, Entry};
use vocab::{Action, Cause, InterlockRule, Mono, Outcome, Posture, Receipt, ReceiptId, Severity, TamperKind};
use wire::v1::{
    Body,
    body::{Change, Gap, GapReason},
};

use super::Guard;
use crate::{
    acts::{DURABLE_WITHIN, Waiting},
    effect::{Effect, Lane},
    lease, posture,
};

impl Guard {
    /// Entries are durable: acts that waited for them are done.
    pub(super) fn durable(&mut self, now: Mono, entries: &[Durable<Entry>]) {
        let Some(last) = entries.last() else { return };
        let before = self.record.is_summed();
        self.record.harden(last.position());
        self.disk_stuck = false;
        self.act(now);
        if self.record.is_summed() && !before {
            self.summed(now);
        }
    }

    /// Does what is durable, and what has waited long enough.
    pub(super) fn act(&mut self, now: Mono) {
        let waiting = core::mem::take(&mut self.acts.waiting);
        let (ready, rest): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|act| act.by <= now || self.record.is_durable(act.seq));
        self.acts.waiting = rest;
        for act in ready {
            if !self.record.is_durable(act.seq) {
                self.say_stuck(now);
            }
            self.do_now(now, act.id, act.action, act.cause);
        }
    }

    /// Looks at the interlocks one last time, and does it.
    pub(crate) fn do_now(&mut self, now: Mono, id: ReceiptId, action: Action, cause: Cause) {
        if self.is_blind() && !harmless(&action) {
            self.receipt(now, id, action.clone(), cause, Outcome::Failed);
            return self.acts.hold_back(action);
        }
        let silent = self.tuning.silence.sensor_after;
        if let Some(rule) = self.interlocks.forbids(&action, self.rules(), now, silent) {
            let (condition, instead) = (rule.condition, rule.instead.clone());
            self.receipt(now, id, action.clone(), cause, Outcome::Withheld(condition));
            self.acts.withhold(action, condition);
            if let Some(instead) = instead {
                self.intend(now, instead, cause);
            }
            return;
        }
        self.acts.begin(id, action.clone(), cause, now);
        self.out.push(Effect::Act { id, action });
    }

    /// Appends the intention; the act follows when that is durable.
    pub(crate) fn intend(&mut self, now: Mono, action: Action, cause: Cause) {
        if !self.acts.is_coming(&action) {
            self.intend_order(now, action, cause);
        }
    }

    /// The same, even where another is on its way: an order has a receipt of its own.
    pub(super) fn intend_order(&mut self, now: Mono, action: Action, cause: Cause) {
        let id = self.draw.receipt(self.time(now).wall);
        let seq = self.receipt(now, id, action.clone(), cause, Outcome::Intended);
        self.acts.waiting.push(Waiting { id, action, cause, seq, by: now + DURABLE_WITHIN });
    }

    /// A hand came back.
    pub(super) fn acted(&mut self, now: Mono, id: ReceiptId, outcome: Outcome) {
        let held = &self.record.memory.standing.held;
        let Some(act) = self.acts.end(id, &outcome, held, now) else { return };
        self.receipt(now, id, act.action, act.cause, outcome);
        self.draw_in(now);
        self.enforce(now);
    }

    /// Somebody else undid what the device holds in force: told, and done again as soon as it is enforced.
    pub(super) fn undone(&mut self, now: Mono, action: &Action) {
        if self.acts.lose(action) {
            self.notice_own(now, TamperKind::RecordDamaged, Severity::Medium);
        }
    }

    /// Hands that did not come back, and acts that are to be tried again.
    pub(super) fn overdue(&mut self, now: Mono) {
        for id in self.acts.overdue(now) {
            self.acted(now, id, Outcome::TimedOut);
        }
        for (action, cause) in self.acts.again(now) {
            self.intend(now, action, cause);
        }
    }

    /// Draws in further if latches, lease or fleet ask for it. It never loosens: that is for an adopted state.
    pub(crate) fn draw_in(&mut self, now: Mono) {
        let due = self.due_posture(now).stricter(self.posture());
        if due != self.posture() {
            self.say(now, Body::Change(Change::Posture(due)));
        }
    }

    /// Brings into force what posture, latches and orders demand, and undoes what nothing demands any more.
    pub(crate) fn enforce(&mut self, now: Mono) {
        let standing = &self.record.memory.standing;
        let demanded = posture::demanded(standing.posture, standing);
        // What is in force on a device that obeys nobody yet is somebody else's story: it stays.
        let known = standing.obeyed.is_some();
        self.acts.forget(&demanded);
        let steps = posture::steps(&demanded, &self.acts.settled());
        for action in steps.into_iter().chain(self.acts.doubts(&standing.held, &demanded)) {
            let undoes = matches!(action, Action::RearmVault | Action::Rejoin);
            if self.acts.may_try(&action) && (known || !undoes) {
                let cause = self.cause(now, &action);
                self.intend(now, action, cause);
            }
        }
    }

    /// The posture that latches, lease and fleet add up to now.
    pub(super) fn due_posture(&self, now: Mono) -> Posture {
        let memory = &self.record.memory;
        let Some(state) = &self.state else { return memory.latched() };
        let (wall, powered) = (self.time(now).wall, memory.powered(now));
        let lease = lease::posture(state.lease.as_ref(), memory.standing.lease.as_ref(), wall, powered);
        memory.latched().stricter(state.posture).stricter(lease)
    }

    /// Why an act is in force: the latch that demands it, else the state or the lease.
    fn cause(&self, now: Mono, action: &Action) -> Cause {
        let standing = &self.record.memory.standing;
        let demands = |latch: &&wire::v1::standing::Latch| {
            latch.holds.contains(action) || posture::acts(latch.posture).contains(action)
        };
        if let Some(latch) = standing.latches.iter().find(demands) {
            return Cause::Reflex(latch.event);
        }
        let target = self.state.as_ref().map_or(Posture::Normal, |state| state.posture);
        let leased =
            posture::acts(self.due_posture(now)).contains(action) && !posture::acts(target).contains(action);
        if leased { Cause::Lease } else { Cause::State(self.obeys().generation) }
    }

    /// One line of the record of an act; its number.
    pub(crate) fn receipt(
        &mut self,
        now: Mono,
        id: ReceiptId,
        action: Action,
        cause: Cause,
        outcome: Outcome,
    ) -> u64 {
        let at = self.time(now);
        let receipt = Receipt { id, at, action, cause, outcome };
        self.record.append(at, Body::Receipt(receipt), Lane::Alarm, &mut self.out)
    }

    /// The disk did not answer in time: said once, until it does.
    fn say_stuck(&mut self, now: Mono) {
        if self.disk_stuck || !self.record.writes() {
            return;
        }
        self.disk_stuck = true;
        let gap = Gap { reason: GapReason::DiskStuck, records: 0 };
        let at = self.time(now);
        self.record.append(at, Body::Gap(gap), Lane::Alarm, &mut self.out);
    }

    /// The letter of the state obeyed is lost, and its interlock table with it.
    const fn is_blind(&self) -> bool {
        self.state.is_none() && self.record.memory.standing.obeyed.is_some()
    }

    pub(crate) fn rules(&self) -> &[InterlockRule] {
        self.state.as_ref().map_or(&[], |state| &state.interlocks)
    }

    /// An interlock has cleared: what it withheld is tried again.
    pub(super) fn cleared(&mut self, now: Mono, condition: vocab::Interlock) {
        self.acts.allow(condition);
        self.enforce(now);
    }

    /// What the guard itself notices has a kind, and no sensor.
    pub(crate) fn notice_own(&mut self, now: Mono, kind: TamperKind, hint: vocab::Severity) {
        let finding = super::senses::own(kind, hint, now);
        self.notice(now, &finding);
    }
}

/// Acts that move nothing but bits.
const fn harmless(action: &Action) -> bool {
    matches!(
        action,
        Action::DropKeys | Action::Isolate | Action::LatchVault | Action::LockUsb | Action::RearmVault
    )
}
