//! The machine's clocks, and its randomness.

use std::{
    sync::LazyLock,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use control::Now;
use vocab::{Mono, Wall};

use crate::mistake::Mistake;

/// When this version was made: no clock that we believe says less. Renewed with each release.
const BUILT: Wall = Wall(1_793_491_200_000_000);

static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// By the wall.
pub(crate) fn wall() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Wall(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Whether a clock that says this can be believed: certificates and tokens are made by it.
pub(crate) fn believed(now: Wall) -> Result<Wall, Mistake> {
    if now < BUILT { Err(Mistake::Clock) } else { Ok(now) }
}

/// Both clocks.
pub(crate) fn now() -> Now {
    let mono = u64::try_from(BEGAN.elapsed().as_nanos()).unwrap_or(u64::MAX);
    Now { mono: Mono(mono), wall: wall() }
}

/// Thirty-two fresh random bytes.
///
/// # Panics
/// If the machine has no randomness: nothing that follows could be kept secret.
pub(crate) fn draw() -> [u8; 32] {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the machine has randomness");
    bytes
}

#[cfg(test)]
mod tests;
