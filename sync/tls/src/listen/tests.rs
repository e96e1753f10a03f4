mod hostile;
mod matrix;
mod memory;
mod sessions;

use super::*;
use crate::testing::{LOOPBACK, Paper, Post, Zone};

#[tokio::test]
async fn a_port_that_is_taken_is_an_operators_mistake() {
    let zone = Zone::new();
    let post = zone.open().await;
    let at = post.serving.address();
    let again = Listener::bind(at, zone.setup(zone.guard(zone.trust()))).await;
    assert_eq!(again.map(|_| ()), Err(Problem::Mistake(Mistake::Taken(at))));
}

#[tokio::test]
async fn an_address_of_another_machine_is_an_operators_mistake() {
    let zone = Zone::new();
    let at = SocketAddr::from(([192, 0, 2, 1], 0));
    let bound = Listener::bind(at, zone.setup(zone.guard(zone.trust()))).await;
    assert_eq!(bound.map(|_| ()), Err(Problem::Mistake(Mistake::Address(at))));
}

#[test]
fn what_the_kernel_answers_names_the_operators_mistake() {
    let at = SocketAddr::from(([127, 0, 0, 1], 443));
    let answer = |kind: io::ErrorKind| unbound(at, &kind.into());
    assert_eq!(answer(io::ErrorKind::PermissionDenied), Mistake::Privileged(at).into());
    assert_eq!(answer(io::ErrorKind::AddrInUse), Mistake::Taken(at).into());
    assert_eq!(answer(io::ErrorKind::Other), Fault::Socket(io::ErrorKind::Other).into());
}

#[tokio::test]
async fn without_tls_a_listener_stays_on_this_machine() {
    let zone = Zone::new();
    let at = SocketAddr::from(([0, 0, 0, 0], 0));
    let bound = Listener::bind(at, zone.setup(Guard::Plain)).await;
    assert_eq!(bound.map(|_| ()), Err(Problem::Mistake(Mistake::NotLoopback(at))));
    assert!(Listener::bind(LOOPBACK, zone.setup(Guard::Plain)).await.is_ok());
}

#[tokio::test]
async fn fifty_devices_come_at_once_and_each_is_heard() {
    let zone = Zone::new();
    let mut post: Post = zone.open().await;
    let paper = Paper::device();
    let mut callers: Vec<_> = (0..50).map(|_| zone.dial(post.serving.address(), &paper)).collect();
    let mut seen = vec![];
    for _ in 0..50 {
        let (conn, opened) = post.connected().await;
        opened.line.send(conn.0.to_be_bytes().to_vec());
        seen.push(opened);
    }
    let mut numbers = vec![];
    for caller in &mut callers {
        caller.connected().await;
        numbers.push(u64::from_be_bytes(caller.received().await.as_ref().try_into().unwrap()));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
    assert_eq!(post.serving.sessions(), 50);
}
