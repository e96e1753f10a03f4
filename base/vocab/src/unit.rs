//! Physical quantities, as integers, so that every machine computes the same.

use core::fmt;

use minicbor::{Decode, Encode};

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident($inner:ty), $per:literal, $symbol:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                thousandths(f, i64::from(self.0), $per)?;
                f.write_str($symbol)
            }
        }
    };
}

unit!(
    /// Angle in thousandths of a degree.
    MilliDegrees(u32), 1000, "°"
);
unit!(
    /// Current in thousandths of an ampere.
    MilliAmps(i32), 1000, " A"
);
unit!(
    /// Temperature in thousandths of a degree Celsius, as hwmon gives it.
    MilliCelsius(i32), 1000, " °C"
);
unit!(
    /// Acceleration in millionths of standard gravity.
    MicroG(i32), 1_000_000, " g"
);
unit!(
    /// Voltage in thousandths of a volt, as hwmon gives it.
    MilliVolts(i32), 1000, " V"
);
unit!(
    /// Illuminance.
    Lux(u32), 1, " lx"
);
unit!(
    /// Resistance.
    Ohms(u32), 1, " Ω"
);
unit!(
    /// A share of one in thousandths.
    Permille(u16), 10, " %"
);

impl Permille {
    /// All of it.
    pub const ONE: Self = Self(1000);
}

/// Writes `value / per` as a decimal without trailing zeros.
fn thousandths(f: &mut fmt::Formatter<'_>, value: i64, per: u64) -> fmt::Result {
    let (whole, mut rest) = (value.unsigned_abs() / per, value.unsigned_abs() % per);
    if value < 0 {
        f.write_str("-")?;
    }
    write!(f, "{whole}")?;
    let mut place = per / 10;
    if rest > 0 {
        f.write_str(".")?;
    }
    while rest > 0 {
        write!(f, "{}", rest / place)?;
        rest %= place;
        place /= 10;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
