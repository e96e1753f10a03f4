//! Somebody works on the power: starves it, glitches it, cuts it, or feeds a foreign load from it.

pub(crate) mod current;
pub(crate) mod external;
pub(crate) mod rail;

use vocab::unit::Permille;

/// How far `value` stands from `home`, in thousandths of it, signed; a home of nothing counts as one.
fn departure(value: i32, home: i32) -> i64 {
    let (value, home) = (i64::from(value), i64::from(home));
    (value - home) * i64::from(Permille::ONE.0) / home.abs().max(1)
}

#[cfg(test)]
pub(crate) mod tests;
