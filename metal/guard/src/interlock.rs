//! Interlocks: conditions of the machine around the device under which an act would hurt somebody.
//!
//! Unknown counts as engaged. No signature overrides one.

use alloc::collections::BTreeMap;

use vocab::{Action, Interlock, InterlockReading, InterlockRule, Millis, Mono, Reading, SensorName, Value};

/// What each sensor said last of its condition.
#[derive(Debug, Default)]
pub(crate) struct Interlocks(BTreeMap<SensorName, Said>);

#[derive(Debug)]
struct Said {
    condition: Interlock,
    reading: InterlockReading,
    at: Mono,
}

impl Interlocks {
    /// Takes a reading; the condition that it has just cleared, if it did.
    pub(crate) fn hear(&mut self, reading: &Reading) -> Option<Interlock> {
        match &reading.value {
            Value::Interlock(condition, says) => {
                let said = Said { condition: *condition, reading: *says, at: reading.at };
                let before = self.0.insert(reading.sensor.clone(), said);
                let was_clear = before.is_some_and(|said| said.reading == InterlockReading::Clear);
                (*says == InterlockReading::Clear && !was_clear).then_some(*condition)
            }
            Value::Fault(_) => {
                if let Some(said) = self.0.get_mut(&reading.sensor) {
                    said.reading = InterlockReading::Unknown;
                }
                None
            }
            _ => None,
        }
    }

    /// What is known of a condition now; a sensor that has said nothing for `silent` knows nothing.
    ///
    /// With several sensors for one condition, the worst that any of them says.
    pub(crate) fn now(&self, condition: Interlock, now: Mono, silent: Millis) -> InterlockReading {
        let heard = self.0.values().filter(|said| said.condition == condition);
        heard
            .map(|said| said.now(now, silent))
            .max_by_key(|reading| match reading {
                InterlockReading::Clear => 0,
                InterlockReading::Unknown => 1,
                InterlockReading::Engaged => 2,
            })
            .unwrap_or(InterlockReading::Unknown)
    }

    /// The rule that forbids an act now; none if it may be done.
    pub(crate) fn forbids<'a>(
        &self,
        action: &Action,
        rules: &'a [InterlockRule],
        now: Mono,
        silent: Millis,
    ) -> Option<&'a InterlockRule> {
        rules.iter().find(|rule| {
            rule.withholds == *action && self.now(rule.condition, now, silent) != InterlockReading::Clear
        })
    }
}

impl Said {
    fn now(&self, now: Mono, silent: Millis) -> InterlockReading {
        let fresh = now.since(self.at) <= silent.duration();
        if fresh { self.reading } else { InterlockReading::Unknown }
    }
}

#[cfg(test)]
mod tests;
