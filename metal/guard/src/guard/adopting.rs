//! Adopts a state: kept, appended, then obeyed, in that order.

use alloc::vec::Vec;

use crypto::signed::Verified;
use vocab::{Arming, Cause, Mono, Posture, Severity, TamperKind, tuning::Tuning};
use wire::v1::{
    Body, DeviceState, OrderKind,
    body::{Adoption, Change, Direction, Seen},
};

use super::Guard;
use crate::{
    adopt::Adoptable,
    boot,
    effect::{Effect, Kept, Lane},
    fuse::Evidence,
    severity::on_guard,
};

impl Guard {
    /// Obeys a verified state from here on.
    pub(super) fn adopt(&mut self, now: Mono, state: Verified<DeviceState>, judged: &Adoptable) {
        let (generation, before) = (state.generation, self.posture());
        let what = Kept::State(generation);
        // Its letter is durable before any entry says that it is obeyed; the one before is kept until then.
        self.out.push(Effect::Keep { what, bytes: state.signed().bytes().to_vec() });
        // What it orders stands before the entry that says it is obeyed: after a cut between the two the fleet
        // sends it again, and each order is known by then.
        if let (Direction::Relaxes, Some(seen)) = (judged.direction, judged.seen) {
            self.proved(now, &state, seen);
        }
        self.obey_orders(now, judged);
        self.adopted_at = self.say(now, adopted(&state, judged.direction));
        if let (Direction::Tightens, Some(seen)) = (judged.direction, judged.seen) {
            self.proved(now, &state, seen);
        }
        if on_guard(state.arming) && !on_guard(self.arming()) {
            self.warn_now(now);
        }
        self.owes = judged.seen.is_none().then(|| now + state.tuning.trial.proof);
        self.candidate = None;
        self.proof = None;
        self.take(now, state);
        if judged.direction == Direction::Relaxes {
            self.loosen(now);
        }
        self.draw_in(now);
        self.enforce(now);
        self.out.push(Effect::Obeys(self.obeys()));
        if before >= Posture::Sealed {
            boot::open(self);
        }
    }

    /// Takes the posture that an adopted state leaves, exactly: nothing else loosens. It is said even where it is
    /// the same, so that a boot knows that it was taken.
    pub(crate) fn loosen(&mut self, now: Mono) {
        let due = self.due_posture(now);
        self.say(now, Body::Change(Change::Posture(due)));
    }

    /// The same state again: answered, and taken back in where its letter was lost.
    pub(super) fn adopt_again(&mut self, now: Mono, state: Verified<DeviceState>) {
        if self.state.is_none() {
            let what = Kept::State(state.generation);
            self.out.push(Effect::Keep { what, bytes: state.signed().bytes().to_vec() });
            self.take(now, state);
            self.draw_in(now);
            self.enforce(now);
        }
        self.out.push(Effect::Obeys(self.obeys()));
    }

    /// A proof is still owed from an earlier boot.
    pub(crate) fn owe_again(&mut self, now: Mono) {
        let obeys = self.obeys();
        self.owes = (obeys.proved < obeys.generation).then(|| now + self.tuning.trial.proof);
    }

    /// The proof did not come: only somebody who signs behind the fleet's back owes it for ever.
    pub(super) fn owed(&mut self, now: Mono) {
        if self.owes.take_if(|due| *due <= now).is_some() {
            self.notice_own(now, TamperKind::StateForged, Severity::Medium);
        }
    }

    /// Files of other states are of no more use, once the journal surely says which one is obeyed.
    pub(super) fn tidy_states(&mut self) {
        if !self.record.is_durable(self.adopted_at) {
            return;
        }
        let obeyed = Kept::State(self.obeys().generation);
        for old in self.states.extract_if(.., |kept| *kept != obeyed) {
            self.out.push(Effect::Forget(old));
        }
    }

    fn obey_orders(&mut self, now: Mono, judged: &Adoptable) {
        for order in &judged.acknowledgements {
            let OrderKind::Acknowledge(event) = order.kind else { continue };
            let Some(latch) = self.latches().iter().find(|latch| latch.event == event) else { continue };
            let change = Change::Acknowledged { zone: latch.zone.clone(), event, order: order.id };
            self.say(now, Body::Change(change));
        }
        for order in &judged.releases {
            let OrderKind::ReleaseLatch { event, .. } = order.kind else { continue };
            self.release(now, event, Some(order.id));
        }
        for order in &judged.runs {
            if let OrderKind::Run(action) = &order.kind {
                self.intend_order(now, action.clone(), Cause::Order(order.id));
            }
        }
    }

