//! Too hot, too cold, or cooling faster than weather can.
//!
//! Fast cooling is how memory is made to last without power; it is told before the cold itself is reached. Each
//! value is the median of the last three readings, so that one bad reading is neither a band nor a slope.

use alloc::{collections::VecDeque, vec};

use vocab::{Mono, TamperKind, Tuning, Value, tuning::TemperatureTuning, unit::MilliCelsius};

use crate::{
    held::Spell,
    sense::{Presence, Sense, Sensed, Verdict},
};

/// The past of a slope is kept in so many steps of its span.
const STEPS: u32 = 8;

/// The detector of `Channel::Temperature`.
#[derive(Debug, Default)]
pub(crate) struct Temperature {
    raw: VecDeque<(Mono, MilliCelsius)>,
    past: VecDeque<(Mono, MilliCelsius)>,
    outside: Spell,
    cooling: Spell,
}

impl Sense for Temperature {
    fn observe(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Sensed {
        let Value::Temperature(raw) = *value else { return Sensed::Unsound(at) };
        let limits = &tuning.temperature;
        let Some(now) = self.median(at, raw) else { return Sensed::Quiet };
        // What is told of the slope leaves the band for the next reading.
        if let Some((since, from)) = self.slope(at, now, limits) {
            let evidence = vec![(since, Value::Temperature(from)), (at, Value::Temperature(now))];
            return Sensed::Found(Verdict::alarm(TamperKind::ColdBootCooling, since, at, evidence));
        }
        let evidence = vec![(at, Value::Temperature(now))];
        let outside = self.band(at, now, limits);
        outside.map(|since| Verdict::alarm(TamperKind::TemperatureOutside, since, at, evidence)).into()
    }

    fn presence(&self) -> Presence {
        (self.outside.present() || self.cooling.present()).into()
    }
}

impl Temperature {
    fn median(&mut self, at: Mono, raw: MilliCelsius) -> Option<MilliCelsius> {
        if self.raw.len() == 3 {
            self.raw.pop_front();
        }
        self.raw.push_back((at, raw));
        let mut three = [self.raw.front()?.1, self.raw.get(1)?.1, self.raw.get(2)?.1];
        three.sort_unstable();
        Some(three[1])
    }

    /// From when and what it has been cooling too fast, if that is news.
    fn slope(
        &mut self,
        at: Mono,
        now: MilliCelsius,
        limits: &TemperatureTuning,
    ) -> Option<(Mono, MilliCelsius)> {
        let span = limits.cooling_over.duration();
        let before = self.past.iter().rev().find(|(then, _)| at.since(*then) >= span).copied();
        if self.past.back().is_none_or(|(last, _)| at.since(*last) >= span / STEPS) {
            self.past.push_back((at, now));
        }
        // One that is old enough is kept, and what is older is not needed.
        while self.past.get(1).is_some_and(|(then, _)| at.since(*then) >= span) {
            self.past.pop_front();
        }
        let (then, from) = before?;
        let fell = i128::from(from.0) - i128::from(now.0);
        let nanos = i128::try_from(at.since(then).as_nanos()).unwrap_or(i128::MAX);
        if fell * 1_000_000_000 < nanos.saturating_mul(i128::from(limits.cooling.0.max(1))) {
            self.cooling.eases(at, limits.cooling_over);
            return None;
        }
        self.cooling.holds(at, vocab::Millis(0)).map(|_| (then, from))
    }

    /// Since when it has been outside for long enough, if that is news.
    fn band(&mut self, at: Mono, now: MilliCelsius, limits: &TemperatureTuning) -> Option<Mono> {
        let inside = |by: i32| {
            let (low, high) = (limits.low.0.saturating_add(by), limits.high.0.saturating_sub(by));
            (low..=high).contains(&now.0)
        };
        if inside(limits.hysteresis.0) {
            self.outside.eases(at, limits.dwell);
            return None;
        }
        if inside(0) {
            self.outside.wavers();
            return None;
        }
        self.outside.holds(at, limits.dwell)
    }
}

#[cfg(test)]
pub(crate) mod tests;
