//! What the passing of time brings, and when the next of it is due.

use core::time::Duration;

use vocab::Mono;
use wire::v1::Body;

use super::Guard;
use crate::{
    effect::{Effect, Kept},
    lease, work,
};

/// A device that has nothing to say says what time it is so often, so that a power cut takes away no more.
const SAID: Duration = Duration::from_hours(1);

impl Guard {
    /// Everything that is due by now.
    pub(crate) fn elapse(&mut self, now: Mono) {
        self.sign_again(now);
        self.act(now);
        self.overdue(now);
        self.reconcile(now);
        self.warn(now);
        self.enter(now);
        self.look_round(now);
        self.work_is_over(now);
        self.owed(now);
        self.soaked(now);
        self.draw_in(now);
        self.enforce(now);
        self.storm_is_over(now);
        self.write_down(now);
        self.attest();
        self.tidy_states();
    }

    /// When to be called again at the latest: give what the sensors said by then, or a tick.
    pub fn deadline(&self) -> Option<Mono> {
        let memory = &self.record.memory;
        let (now, powered) = (self.heard, memory.powered(self.heard));
        let at = self.time(now);
        let within = self.tuning.fusion.repeat_after;
        let lease =
            self.state.as_ref().and_then(|state| state.lease.as_ref()).and_then(|lease| {
                lease::deadline(lease, memory.standing.lease.as_ref(), now, at.wall, powered)
            });
        let soak = memory.standing.soak.as_ref().map(|soak| now + soak.until.since(at.wall));
        let due = [
            self.sign_again,
            self.acts.deadline(),
            self.reconciling.as_ref().map(crate::boot::Reconciling::deadline),
            self.warnings.values().map(|(then, _)| *then).min(),
            self.entering.iter().map(|(_, then)| *then).min(),
            self.look_round,
            memory.open_work().map(|work| now + work::left(work, at, powered)),
            self.owes,
            soak,
            lease,
            self.storm.deadline(within),
            self.recorder.deadline(),
            self.glimpse.deadline(),
            self.bank.deadline(),
            Some(self.said_at + SAID),
        ];
        due.into_iter().flatten().min()
    }

    /// Entry delays that are over: nobody came with a work order.
    fn enter(&mut self, now: Mono) {
        let (over, waiting) = self.entering.iter().partition(|(_, then)| *then <= now);
        self.entering = waiting;
        let over: alloc::vec::Vec<_> = over;
        for (event, _) in over {
            self.trespass(now, event);
        }
    }

    /// The zone is tampered with, and the reflex acts, as it would have at once.
    fn trespass(&mut self, now: Mono, event: vocab::EventId) {
        let Some(latch) = self.latches().iter().find(|latch| latch.event == event).cloned() else { return };
        let event = vocab::TamperEvent {
            id: latch.event,
            at: latch.at,
            kind: latch.kind,
            location: latch.zone,
            confidence: vocab::unit::Permille::ONE,
            severity: latch.severity,
            verification: vocab::tamper::Verification::Single,
            authority: vocab::tamper::Authority::Unauthorised,
            readings: alloc::vec::Vec::new(),
        };
        self.answer(now, &event);
    }

    /// Storms that have passed.
    fn storm_is_over(&mut self, now: Mono) {
        for again in self.storm.ended(now, self.tuning.fusion.repeat_after) {
            self.repeated(now, again);
        }
    }

    /// What is written when there is time for it.
    fn write_down(&mut self, now: Mono) {
        let at = self.time(now);
        self.later.extend(self.recorder.end(now).map(Body::Trace));
        // No act waits for a sync that carries more than its own intention.
        if self.acts.waiting.is_empty() {
            for body in core::mem::take(&mut self.later) {
                self.record.mention(at, body, &mut self.out);
            }
        }
        if self.glimpse.due(now) {
            let bytes = self.glimpse.encode(self.record.last());
            if bytes.len() <= Kept::LIMIT {
                self.out.push(Effect::Keep { what: Kept::Glimpse, bytes });
            }
        }
        self.record.stand(at, &mut self.out);
        if self.out.iter().any(|effect| matches!(effect, Effect::Append { .. })) {
            self.said_at = now;
        }
        if now.since(self.said_at) >= SAID {
            self.said_at = now;
            self.say_clock(now);
        }
    }
}
