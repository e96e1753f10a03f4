//! No more at a time than there are turns, nobody forgotten, and a turn is given back while its taker waits; sources
//! take turns, however many wait behind one.

use core::{
    future::pending,
    sync::atomic::{AtomicUsize, Ordering},
    task::Poll,
};
use std::{net::Ipv4Addr, thread};

use super::*;

const A: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const B: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));
const C: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 3));

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
    let (turns, most) = (Turns::of(1), Arc::<AtomicUsize>::default());
    let thinking = Arc::<AtomicUsize>::default();
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (turns, think) = (turns.clone(), think(Arc::clone(&thinking), Arc::clone(&most)));
            tokio::spawn(async move { turns.take(A, &Waits::default(), think).await })
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
    let two = [turns.ask(A).await.unwrap(), turns.ask(A).await.unwrap()];
    assert_eq!(turns.take(A, &Waits::default(), async { 7 }).await, 7);
    let third = turns.ask(A).await.unwrap();
    let known = Waits::default();
    let mut waits = pin!(turns.take(A, &known, async { 8 }));
    let at_once = poll_fn(|context| Poll::Ready(waits.as_mut().poll(context))).await;
    assert!(at_once.is_pending());
    assert!(known.is_for_us(), "it waits for its turn");
    drop(third);
    assert_eq!(waits.await, 8);
    drop(two);
}

#[tokio::test]
async fn whoever_waits_for_its_peer_holds_no_turn() {
    let turns = Turns::of(1);
    let theirs = turns.clone();
    let silent = tokio::spawn(async move { theirs.take(A, &Waits::default(), pending::<()>()).await });
    tokio::task::yield_now().await;
    assert_eq!(turns.take(A, &Waits::default(), async { 7 }).await, 7);
    silent.abort();
}

/// Who of these has the turn now; it is given back.
fn served(waiting: &mut Vec<(IpAddr, oneshot::Receiver<Turn>)>) -> Option<IpAddr> {
    let mut taken = waiting.iter_mut().map(|(_, turn)| turn.try_recv().ok());
    let (at, turn) = taken.by_ref().enumerate().find_map(|(at, turn)| Some((at, turn?)))?;
    assert!(taken.all(|turn| turn.is_none()), "there is one turn");
    let (source, _) = waiting.remove(at);
    drop(turn);
    Some(source)
}

#[tokio::test]
async fn a_crowd_behind_one_address_holds_up_nobody_behind_another() {
    let turns = Turns::of(1);
    let busy = turns.ask(A).await.unwrap();
    let mut waiting: Vec<_> = [A, A, A, A, B, B, C].map(|from| (from, turns.ask(from))).into();
    drop(busy);
    let order: Vec<_> = core::iter::from_fn(|| served(&mut waiting)).collect();
    assert_eq!(order, [A, B, C, A, B, A, A]);
}

#[tokio::test]
async fn a_turn_whose_taker_has_left_goes_to_the_next() {
    let turns = Turns::of(1);
    let busy = turns.ask(A).await.unwrap();
    let (left, waits) = (turns.ask(A), turns.ask(A));
    drop(left);
    drop(busy);
    let mut given = turns.ask(B);
    // It was given, and its taker leaves before it looks.
    drop(waits);
    assert!(given.try_recv().is_ok());
    assert_eq!(turns.queue().free, 1, "and comes back in the end");
}
