//! A chassis intrusion flag that hardware latches, also while the device is off.
//!
//! Some boards ship with it raised for ever, so where it stood at commissioning is normal: a rise is a finding,
//! and so is a flag that was raised at home and that somebody cleared.

use alloc::vec;

use vocab::{Mono, TamperKind, Tuning, Value, reading::Flag};

use crate::{
    baseline::Learned,
    sense::{Presence, Schooling, Sense, Sensed, Verdict},
};

/// The detector of `Channel::Intrusion`.
#[derive(Debug, Default)]
pub(crate) struct Intrusion {
    /// Where it is normal; a flag that was never learned is only watched for a rise.
    home: Option<Flag>,
    last: Option<Flag>,
}

impl Sense for Intrusion {
    fn observe(&mut self, at: Mono, value: &Value, _: &Tuning) -> Sensed {
        let Value::Intrusion(flag) = *value else { return Sensed::Unsound(at) };
        let was = self.last.replace(flag).or(self.home);
        let news = match (was, flag, self.home) {
            (Some(Flag::Clear), Flag::Raised, _) => true,
            (Some(Flag::Raised), Flag::Clear, Some(Flag::Raised)) => {
                self.home = Some(Flag::Clear);
                true
            }
            _ => false,
        };
        if !news {
            return Sensed::Quiet;
        }
        Sensed::Found(Verdict::alarm(TamperKind::IntrusionFlag, at, at, vec![(at, Value::Intrusion(flag))]))
    }

    fn presence(&self) -> Presence {
        (self.last == Some(Flag::Raised) && self.home != Some(Flag::Raised)).into()
    }

    fn learn(&self, _: &Tuning) -> Option<Learned> {
        self.last.map(Learned::Intrusion)
    }

    fn recall(&mut self, learned: &Learned, _: &Tuning) {
        if let Learned::Intrusion(flag) = *learned {
            self.home = Some(flag);
        }
    }

    fn learned(&self) -> Option<Learned> {
        self.home.map(Learned::Intrusion)
    }

    fn schooling(&self) -> Schooling {
        if self.home.is_some() { Schooling::Ready } else { Schooling::Unlearned }
    }
}
