//! No more at a time than there are turns, nobody forgotten, and a turn is given back while its taker waits.

use core::{
    future::pending,
    sync::atomic::{AtomicUsize, Ordering},
    task::Poll,
};
use std::{sync::Arc, thread};

use super::*;

/// Something that is polled a few times, each time for as long as another thread needs to come by.
async fn think(thinking: Arc<AtomicUsize>, most: Arc<AtomicUsize>) {
    let mut left = 8;
    poll_fn(|context| {
        let others = thinking.fetch_add(1, Ordering::SeqCst);
        most.fetch_max(others + 1, Ordering::SeqCst);
        (0..64).for_each(|_| thread::yield_now());
        thinking.fetch_sub(1, Ordering::SeqCst);
        left -= 1;
        if left == 0 {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_more_think_at_a_time_than_there_are_turns() {
    let (turns, most) = (Arc::new(Turns::of(1)), Arc::<AtomicUsize>::default());
    let thinking = Arc::<AtomicUsize>::default();
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (turns, think) = (Arc::clone(&turns), think(Arc::clone(&thinking), Arc::clone(&most)));
            tokio::spawn(async move { turns.take(&Waits::default(), think).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn with_a_turn_left_one_thinks_beside_the_others_and_with_none_it_waits() {
    let turns = Turns::of(3);
    let two = (turns.0.try_acquire().unwrap(), turns.0.try_acquire().unwrap());
    assert_eq!(turns.take(&Waits::default(), async { 7 }).await, 7);
    let third = turns.0.try_acquire().unwrap();
    let known = Waits::default();
    let mut waits = pin!(turns.take(&known, async { 8 }));
    let at_once = poll_fn(|context| Poll::Ready(waits.as_mut().poll(context))).await;
    assert!(at_once.is_pending());
    assert!(known.is_for_us(), "it waits for its turn");
    drop(third);
    assert_eq!(waits.await, 8);
    drop(two);
}

#[tokio::test]
async fn whoever_waits_for_its_peer_holds_no_turn() {
    let turns = Arc::new(Turns::of(1));
    let theirs = Arc::clone(&turns);
    let silent = tokio::spawn(async move { theirs.take(&Waits::default(), pending::<()>()).await });
    tokio::task::yield_now().await;
    assert_eq!(turns.take(&Waits::default(), async { 7 }).await, 7);
    silent.abort();
}
