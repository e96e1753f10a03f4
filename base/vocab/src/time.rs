//! Time as this house knows it: since boot, and by the wall with its quality.

use core::{ops::Add, time::Duration};

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
