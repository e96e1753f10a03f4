//! What the slow senses said last, kept over a time without power to compare with: flag, inventory, position.

use alloc::{collections::BTreeMap, vec::Vec};

use crypto::cbor::{self, Limits, Malformed};
use vocab::{Mono, Reading, SensorName, Value, tuning::Motion, unit::MicroG};

use crate::effect::Kept;

const LIMITS: Limits = Limits { bytes: Kept::LIMIT, depth: 7, items: 64 * 1024 };

/// So long after a change it is kept: what the change means has been written by then, and a device that is
/// carried does not wear out its disk.
const SETTLE: core::time::Duration = core::time::Duration::from_secs(10);

/// One value for each sensor that a time without power can deceive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Glimpse {
    values: BTreeMap<SensorName, Value>,
    /// The number of the last entry of the journal when it was kept: what a later one says was seen is newer.
    kept_after: u64,
    changed: Option<Mono>,
}

/// What two glimpses of one sensor say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// It stands as it stood.
    Same,
    /// It does not.
    Differs,
    /// This reading cannot be compared.
    Unclear,
}

impl Glimpse {
    /// From the kept file.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let (kept_after, values): (u64, Vec<(SensorName, Value)>) = cbor::decode(bytes, &LIMITS)?;
        Ok(Self { values: values.into_iter().collect(), kept_after, changed: None })
    }

    /// The file to keep after this entry.
    pub(crate) fn encode(&self, last: u64) -> Vec<u8> {
        let values: Vec<(&SensorName, &Value)> = self.values.iter().collect();
        cbor::encode(&(last, values))
    }

    /// The number of the last entry of the journal when it was kept.
    pub(crate) const fn kept_after(&self) -> u64 {
        self.kept_after
    }

    /// Takes what a sensor says now.
    pub(crate) fn take(&mut self, reading: &Reading, tuning: &Motion) {
        if !slow(&reading.value) || !plausible(&reading.value, tuning) {
            return;
        }
        let known = self.values.get(&reading.sensor);
        if known.is_none_or(|known| compare(known, &reading.value, tuning) == Compared::Differs) {
            self.values.insert(reading.sensor.clone(), reading.value.clone());
            self.changed.get_or_insert(reading.at);
        }
    }

    /// Whether it is time to keep it.
    pub(crate) fn due(&mut self, now: Mono) -> bool {
        self.changed.take_if(|changed| now.since(*changed) >= SETTLE).is_some()
    }

    /// When `due` next says yes.
    pub(crate) fn deadline(&self) -> Option<Mono> {
        self.changed.map(|changed| changed + SETTLE)
    }

    /// What the sensors said, by name.
    pub(crate) const fn values(&self) -> &BTreeMap<SensorName, Value> {
        &self.values
    }
}

/// Compares what a sensor said before and says now.
pub(crate) fn compare(before: &Value, now: &Value, tuning: &Motion) -> Compared {
    let same = match (before, now) {
        (Value::Intrusion(before), Value::Intrusion(now)) => before == now,
        (Value::Components(before), Value::Components(now)) => before == now,
        (Value::Acceleration(..), Value::Acceleration(..)) if !plausible(now, tuning) => {
            return Compared::Unclear;
        }
        (Value::Acceleration(..), Value::Acceleration(..)) => !tilted(before, now, tuning),
        _ => return Compared::Unclear,
    };
    if same { Compared::Same } else { Compared::Differs }
}

const fn slow(value: &Value) -> bool {
    matches!(value, Value::Acceleration(..) | Value::Components(_) | Value::Intrusion(_))
}

/// Gravity is believed where the norm is about one g.
fn plausible(value: &Value, tuning: &Motion) -> bool {
    let Value::Acceleration(x, y, z) = value else { return true };
    let within = u64::from(tuning.gravity_within.0.unsigned_abs());
    let (low, high) = (1_000_000_u64.saturating_sub(within), 1_000_000 + within);
    (low.pow(2)..(high + 1).pow(2)).contains(&square(*x, *y, *z))
}

/// Whether two directions of gravity lie farther apart than a tilt. The chord stands for the angle: at thirty
/// degrees it is one part in a hundred shorter.
fn tilted(before: &Value, now: &Value, tuning: &Motion) -> bool {
    let (Value::Acceleration(a, b, c), Value::Acceleration(x, y, z)) = (before, now) else { return false };
    let apart = |one: MicroG, other: MicroG| MicroG(one.0.saturating_sub(other.0));
    let chord = square(apart(*a, *x), apart(*b, *y), apart(*c, *z));
    // π/180000 radians in a thousandth of a degree; a radian of chord at one g is 10^6 µg.
    chord >= (u64::from(tuning.tilt.0) * 17_453 / 1000 + 1).saturating_pow(2)
}

fn square(x: MicroG, y: MicroG, z: MicroG) -> u64 {
    [x, y, z].iter().map(|axis| u64::from(axis.0.unsigned_abs()).pow(2)).sum()
}

#[cfg(test)]
mod tests;
