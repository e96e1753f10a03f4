//! A part is gone, or there that was not, or exchanged for another: serials against those of commissioning.
//!
//! Bus numbers may change places and order means nothing; two parts alike count as two. One reading makes one
//! finding, and a difference is told once for as long as it lasts.

use vocab::{Mono, TamperKind, Tuning, Value, reading::Component};

use crate::{
    baseline::Learned,
    difference::{Roll, readable},
    sense::{Presence, Schooling, Sense, Sensed, Verdict},
};

/// The detector of `Channel::Components`.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    parts: Roll<Component>,
}

impl Sense for Inventory {
    fn observe(&mut self, at: Mono, value: &Value, _: &Tuning) -> Sensed {
        let Value::Components(parts) = value else { return Sensed::Unsound(at) };
        if !readable(parts, |part| &part.identity) {
            return Sensed::Unsound(at);
        }
        let fresh = self.parts.call(parts);
        let kind = match (fresh.gone.is_empty(), fresh.come.is_empty()) {
            (true, true) => return Sensed::Quiet,
            (true, false) => TamperKind::ComponentAdded,
            (false, true) => TamperKind::ComponentRemoved,
            (false, false) => TamperKind::ComponentChanged,
        };
        self.parts.tell();
        let evidence = fresh.evidence(at, Value::Components);
        Sensed::Found(Verdict::alarm(kind, at, at, evidence))
    }

    fn presence(&self) -> Presence {
        self.parts.differs().into()
    }

    fn learn(&self, _: &Tuning) -> Option<Learned> {
        self.parts.now().map(Learned::Components)
    }

    fn recall(&mut self, learned: &Learned, _: &Tuning) {
        if let Learned::Components(parts) = learned {
            self.parts.recall(parts);
        }
    }

    fn learned(&self) -> Option<Learned> {
        self.parts.home().map(Learned::Components)
    }

    fn schooling(&self) -> Schooling {
        self.parts.schooling()
    }
}

#[cfg(test)]
pub(crate) mod tests;
