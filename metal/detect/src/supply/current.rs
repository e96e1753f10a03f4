//! A current that the device does not draw by itself: an interposer, or something fed from inside.

use alloc::{collections::VecDeque, vec};

use vocab::{Mono, TamperKind, Tuning, Value, unit::MilliAmps};

use super::departure;
use crate::{
    baseline::Learned,
    held::Spell,
    sense::{LEARNED, Presence, Schooling, Sense, Sensed, Verdict},
};

/// So many readings are averaged when it learns.
const LESSON: usize = 8;

/// The detector of `Channel::Current`.
#[derive(Debug, Default)]
pub(crate) struct Current {
    home: Option<MilliAmps>,
    recent: VecDeque<MilliAmps>,
    foreign: Spell,
}

impl Sense for Current {
    fn observe(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Sensed {
        let Value::Current(amps) = *value else { return Sensed::Unsound(at) };
        let limits = &tuning.supply;
        if self.recent.len() == LESSON {
            self.recent.pop_front();
        }
        self.recent.push_back(amps);
        let Some(home) = self.home else { return Sensed::Quiet };
        if departure(amps.0, home.0).unsigned_abs() < u64::from(limits.current.0) {
            self.foreign.eases(at, limits.current_for);
            return Sensed::Quiet;
        }
        let told = self.foreign.holds(at, limits.current_for);
        let evidence = vec![(LEARNED, Value::Current(home)), (at, Value::Current(amps))];
        told.map(|since| Verdict::alarm(TamperKind::CurrentChanged, since, at, evidence)).into()
    }

    fn presence(&self) -> Presence {
        self.foreign.present().into()
    }

    fn learn(&self, _: &Tuning) -> Option<Learned> {
        let count = i64::try_from(self.recent.len()).ok().filter(|count| *count > 0)?;
        let sum: i64 = self.recent.iter().map(|amps| i64::from(amps.0)).sum();
        i32::try_from(sum / count).ok().map(|mean| Learned::Current(MilliAmps(mean)))
    }

    fn recall(&mut self, learned: &Learned, _: &Tuning) {
        if let Learned::Current(amps) = *learned {
            (self.home, self.foreign) = (Some(amps), Spell::default());
        }
    }

    fn learned(&self) -> Option<Learned> {
        self.home.map(Learned::Current)
    }

    fn schooling(&self) -> Schooling {
        if self.home.is_some() { Schooling::Ready } else { Schooling::Unlearned }
    }
}
