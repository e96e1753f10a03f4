//! Three axes in millionths of gravity: length and angle, in integers.

use vocab::{
    Value,
    unit::{MicroG, MilliDegrees},
};

/// No chip on a board measures more, so more is cut off; sums and squares then fit.
const MOST: i32 = 100_000_000;

/// An acceleration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vector([i32; 3]);

impl Vector {
    pub(crate) fn of(x: MicroG, y: MicroG, z: MicroG) -> Self {
        Self([x, y, z].map(|axis| axis.0.clamp(-MOST, MOST)))
    }

    pub(crate) fn axes(self) -> [MicroG; 3] {
        self.0.map(MicroG)
    }

    pub(crate) fn value(self) -> Value {
        let [x, y, z] = self.axes();
        Value::Acceleration(x, y, z)
    }

    /// The mean of `count` samples that add up to `sum`.
    pub(crate) fn mean(sum: [i64; 3], count: i64) -> Self {
        // A mean of clamped samples is within the clamp, so the conversion never falls back.
        Self(sum.map(|axis| i32::try_from(axis / count.max(1)).unwrap_or(MOST)))
    }

    pub(crate) fn add_to(self, sum: &mut [i64; 3]) {
        for (total, axis) in sum.iter_mut().zip(self.0) {
            *total += i64::from(axis);
        }
    }

    /// Its length.
    pub(crate) fn norm(self) -> MicroG {
        MicroG(root(self.squared()))
    }

    /// How far apart two are, squared.
    pub(crate) fn distance_squared(self, other: Self) -> u64 {
        let apart = |(a, b): (i32, i32)| u64::from(a.abs_diff(b)).pow(2);
        self.0.into_iter().zip(other.0).map(apart).sum()
    }

    /// The longest of its axes.
    pub(crate) fn longest(self) -> MicroG {
        MicroG(self.0.into_iter().map(i32::saturating_abs).max().unwrap_or(0))
    }

    /// The angle between two, by `atan2(|a × b|, a · b)`, good to a hundredth of a degree.
    pub(crate) fn angle(self, other: Self) -> MilliDegrees {
        let [ax, ay, az] = self.0.map(i64::from);
        let [bx, by, bz] = other.0.map(i64::from);
        let cross = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
        let across =
            cross.map(|part| u128::from(part.unsigned_abs()).pow(2)).into_iter().sum::<u128>().isqrt();
        let along = ax * bx + ay * by + az * bz;
        // Lengths below 2⁵⁶: three axes of 10⁸ millionths make at most 3 · 10¹⁶.
        let across = i64::try_from(across).unwrap_or(i64::MAX);
        if along >= 0 {
            MilliDegrees(turn(along, across))
        } else {
            MilliDegrees(180_000 - turn(-along, across))
        }
    }

    fn squared(self) -> u64 {
        self.distance_squared(Self::default())
    }
}

/// The square root of a sum of squares of at most three clamped axes.
pub(crate) fn root(squared: u64) -> i32 {
    i32::try_from(squared.isqrt()).unwrap_or(i32::MAX)
}

/// `atan(2⁻ⁱ)` in millionths of a degree.
const TURNS: [i64; 24] = [
    45_000_000, 26_565_051, 14_036_243, 7_125_016, 3_576_334, 1_789_911, 895_174, 447_614, 223_811, 111_906,
    55_953, 27_976, 13_988, 6_994, 3_497, 1_749, 874, 437, 219, 109, 55, 27, 14, 7,
];

/// The angle of `(x, y)` in the first quadrant, in thousandths of a degree, by CORDIC in vectoring mode.
fn turn(x: i64, y: i64) -> u32 {
    // The shifts below need low bits to work on: a short vector is made longer first.
    let room = x.max(y).max(1).leading_zeros().saturating_sub(4);
    let (mut x, mut y, mut angle) = (x << room, y << room, 0);
    for (i, step) in TURNS.into_iter().enumerate() {
        let (dx, dy) = (y >> i, x >> i);
        if y > 0 {
            (x, y, angle) = (x + dx, y - dy, angle + step);
        } else {
            (x, y, angle) = (x - dx, y + dy, angle - step);
        }
    }
    u32::try_from((angle + 500) / 1_000).unwrap_or(0)
}
