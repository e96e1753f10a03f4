use std::cell::Cell;

use super::*;
use crate::{fault::Fault, mistake::Mistake};

#[tokio::test(start_paused = true)]
async fn tries_again_until_it_works() {
    let tries = Cell::new(0);
    let attempt = || async {
        tries.set(tries.get() + 1);
        if tries.get() < 4 { Err(Problem::Fault(Fault::Unreachable)) } else { Ok(tries.get()) }
    };
    let mut waits = vec![];
    let began = tokio::time::Instant::now();
    let done = until(7, attempt, |_, wait| {
        waits.push(wait);
        ControlFlow::Continue(())
    });
    assert_eq!(done.await, Ok(4));
    let mut backoff = Backoff::new(7);
    let expected: Vec<_> = (0..3).map(|_| backoff.after_failure()).collect();
    assert_eq!(waits, expected);
    assert!(began.elapsed() >= expected.iter().sum::<Duration>());
}

#[tokio::test(start_paused = true)]
async fn ends_when_nobody_wants_it_any_more() {
    let failed = Problem::Mistake(Mistake::NoRoot);
    let attempt = || async { Err::<(), _>(failed.clone()) };
    let mut heard = vec![];
    let ended = until(7, attempt, |problem, _| {
        heard.push(problem.clone());
        if heard.len() < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    assert_eq!(ended.await, Err(failed.clone()));
    assert_eq!(heard, [failed.clone(), failed.clone()]);
}
