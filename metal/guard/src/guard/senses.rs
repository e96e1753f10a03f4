//! From readings to events: observed, fused, folded, appended, answered.

use alloc::vec::Vec;

use detect::{Certainty, Condition, Finding, Group, finding::strength};
use vocab::{
    Action, Cause, EventId, InterlockReading, Mono, Outcome, Posture, Reading, SensorName, Severity,
    TamperEvent, TamperKind, TamperState, Value, ZoneName, tamper::Authority,
};
use wire::v1::{Body, body::Change};

use super::Guard;
use crate::{
    arming::{Timing, timing},
    boot,
    effect::Lane,
    fuse::{self, Fused, fuse},
    latch,
    record::lane,
    respond::{Response, Trial, respond},
    severity::{on_guard, severity},
    storm::{Again, Folded, Rank},
    work,
};

/// Most bytes of an event's readings; the recorder has the rest.
const READINGS: usize = 24 * 1024;

/// Warnings that wait, at most.
const WARNINGS: usize = 64;

/// Findings whose causes are still there, at most.
const PRESENT: usize = 256;

impl Guard {
    /// Takes what the sensors said, then lets the time until `now` count.
    pub(crate) fn read(&mut self, now: Mono, readings: &[Reading]) {
        for reading in readings {
            self.recorder.keep(reading);
            self.glimpse.take(reading, &self.tuning.motion);
            if let Some(condition) = self.interlocks.hear(reading) {
                self.cleared(now, condition);
            }
            self.compare(reading);
            if let Some(finding) = self.bank.observe(reading) {
                self.found(now, &finding);
            }
            if matches!(reading.value, Value::Interlock(_, InterlockReading::Engaged)) {
                self.tripped(now, &reading.sensor);
            }
        }
        self.sense(now);
    }

    /// What has become of the senses by now, without another word of theirs.
    pub(crate) fn sense(&mut self, now: Mono) {
        for finding in self.bank.tick(now) {
            self.found(now, &finding);
        }
        let gone = |finding: &Finding| self.bank.condition(&finding.zone) == Condition::Gone;
        let over: Vec<_> =
            self.present.iter().filter(|(_, finding)| gone(finding)).map(|(key, _)| key.clone()).collect();
        for key in over {
            self.present.remove(&key);
        }
    }

    /// A sense noticed something.
    fn found(&mut self, now: Mono, finding: &Finding) {
        if !matches!(finding.group, Group::Record | Group::Silence) {
            self.tripped(now, &finding.sensor);
        }
        if self.present.len() < PRESENT {
            self.present.insert((finding.sensor.clone(), finding.kind), finding.clone());
        }
        if self.reconciling.as_mut().is_some_and(|reconciling| reconciling.hold(finding)) {
            return;
        }
        self.notice(now, finding);
    }

    /// One finding, to its event or into one.
    pub(crate) fn notice(&mut self, now: Mono, finding: &Finding) {
        if work::mutes(&self.record.memory, &finding.zone) {
            let fused = fuse::alone(finding, &self.tuning.fusion);
            return self.happen(now, fused, Authority::Authorised);
        }
        self.evidence.add(finding, &self.tuning.fusion);
        let Some(fused) = fuse(finding, &self.evidence, &self.tuning.fusion) else { return };
        if finding.certainty == Certainty::Decisive || fused.hint > Severity::Low {
            return self.happen(now, fused, Authority::Unauthorised);
        }
        // A mere warning may be the beginning of something: it waits as long as findings are about one thing.
        let then = now + self.tuning.fusion.window;
        if self.warnings.len() < WARNINGS {
            self.warnings.entry((fused.zone.clone(), fused.kind)).or_insert((then, fused));
        }
    }

    /// Warnings that have become nothing more.
    pub(super) fn warn(&mut self, now: Mono) {
        let over: Vec<_> = self.warnings.extract_if(.., |_, (then, _)| *then <= now).collect();
        for (_, (_, fused)) in over {
            self.happen(now, fused, Authority::Unauthorised);
        }
    }

    /// Warnings that must not wait: what comes after is judged otherwise.
    pub(super) fn warn_now(&mut self, now: Mono) {
        for (_, (_, fused)) in core::mem::take(&mut self.warnings) {
            self.happen(now, fused, Authority::Unauthorised);
        }
    }

    /// What is still open when somebody was lawfully there, or when the device is armed over it, is news.
    pub(super) fn notice_present(&mut self, now: Mono, zones: Option<&[ZoneName]>) {
        let here = |finding: &&Finding| zones.is_none_or(|zones| zones.contains(&finding.zone));
        let open = |finding: &&Finding| self.bank.condition(&finding.zone) == Condition::Present;
        let present: Vec<Finding> = self.present.values().filter(here).filter(open).cloned().collect();
        for finding in present {
            self.notice(now, &Finding { at: now, ..finding });
        }
    }

    /// An event, unless it is one that is told already.
    fn happen(&mut self, now: Mono, fused: Fused, authority: Authority) {
        self.warnings.remove(&(fused.zone.clone(), fused.kind));
        let (arming, posture) = (self.arming(), self.posture());
        let Fused { kind, verification, hint, .. } = fused;
        let severity = severity(hint, kind, arming, posture, verification);
        let rank = Rank { severity, authority, verification };
        match self.storm.fold(&fused.zone, kind, rank, now, self.tuning.fusion.repeat_after) {
            Folded::News => self.tell(now, fused, rank),
            Folded::Write(again) => self.repeated(now, again),
            Folded::Counted => {}
        }
    }

