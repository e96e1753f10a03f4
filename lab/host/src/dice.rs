//! Numbers that a seed foretells.

use std::time::Duration;

/// Splitmix64.
pub struct Dice(u64);

impl Dice {
    /// Of a seed that nobody foresees.
    pub fn thrown() -> Self {
        Self(u64::from_be_bytes(crate::random()[..8].try_into().unwrap()))
    }

    /// The seed, as long as nothing was drawn.
    pub fn seed(&self) -> u64 {
        self.0
    }

    /// The next number below a limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % limit
    }

    /// So many milliseconds, fewer than this.
    pub fn millis(&mut self, limit: u64) -> Duration {
        Duration::from_millis(self.below(limit))
    }
}
