//! Time as this house knows it: since boot, and by the wall with its quality.

use alloc::string::ToString;
use core::{fmt, ops::Add, str::FromStr, time::Duration};

use minicbor::{Decode, Encode};

/// Nanoseconds since this boot; never steps, never shared between boots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Mono(#[n(0)] pub u64);

/// Microseconds of UTC since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Wall(#[n(0)] pub i64);

/// A span in milliseconds, as tuning and letters carry it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Millis(#[n(0)] pub u32);

/// How far a wall time can be believed; GPS, RTC and NTP alone never make it better than `Floor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum ClockQuality {
    /// Only a floor: the true time is this or later.
    #[n(0)]
    Floor,
    /// Counted on from a signed fleet time of an earlier boot.
    #[n(1)]
    Carried,
    /// Counted on from a signed fleet time of this boot.
    #[n(2)]
    Fleet,
}

/// A moment on one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Time {
    /// Since boot.
    #[n(0)]
    pub mono: Mono,
    /// By the wall.
    #[n(1)]
    pub wall: Wall,
    /// What that wall time is worth.
    #[n(2)]
    pub quality: ClockQuality,
}

impl Millis {
    /// The same span.
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.0 as u64)
    }
}

impl Mono {
    /// From `earlier` until now; zero when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Wall {
    /// From `earlier` until now; zero when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        Duration::from_micros(if micros < 0 { 0 } else { micros.unsigned_abs() })
    }
}

impl Add<Duration> for Mono {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)))
    }
}

impl Add<Millis> for Mono {
    type Output = Self;

    fn add(self, span: Millis) -> Self {
        self + span.duration()
    }
}

impl Add<Duration> for Wall {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Wall {
    /// RFC 3339 in UTC, to the microsecond and without trailing zeros: `2026-10-06T14:31:42.368Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, of_day) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        let (year, month, day) = civil(days);
        let (seconds, mut rest) = (of_day / SECOND, of_day % SECOND);
        write!(f, "{year:04}-{month:02}-{day:02}T")?;
        write!(f, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        let mut place = SECOND / 10;
        if rest > 0 {
            f.write_str(".")?;
        }
        while rest > 0 {
            write!(f, "{}", rest / place)?;
            rest %= place;
            place /= 10;
        }
        f.write_str("Z")
    }
}

impl FromStr for Wall {
    type Err = BadTime;

    /// Reads what is written so, of the years 0 to 9999, and nothing else.
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let number = |from, to| text.get(from..to)?.parse::<i64>().ok();
        let read = || {
            let days = days(number(0, 4)?, number(5, 7)?, number(8, 10)?);
            let of_day = (number(11, 13)? * 60 + number(14, 16)?) * 60 + number(17, 19)?;
            let rest = text.get(19..)?.strip_suffix('Z')?;
            let rest = match rest.strip_prefix('.') {
                Some(digits) if digits.len() <= 6 => {
                    digits.parse::<i64>().ok()? * 10_i64.pow(6 - u32::try_from(digits.len()).ok()?)
                }
                Some(_) => return None,
                None => 0,
            };
            Some(Self(days * DAY + of_day * SECOND + rest))
        };
        // One moment is written in one way.
        read().filter(|wall| !text.starts_with('-') && wall.to_string() == text).ok_or(BadTime)
    }
}

/// It is no time as this house writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadTime;

impl fmt::Display for BadTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time is written as 2026-10-06T14:31:42.368Z: RFC 3339 in UTC, to the microsecond")
    }
}

impl core::error::Error for BadTime {}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 3600 * SECOND;

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
///
/// A year that begins in March ends with its leap day, so months have a formula: five of them are 153 days.
const fn civil(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year + era * 400 + carry, month, day)
}

/// The day of a year, month and day: what [`civil`] takes.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests;