    /// An event of its own: appended first, then latched, then answered.
    fn tell(&mut self, now: Mono, fused: Fused, rank: Rank) {
        let at = self.time(fused.at);
        let event = TamperEvent {
            id: self.draw.event(at.wall),
            at,
            kind: fused.kind,
            location: fused.zone,
            confidence: fused.confidence,
            severity: rank.severity,
            verification: rank.verification,
            authority: rank.authority,
            readings: bounded(fused.readings),
        };
        self.storm.begin(event.location.clone(), event.kind, event.id, rank, now);
        let entered = self.time(now);
        if lane(event.severity) == Lane::Bulk {
            self.record.mention(entered, Body::Event(event), &mut self.out);
            return;
        }
        self.record.append(entered, Body::Event(event.clone()), Lane::Alarm, &mut self.out);
        let (armed, passage) = (self.armed_since, &self.tuning.passage);
        match timing(&event.location, self.arming(), armed, now, passage) {
            Timing::Chime => {}
            Timing::AtOnce => self.answer(now, &event),
            Timing::From(_) if event.severity < Severity::High => self.answer(now, &event),
            Timing::From(then) => self.wait_for_work(now, &event, then),
        }
        self.later.extend(self.recorder.begin(event.id, now).map(Body::Trace));
    }

    /// Latches and acts.
    pub(super) fn answer(&mut self, now: Mono, event: &TamperEvent) {
        let arming = self.arming();
        let lawful = event.authority == Authority::Authorised || !on_guard(arming);
        let Some(state) = latch::state(event.severity).filter(|_| !lawful) else { return };
        let trial = if self.record.memory.standing.soak.is_some() { Trial::Soaking } else { Trial::Over };
        let response = respond(event, &self.reflexes, arming, trial);
        let posture = response.posture.unwrap_or(Posture::Normal);
        self.latch(now, event, state, posture, response.holds.clone());
        self.draw_in(now);
        self.react(now, event.id, response);
        self.enforce(now);
    }

    /// Within the entry delay the zone is suspect already; a power cut does not forgive it.
    fn wait_for_work(&mut self, now: Mono, event: &TamperEvent, then: Mono) {
        if event.authority == Authority::Unauthorised && on_guard(self.arming()) {
            self.latch(now, event, TamperState::Suspect, Posture::Normal, Vec::new());
            self.entering.push((event.id, then));
        }
    }

    fn latch(
        &mut self,
        now: Mono,
        event: &TamperEvent,
        state: TamperState,
        posture: Posture,
        holds: Vec<Action>,
    ) {
        let zone = event.location.clone();
        let change = Change::Latched { zone, state, event: event.id, posture, holds };
        let at = self.time(now);
        self.record.append(at, Body::Change(change), Lane::Alarm, &mut self.out);
    }

    /// What is done once, and what is only recorded.
    fn react(&mut self, now: Mono, event: EventId, response: Response) {
        for action in response.once {
            self.intend(now, action, Cause::Reflex(event));
        }
        for action in response.log_only {
            let id = self.draw.receipt(self.time(now).wall);
            self.receipt(now, id, action, Cause::Reflex(event), Outcome::LogOnly);
        }
    }

    /// It happened again.
    pub(super) fn repeated(&mut self, now: Mono, again: Again) {
        let at = self.time(now);
        let body = Body::Change(Change::Repeated { event: again.event, times: again.times });
        if self.latches().iter().any(|latch| latch.event == again.event) {
            // A release must have seen it, so it is not left out.
            self.record.append(at, body, Lane::Alarm, &mut self.out);
        } else {
            self.record.mention(at, body, &mut self.out);
        }
    }

    /// A sensor has proved that it can trip; said at most once an hour for each, and once in each soak.
    fn tripped(&mut self, now: Mono, sensor: &SensorName) {
        let at = self.time(now);
        let standing = &self.record.memory.standing;
        let lately = standing.tripped.iter().any(|tripped| {
            tripped.sensor == *sensor && at.wall.since(tripped.at) < core::time::Duration::from_hours(1)
        });
        let soaked = standing.soak.as_ref().is_none_or(|soak| soak.tripped.contains(sensor));
        let body = Body::Change(Change::Tripped(sensor.clone()));
        if (!lately || !soaked) && !self.later.contains(&body) {
            self.later.push(body);
        }
    }

    /// Compares a reading with the last run's, while that is still to be done.
    fn compare(&mut self, reading: &Reading) {
        if let Some(reconciling) = &mut self.reconciling {
            reconciling.compare(reading, &self.tuning.motion);
        }
    }

    /// What happened while the device was off is known, or as well known as it will be.
    pub(super) fn reconcile(&mut self, now: Mono) {
        let Some(reconciling) = self.reconciling.take_if(|one| one.is_done(now)) else { return };
        let verdict = reconciling.verdict(&self.sensors, self.latches(), now);
        for finding in verdict.findings {
            self.notice(now, &finding);
        }
        boot::open(self);
    }
}

/// A finding of the guard itself.
pub(crate) fn own(kind: TamperKind, hint: Severity, now: Mono) -> Finding {
    let strength = strength(kind);
    Finding {
        sensor: SensorName::new("guard").expect("a short word"),
        zone: ZoneName::new("device").expect("a short word"),
        kind,
        certainty: Certainty::Decisive,
        weight: strength.weight,
        group: strength.group,
        severity_hint: hint,
        since: now,
        at: now,
        readings: Vec::new(),
    }
}

/// The latest readings that fit.
fn bounded(readings: Vec<Reading>) -> Vec<Reading> {
    let mut bytes = 0;
    let mut kept: Vec<Reading> = Vec::new();
    for reading in readings.into_iter().rev() {
        bytes += crypto::cbor::length(&reading);
        if bytes > READINGS {
            break;
        }
        kept.push(reading);
    }
    kept.reverse();
    kept
}
