//! Tries again, with growing and scattered waits, until it works or nobody wants it any more.

use core::{future::Future, ops::ControlFlow, time::Duration};

use link::backoff::Backoff;
use tokio::time::sleep;

use crate::problem::Problem;

/// Calls `attempt` until it succeeds. `report` hears of each failure and of the wait that follows, and may end it:
/// an operator's mistake, for one, mends no faster for being repeated. The same seed, the same waits.
pub async fn until<T, F>(
    seed: u64,
    mut attempt: impl FnMut() -> F,
    mut report: impl FnMut(&Problem, Duration) -> ControlFlow<()>,
) -> Result<T, Problem>
where
    F: Future<Output = Result<T, Problem>>,
{
    let mut backoff = Backoff::new(seed);
    loop {
        let problem = match attempt().await {
            Ok(done) => return Ok(done),
            Err(problem) => problem,
        };
        let wait = backoff.after_failure();
        if report(&problem, wait).is_break() {
            return Err(problem);
        }
        sleep(wait).await;
    }
}

#[cfg(test)]
mod tests;
