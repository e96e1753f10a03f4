//! Light in a case that should be dark; it corroborates a lid.

use alloc::vec;

use vocab::{Mono, TamperKind, Tuning, Value};

use crate::{
    held::Spell,
    sense::{Presence, Sense, Sensed, Verdict},
};

/// The detector of `Channel::Light`.
#[derive(Debug, Default)]
pub(crate) struct Light {
    bright: Spell,
}

impl Sense for Light {
    fn observe(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Sensed {
        let Value::Light(lux) = *value else { return Sensed::Unsound(at) };
        let limits = &tuning.enclosure;
        if lux <= limits.light {
            self.bright.eases(at, limits.light_after);
            return Sensed::Quiet;
        }
        let told = self.bright.holds(at, limits.light_after);
        told.map(|since| Verdict::alarm(TamperKind::LightInside, since, at, vec![(at, Value::Light(lux))]))
            .into()
    }

    fn presence(&self) -> Presence {
        self.bright.present().into()
    }
}
