//! Something is plugged in that was not, or unplugged that was.
//!
//! What one reading shows both of is told twice: the plugging at once, the unplugging by the next reading or
//! tick. An ordinary USB device is a warning; what can type, store, talk or command is more.

use vocab::{
    Mono, TamperKind, Tuning, Value,
    reading::{Interface, InterfaceKind},
};

use crate::{
    baseline::Learned,
    difference::{Roll, readable},
    sense::{Presence, Schooling, Sense, Sensed, Verdict},
};

/// The detector of `Channel::Interfaces`.
#[derive(Debug, Default)]
pub(crate) struct Interfaces {
    plugged: Roll<Interface>,
    last: Mono,
}

impl Sense for Interfaces {
    fn observe(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Sensed {
        let Value::Interfaces(plugged) = value else { return Sensed::Unsound(at) };
        if !readable(plugged, |interface| &interface.name) {
            return Sensed::Unsound(at);
        }
        let before = core::mem::replace(&mut self.last, at);
        let fresh = self.plugged.call(plugged);
        if fresh.come.is_empty() {
            return self.elapse(at, before, tuning).into();
        }
        self.plugged.tell_come();
        let meek = fresh.come.iter().all(|interface| interface.kind == InterfaceKind::Usb);
        let verdict = if meek { Verdict::warning } else { Verdict::alarm };
        let evidence = fresh.evidence(at, Value::Interfaces);
        Sensed::Found(verdict(TamperKind::InterfaceAdded, at, at, evidence))
    }

    fn elapse(&mut self, _: Mono, _: Mono, _: &Tuning) -> Option<Verdict> {
        let fresh = self.plugged.untold();
        if fresh.gone.is_empty() {
            return None;
        }
        self.plugged.tell();
        let evidence = fresh.evidence(self.last, Value::Interfaces);
        Some(Verdict::alarm(TamperKind::InterfaceRemoved, self.last, self.last, evidence))
    }

    fn deadline(&self, _: Mono, _: &Tuning) -> Option<Mono> {
        (!self.plugged.untold().gone.is_empty()).then_some(self.last)
    }

    fn presence(&self) -> Presence {
        self.plugged.differs().into()
    }

    fn learn(&self, _: &Tuning) -> Option<Learned> {
        self.plugged.now().map(Learned::Interfaces)
    }

    fn recall(&mut self, learned: &Learned, _: &Tuning) {
        if let Learned::Interfaces(plugged) = learned {
            self.plugged.recall(plugged);
        }
    }

    fn learned(&self) -> Option<Learned> {
        self.plugged.home().map(Learned::Interfaces)
    }

    fn schooling(&self) -> Schooling {
        self.plugged.schooling()
    }
}

#[cfg(test)]
pub(crate) mod tests;
