//! Randomness that a seed decides.

use crypto::digest::Hasher;

/// A stream of bytes: SHA-256 over a seed, a purpose and a counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dice {
    seed: [u8; 32],
    thrown: u64,
}

impl Dice {
    /// The dice of one purpose under one seed; different purposes never share a throw.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let seed = Hasher::tagged("wrale.sim.dice.v1").u64(seed).bytes(purpose.as_bytes()).finish().0;
        Self { seed, thrown: 0 }
    }

    /// The next 32 bytes.
    pub fn bytes(&mut self) -> [u8; 32] {
        self.thrown += 1;
        Hasher::new().bytes(&self.seed).u64(self.thrown).finish().0
    }

    /// A number below `bound`; zero for a bound of zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h]).checked_rem(bound).unwrap_or(0)
    }

    /// True in `share` of a thousand throws.
    pub fn chance(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }
}
