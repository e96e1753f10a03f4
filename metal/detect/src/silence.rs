//! A sensor that says nothing, or that it cannot look, is itself a finding.
//!
//! Blindness lowers nothing: whatever else was noticed stands. One blindness is told once, whether the sensor
//! first failed and then fell silent or the other way round. Time in which nobody ticked is nobody's silence.

use alloc::vec;

use vocab::{Channel, Millis, Mono, TamperKind, Tuning, Value, reading::SensorFault};

use crate::sense::Verdict;

/// Whether one sensor speaks, and sense.
#[derive(Debug, Default)]
pub(crate) struct Health {
    heard: Option<Mono>,
    state: State,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Sound,
    /// It cannot look, but not for long enough to be told.
    Failing(Mono, SensorFault),
    Faulted,
    Silent,
}

/// Why a sensor's quiet is worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    Blind,
    Clear,
    Silent,
    /// Not a word yet.
    Unheard,
}

impl Health {
    /// Something was said, at a moment not before the last.
    pub(crate) fn hear(&mut self, at: Mono) {
        self.heard = Some(at);
        if matches!(self.state, State::Silent) {
            self.state = State::Sound;
        }
    }

    /// It says that it cannot look.
    pub(crate) fn fail(&mut self, at: Mono, fault: SensorFault, tuning: &Tuning) -> Option<Verdict> {
        let verdict = self.faulted(at, Mono(0), tuning);
        if matches!(self.state, State::Sound) {
            self.state = State::Failing(at, fault);
        }
        verdict
    }

    /// It has said the impossible, for long enough.
    pub(crate) fn contradict(&mut self, since: Mono, at: Mono) -> Option<Verdict> {
        if matches!(self.state, State::Faulted) {
            return None;
        }
        self.state = State::Faulted;
        Some(fault(since, at, SensorFault::Implausible))
    }

    /// It looks and says what can be.
    pub(crate) fn recover(&mut self, at: Mono, tuning: &Tuning) -> Option<Verdict> {
        let verdict = self.faulted(at, Mono(0), tuning);
        self.state = State::Sound;
        verdict
    }

    /// What has become of it by saying nothing until `now`.
    pub(crate) fn elapse(
        &mut self,
        channel: Channel,
        now: Mono,
        awake: Mono,
        tuning: &Tuning,
    ) -> Option<Verdict> {
        // No sensor is heard in the future.
        self.heard = self.heard.map(|heard| heard.min(now));
        if let Some(verdict) = self.faulted(now, awake, tuning) {
            return Some(verdict);
        }
        let (since, due) = self.silence(channel, awake, tuning)?;
        if now < due {
            return None;
        }
        self.state = State::Silent;
        Some(Verdict::alarm(TamperKind::SensorSilent, since, due, vec![]))
    }

    pub(crate) fn deadline(&self, channel: Channel, awake: Mono, tuning: &Tuning) -> Option<Mono> {
        let (_, silent) = self.silence(channel, awake, tuning)?;
        let State::Failing(since, _) = self.state else { return Some(silent) };
        Some(silent.min(since.max(awake) + tuning.silence.fault_after))
    }

    pub(crate) const fn heard(&self) -> Option<Mono> {
        self.heard
    }

    pub(crate) const fn sight(&self) -> Sight {
        match (self.state, self.heard) {
            (State::Silent, _) => Sight::Silent,
            (State::Failing(..) | State::Faulted, _) => Sight::Blind,
            (State::Sound, None) => Sight::Unheard,
            (State::Sound, Some(_)) => Sight::Clear,
        }
    }

    /// Tells a fault that has lasted until `now`.
    fn faulted(&mut self, now: Mono, awake: Mono, tuning: &Tuning) -> Option<Verdict> {
        let State::Failing(since, kind) = self.state else { return None };
        let due = since.max(awake) + tuning.silence.fault_after;
        if now < due {
            return None;
        }
        self.state = State::Faulted;
        Some(fault(since, due, kind))
    }

    /// Since when it is silent, and when that is to be told, unless it is told.
    fn silence(&self, channel: Channel, awake: Mono, tuning: &Tuning) -> Option<(Mono, Mono)> {
        if matches!(self.state, State::Faulted | State::Silent) {
            return None;
        }
        let since = self.heard.unwrap_or_default().max(awake);
        Some((since, since + patience(channel, tuning)))
    }
}

/// How long a sensor of this channel may say nothing.
const fn patience(channel: Channel, tuning: &Tuning) -> Millis {
    match channel {
        Channel::Components => tuning.silence.inventory_after,
        Channel::Acceleration
        | Channel::Contact
        | Channel::Current
        | Channel::Interfaces
        | Channel::Interlock
        | Channel::Intrusion
        | Channel::Light
        | Channel::Loop
        | Channel::Rail
        | Channel::Supply
        | Channel::Temperature => tuning.silence.sensor_after,
    }
}

fn fault(since: Mono, at: Mono, kind: SensorFault) -> Verdict {
    Verdict::alarm(TamperKind::SensorFaulted, since, at, vec![(since, Value::Fault(kind))])
}

#[cfg(test)]
pub(crate) mod tests;
