//! A tamper loop, whoever watches it: a converter that measures it, or a pin that knows only whether it is whole.

use vocab::{Channel, Mono, TamperKind, Tuning, Value};

use crate::{
    baseline::Learned,
    enclosure::{circuit::Circuit, contact::Contactor},
    sense::{Presence, Schooling, Sense, Sensed, Verdict},
};

/// The detector of `Channel::Loop`.
#[derive(Debug)]
pub(crate) struct Wire {
    measured: Circuit,
    pin: Contactor,
    seen: Seen,
}

/// Who watches it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Seen {
    #[default]
    ByConverter,
    ByPin,
}

impl Default for Wire {
    fn default() -> Self {
        let (measured, seen) = Default::default();
        // An open loop is cut; a pin cannot tell a bridge from a whole one.
        Self { measured, pin: Contactor::of(TamperKind::LoopCut), seen }
    }
}

/// Whether a sensor of this channel can say such a thing.
pub(crate) fn speaks(channel: Channel, value: &Value) -> bool {
    let said = value.channel();
    said == Some(channel) || (channel == Channel::Loop && said == Some(Channel::Contact))
}

impl Sense for Wire {
    fn observe(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Sensed {
        if matches!(value, Value::Contact(_)) {
            self.seen = Seen::ByPin;
            return self.pin.observe(at, value, tuning);
        }
        self.measured.observe(at, value, tuning)
    }

    fn elapse(&mut self, now: Mono, awake: Mono, tuning: &Tuning) -> Option<Verdict> {
        self.pin.elapse(now, awake, tuning)
    }

    fn deadline(&self, awake: Mono, tuning: &Tuning) -> Option<Mono> {
        self.pin.deadline(awake, tuning)
    }

    fn presence(&self) -> Presence {
        let present = [self.measured.presence(), self.pin.presence()].contains(&Presence::Present);
        present.into()
    }

    fn learn(&self, tuning: &Tuning) -> Option<Learned> {
        self.measured.learn(tuning)
    }

    fn recall(&mut self, learned: &Learned, tuning: &Tuning) {
        self.measured.recall(learned, tuning);
    }

    fn learned(&self) -> Option<Learned> {
        self.measured.learned()
    }

    fn schooling(&self) -> Schooling {
        match self.seen {
            Seen::ByConverter => self.measured.schooling(),
            // Open is cut, wherever it stood before.
            Seen::ByPin => Schooling::Ready,
        }
    }
}