    /// One event no longer latches its zone.
    pub(super) fn release(&mut self, now: Mono, event: vocab::EventId, order: Option<vocab::OrderId>) {
        let (gone, rest): (Vec<_>, Vec<_>) =
            self.latches().iter().cloned().partition(|latch| latch.event == event);
        let Some(zone) = gone.into_iter().next().map(|latch| latch.zone) else { return };
        let states = rest.iter().filter(|latch| latch.zone == zone).map(|latch| latch.state);
        let state = states.max().unwrap_or(vocab::TamperState::Normal);
        self.storm.forget(event);
        self.entering.retain(|(entering, _)| *entering != event);
        self.say(now, Body::Change(Change::Released { zone, event, order, state }));
    }

    /// Puts a state's tables in place of the old ones.
    fn take(&mut self, now: Mono, state: Verified<DeviceState>) {
        let new = state.tuning != self.tuning || state.reflexes != self.reflexes;
        self.tuning.clone_from(&state.tuning);
        self.reflexes.clone_from(&state.reflexes);
        self.bank.retune(&self.tuning);
        self.states.push(Kept::State(state.generation));
        self.state = Some(state);
        self.acts.see();
        if new {
            self.soak(now);
        }
        self.say_arming(now);
    }

    /// What is new is on trial.
    fn soak(&mut self, now: Mono) {
        let Tuning { trial, .. } = &self.tuning;
        let soak = trial.soak.duration();
        if !soak.is_zero() {
            let until = self.time(now).wall + soak;
            self.say(now, Body::Change(Change::Soaking(until)));
        }
    }

    /// The trial is over when every sensor that can trip has tripped, or when its time is.
    pub(super) fn soaked(&mut self, now: Mono) {
        let Some(soak) = &self.record.memory.standing.soak else { return };
        let mut tripping = self.sensors.iter().filter(|sensor| sensor.channel != vocab::Channel::Interlock);
        let all = !self.sensors.is_empty() && tripping.all(|sensor| soak.tripped.contains(&sensor.name));
        if all || self.time(now).wall >= soak.until {
            self.say(now, Body::Change(Change::Soaked));
        }
    }

    /// Says what the device expects of the people around it, when that has changed.
    pub(crate) fn say_arming(&mut self, now: Mono) {
        let (before, arming) = (self.arming_said, self.arming());
        if before == arming {
            return;
        }
        self.arming_said = arming;
        self.say(now, Body::Change(Change::Arming(arming)));
        self.armed_since = (arming == Arming::Armed).then_some(now);
        if on_guard(arming) && !on_guard(before) {
            // What people did to it while nobody was on guard verifies nothing from here on.
            self.evidence = Evidence::default();
            // Whatever stands open when the last person has left was left open.
            self.look_round = Some(now + self.tuning.passage.exit);
        }
    }

    /// The exit delay is over.
    pub(super) fn look_round(&mut self, now: Mono) {
        if self.look_round.take_if(|due| *due <= now).is_some() {
            self.notice_present(now, None);
        }
    }

    fn proved(&mut self, now: Mono, state: &DeviceState, checkpoint: Seen) {
        self.say(now, Body::Adopted(Adoption::Proved { generation: state.generation, checkpoint }));
    }

    /// Appends one entry in the alarm lane.
    pub(super) fn say(&mut self, now: Mono, body: Body) -> u64 {
        let at = self.time(now);
        self.record.append(at, body, Lane::Alarm, &mut self.out)
    }
}

fn adopted(state: &Verified<DeviceState>, direction: Direction) -> Body {
    let version = |letter: Option<u64>| letter.unwrap_or_default();
    Body::Adopted(Adoption::Adopted {
        generation: state.generation,
        state: state.digest(),
        direction,
        roster: version(state.roster.claimed().ok().map(|roster| roster.version)),
        keyset: version(state.keyset.claimed().ok().map(|keyset| keyset.version)),
    })
}
