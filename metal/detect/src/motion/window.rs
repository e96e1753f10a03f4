//! A sliding window over the samples, in eighths, so that it is the same at any reading rate.
//!
//! Each eighth is averaged before anything else: what machines shake at (tens of hertz) cancels out there, what
//! hands and feet do (below about four) stays. Blows are looked for in the samples themselves.

use vocab::{Mono, tuning::Motion, unit::MicroG};

use super::vector::{Vector, root};

const SLOTS: usize = 8;
const EIGHTHS: u32 = 8;

/// The last second or so.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// Complete eighths, oldest first once full.
    eighths: [Eighth; SLOTS],
    filled: usize,
    open: Option<Slot>,
    last: Option<Feature>,
}

/// What the window shows at the end of an eighth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feature {
    /// When its newest eighth began.
    pub(crate) start: Mono,
    /// When its newest eighth ended.
    pub(crate) end: Mono,
    /// RMS of the eighths about their mean: movement.
    pub(crate) rms: MicroG,
    /// The mean: gravity, if it is at rest.
    pub(crate) mean: Vector,
    /// Peak-to-peak of the norm over the newest half.
    pub(crate) swing: MicroG,
    /// The sample of the newest eighth that is farthest from rest.
    pub(crate) peak: (Mono, Vector),
}

/// What is left of an eighth once it is complete.
#[derive(Clone, Copy, Debug, Default)]
struct Eighth {
    mean: Vector,
    low: MicroG,
    high: MicroG,
}

/// An eighth that samples still fall into.
#[derive(Debug)]
struct Slot {
    start: Mono,
    sum: [i64; 3],
    count: i64,
    low: MicroG,
    high: MicroG,
    peak: (Mono, Vector),
    /// How far the peak is from rest.
    off: MicroG,
}

impl Window {
    /// Takes a sample and its length; what the window shows, if that sample ended an eighth of a full window.
    pub(crate) fn take(
        &mut self,
        at: Mono,
        sample: Vector,
        norm: MicroG,
        limits: &Motion,
    ) -> Option<Feature> {
        let length = eighth(limits);
        let Some(open) = self.open.as_mut() else {
            self.open = Some(Slot::begin(at, at, sample, norm));
            return None;
        };
        // Eighths lie on one grid, whatever moment a sample falls on.
        let steps = at.0.saturating_sub(open.start.0) / length;
        if steps == 0 {
            open.take(at, sample, norm);
            return None;
        }
        let start = Mono(open.start.0.saturating_add(length.saturating_mul(steps)));
        let whole = core::mem::replace(open, Slot::begin(start, at, sample, norm));
        self.push(&whole);
        if self.filled < SLOTS {
            return None;
        }
        self.last = Some(self.feature(&whole, length));
        self.last
    }

    /// What it showed last.
    pub(crate) const fn last(&self) -> Option<&Feature> {
        self.last.as_ref()
    }

    fn push(&mut self, slot: &Slot) {
        self.eighths.rotate_left(1);
        self.eighths[SLOTS - 1] = slot.complete();
        self.filled = SLOTS.min(self.filled + 1);
    }

    fn feature(&self, newest: &Slot, length: u64) -> Feature {
        let mut sum = [0; 3];
        for eighth in &self.eighths {
            eighth.mean.add_to(&mut sum);
        }
        let mean = Vector::mean(sum, i64::from(EIGHTHS));
        let spread: u64 = self.eighths.iter().map(|eighth| eighth.mean.distance_squared(mean)).sum();
        let half = &self.eighths[SLOTS / 2..];
        let high = half.iter().map(|eighth| eighth.high.0).max().unwrap_or(0);
        let low = half.iter().map(|eighth| eighth.low.0).min().unwrap_or(0);
        Feature {
            start: newest.start,
            end: Mono(newest.start.0.saturating_add(length)),
            rms: MicroG(root(spread / u64::from(EIGHTHS))),
            mean,
            swing: MicroG(high.saturating_sub(low)),
            peak: newest.peak,
        }
    }
}

impl Slot {
    fn begin(start: Mono, at: Mono, sample: Vector, norm: MicroG) -> Self {
        let (peak, off) = ((at, sample), MicroG(0));
        let mut slot = Self { start, sum: [0; 3], count: 0, low: norm, high: norm, peak, off };
        slot.take(at, sample, norm);
        slot
    }

    fn take(&mut self, at: Mono, sample: Vector, norm: MicroG) {
        let off = off_rest(norm);
        if off > self.off {
            (self.peak, self.off) = ((at, sample), off);
        }
        (self.low, self.high) = (self.low.min(norm), self.high.max(norm));
        sample.add_to(&mut self.sum);
        self.count += 1;
    }

    fn complete(&self) -> Eighth {
        Eighth { mean: Vector::mean(self.sum, self.count), low: self.low, high: self.high }
    }
}

/// How far a norm stands from that of gravity alone.
pub(crate) fn off_rest(norm: MicroG) -> MicroG {
    MicroG(norm.0.saturating_sub(1_000_000).saturating_abs())
}

/// The length of an eighth in nanoseconds.
fn eighth(limits: &Motion) -> u64 {
    (u64::from(limits.window.0) * 1_000_000 / u64::from(EIGHTHS)).max(1)
}
