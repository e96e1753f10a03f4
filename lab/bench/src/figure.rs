//! Many samples become one figure: the middle, the ninety-ninth of a hundred, and the worst.

use std::time::Duration;

/// Which side is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Better {
    /// Costs and latencies.
    Less,
    /// Rates.
    More,
}

/// What samples add up to. Ninety-nine of a hundred are as good as `p99`, or better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) worst: f64,
    pub(crate) n: usize,
}

impl Spread {
    /// Of these samples; none of none.
    pub(crate) fn of(better: Better, mut samples: Vec<f64>) -> Option<Self> {
        samples.sort_by(f64::total_cmp);
        if better == Better::More {
            samples.reverse();
        }
        let (p50, p99) = (rank(&samples, 50)?, rank(&samples, 99)?);
        Some(Self { p50, p99, worst: *samples.last()?, n: samples.len() })
    }

    /// Of times, in seconds.
    pub(crate) fn of_times(samples: &[Duration]) -> Option<Self> {
        Self::of(Better::Less, samples.iter().map(Duration::as_secs_f64).collect())
    }
}

/// By nearest rank: the smallest sample such that `percent` of them are no worse.
fn rank(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests;
