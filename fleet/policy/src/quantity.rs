//! Quantities with their unit: `250ms`, `30d`, `4.63V`, `20%`.
//!
//! A number without a unit is refused, and so is one that does not come out even: nothing is rounded.

use alloc::{format, string::String, vec::Vec};
use core::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, de};
use vocab::{
    Millis,
    unit::{Lux, MicroG, MilliAmps, MilliCelsius, MilliDegrees, MilliVolts, Ohms, Permille},
};

/// What has a unit.
pub trait Quantity: Sized {
    /// What it is, with an example.
    const NOUN: &'static str;
    /// Each unit, and how many of the smallest step it holds.
    const UNITS: &'static [(&'static str, u64)];

    /// From so many of the smallest step.
    fn of(steps: i128) -> Option<Self>;
}

/// Why a text is no such quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadQuantity {
    /// Not a number in plain decimal, at most eighteen digits.
    Number(String),
    /// Beyond what the type holds, or below what it knows.
    Range(String, &'static str),
    /// Finer than the smallest step.
    TooFine(String, &'static str),
    /// No unit, or one of another kind; the units that fit.
    Unit(String, &'static str, Vec<&'static str>),
}

impl fmt::Display for BadQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(text) => write!(f, "{text:?} does not begin with a number in plain decimal"),
            Self::Range(text, noun) => write!(f, "{text:?} is out of range for {noun}"),
            Self::TooFine(text, noun) => write!(f, "{text:?} is finer than the smallest step of {noun}"),
            Self::Unit(text, noun, units) => {
                write!(f, "{text:?} is not {noun}: write the number and one of {}", units.join(", "))
            }
        }
    }
}

impl core::error::Error for BadQuantity {}

/// Reads `[-]digits[.digits][ ]unit`.
pub fn parse<Q: Quantity>(text: &str) -> Result<Q, BadQuantity> {
    let quoted = || text.chars().take(32).collect::<String>();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (steps, places) = decimal(number).ok_or_else(|| BadQuantity::Number(quoted()))?;
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    let Some((_, size)) = Q::UNITS.iter().find(|(known, _)| *known == unit) else {
        return Err(BadQuantity::Unit(quoted(), Q::NOUN, Q::UNITS.iter().map(|(known, _)| *known).collect()));
    };
    let (steps, fine) = (steps * i128::from(*size), 10i128.pow(places));
    if steps % fine != 0 {
        return Err(BadQuantity::TooFine(quoted(), Q::NOUN));
    }
    Q::of(steps / fine).ok_or_else(|| BadQuantity::Range(quoted(), Q::NOUN))
}

/// All digits as one integer, and how many of them stand after the point.
fn decimal(text: &str) -> Option<(i128, u32)> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(part) || whole.len() + part.len() > 18 {
        return None;
    }
    let value: i128 = format!("{whole}{part}").parse().ok()?;
    Some((sign * value, u32::try_from(part.len()).ok()?))
}

macro_rules! quantity {
    ($type:ty, $noun:literal, $of:expr, $($unit:literal = $size:literal),+) => {
        impl Quantity for $type {
            const NOUN: &'static str = $noun;
            const UNITS: &'static [(&'static str, u64)] = &[$(($unit, $size)),+];

            fn of(steps: i128) -> Option<Self> {
                steps.try_into().ok().map($of)
            }
        }
    };
}

quantity!(
    Duration,
    "a duration such as `30d`",
    Duration::from_millis,
    "ms" = 1,
    "s" = 1_000,
    "m" = 60_000,
    "h" = 3_600_000,
    "d" = 86_400_000
);
quantity!(
    Millis,
    "a duration of at most 49 days such as `250ms`",
    Millis,
    "ms" = 1,
    "s" = 1_000,
    "m" = 60_000,
    "h" = 3_600_000,
    "d" = 86_400_000
);
quantity!(Lux, "a light such as `10lx`", Lux, "lx" = 1);
quantity!(MicroG, "an acceleration such as `0.5g`", MicroG, "mg" = 1_000, "g" = 1_000_000);
quantity!(MilliAmps, "a current such as `0.2A`", MilliAmps, "mA" = 1, "A" = 1_000);
quantity!(MilliCelsius, "a temperature such as `70C`", MilliCelsius, "C" = 1_000, "°C" = 1_000);
quantity!(MilliDegrees, "an angle such as `5deg`", MilliDegrees, "deg" = 1_000, "°" = 1_000);
quantity!(MilliVolts, "a voltage such as `4.63V`", MilliVolts, "mV" = 1, "V" = 1_000);
quantity!(Ohms, "a resistance such as `2.2kohm`", Ohms, "ohm" = 1, "kohm" = 1_000, "Ω" = 1, "kΩ" = 1_000);

quantity!(Permille, "a share such as `20%`", Permille, "%" = 10, "‰" = 1);

/// A field that holds one quantity.
pub(crate) fn one<'de, D: Deserializer<'de>, Q: Quantity>(deserializer: D) -> Result<Q, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

/// A field that may hold one quantity.
pub(crate) fn maybe<'de, D: Deserializer<'de>, Q: Quantity>(deserializer: D) -> Result<Option<Q>, D::Error> {
    one(deserializer).map(Some)
}

/// A field that holds a share of a whole.
pub(crate) fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Permille, D::Error> {
    let share: Permille = one(deserializer)?;
    if share <= Permille::ONE {
        Ok(share)
    } else {
        Err(de::Error::custom("a share cannot be more than 100%"))
    }
}

#[cfg(test)]
mod tests;
