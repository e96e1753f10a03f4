//! Lengths of time: `30d`, `24h`, `90s`.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, de};

/// A whole number of seconds, minutes, hours or days; at least one second, at most ten years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    duration: Duration,
    /// As it was written.
    unit: char,
}

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

const LONGEST: u64 = 10 * 366 * 86_400;

impl Span {
    /// As the clocks count it.
    pub const fn duration(self) -> Duration {
        self.duration
    }

    fn read(text: &str) -> Option<Self> {
        let unit = text.chars().next_back()?;
        let (_, size) = UNITS.into_iter().find(|(known, _)| *known == unit)?;
        let digits = text.strip_suffix(unit)?;
        let plain = (1..=10).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = digits.parse::<u64>().ok().filter(|_| plain)?.checked_mul(size)?;
        (1..=LONGEST).contains(&seconds).then(|| Self { duration: Duration::from_secs(seconds), unit })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = UNITS.into_iter().find(|(known, _)| *known == self.unit).map_or(1, |(_, size)| size);
        write!(f, "{}{}", self.duration.as_secs() / size, self.unit)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| {
            let shown: String = text.chars().take(32).collect();
            de::Error::custom(format!(
                "{shown:?} is no length of time: write a whole number and one of s, m, h, d, such as 30d"
            ))
        })
    }
}
