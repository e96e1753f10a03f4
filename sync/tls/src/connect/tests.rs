use tokio::{io::AsyncWriteExt, net::TcpListener};

use super::*;
use crate::testing::{Caller, DEVICE, LOOPBACK, Paper, Zone, connected, soon};

const OTHER: &str = "spiffe://device.acme/dev_bbbbbbbbbbbbbbbbbbbbbbbbbb";

#[tokio::test]
async fn an_address_where_nobody_listens_is_told_as_that() {
    let zone = Zone::new();
    let free = TcpListener::bind(LOOPBACK).await.unwrap().local_addr().unwrap();
    let lost = zone.dial(free, &Paper::device()).lost().await;
    assert_eq!(lost, Ended::Failed(Fault::Unreachable.into()));
}

#[tokio::test]
async fn without_tls_this_machine_alone_is_reached() {
    let plain = TcpListener::bind(LOOPBACK).await.unwrap();
    let here = plain.local_addr().unwrap();
    let here = here.to_string();
    let (called, accepted) = tokio::join!(local(&here, soonest()), plain.accept());
    assert!(matches!(called, Ok(Stream::Plain(_))) && accepted.is_ok());

    let elsewhere: SocketAddr = "192.0.2.1:8440".parse().unwrap();
    let refused = local(&elsewhere.to_string(), soonest()).await.err();
    assert_eq!(refused, Some(Mistake::NotLoopback(elsewhere).into()));
}

const fn soonest() -> Duration {
    Duration::from_secs(10)
}

#[tokio::test]
async fn an_address_that_is_none_is_an_operators_mistake() {
    let zone = Zone::new();
    let mut call = zone.call(LOOPBACK, &Paper::device());
    call.address = "fleet without a port".into();
    let lost = Caller::new(call.clone()).lost().await;
    assert_eq!(lost, Ended::Failed(Mistake::Host(call.address).into()));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_not_waited_for() {
    let zone = Zone::new();
    let silent = TcpListener::bind(LOOPBACK).await.unwrap();
    let mut caller = zone.dial(silent.local_addr().unwrap(), &Paper::device());
    let _held = soon(silent.accept()).await.unwrap();
    tokio::time::advance(Duration::from_secs(16)).await;
    assert_eq!(caller.lost().await, Ended::Failed(Fault::Unreachable.into()));
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_not_spoken_to() {
    let zone = Zone::new();
    let plain = TcpListener::bind(LOOPBACK).await.unwrap();
    let mut caller = zone.dial(plain.local_addr().unwrap(), &Paper::device());
    let (mut stream, _) = soon(plain.accept()).await.unwrap();
    stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    assert!(matches!(caller.lost().await, Ended::Failed(Problem::Refusal(Refusal::Misbehaved(_)))));
}

#[tokio::test]
async fn what_is_sent_before_the_connection_stands_waits_for_it() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let caller = zone.dial(post.serving.address(), &Paper::device());
    caller.line.send(b"hello".to_vec());
    post.connected().await;
    assert_eq!(&*post.received().await, b"hello");
}

#[tokio::test]
async fn a_call_that_is_taken_back_ends_as_soon_as_it_stands() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let mut caller = zone.dial(post.serving.address(), &Paper::device());
    caller.line.close();
    post.connected().await;
    assert!(matches!(post.lost().await, Ended::Closed { number: 1000, .. }));
    caller.connected().await;
    assert_eq!(caller.lost().await, Ended::Closing(crate::Closing::Done));
}

#[tokio::test]
async fn a_new_certificate_is_shown_from_the_next_connection_on() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let at = post.serving.address();
    let (signals, mut heard) = mpsc::channel(8);
    let old = zone.call(at, &Paper::device());
    let dialer = Dialer::new(old, Subprotocol::LINK, Patience::default(), signals);
    let first = dialer.connect(Conn(1));
    connected(&mut heard).await;
    dialer.swap(zone.call(at, &Paper::named(OTHER)));
    let second = dialer.connect(Conn(2));
    assert_eq!(connected(&mut heard).await.0, Conn(2));
    let mut shown = vec![];
    for _ in 0..2 {
        shown.push(post.connected().await.1.presented.unwrap().uri.clone());
    }
    assert_eq!(shown, [DEVICE, OTHER]);
    first.send(b"both stand".to_vec());
    second.send(b"both stand".to_vec());
    for _ in 0..2 {
        assert_eq!(&*post.received().await, b"both stand");
    }
}

#[tokio::test]
async fn a_stream_without_frames_is_had_by_whoever_speaks_something_else() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let call = zone.call(post.serving.address(), &Paper::device());
    let answered = call.connect(&[pump::ALPN]).await.unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(answered.presented.uri, crate::testing::SERVER);
    let mut stream = answered.stream;
    stream.write_all(b"POST / HTTP/1.1\r\n\r\n").await.unwrap();
    assert_eq!(post.refused().await.code(), "tls/upgrade");
}

#[tokio::test]
async fn who_knocks_says_nothing_and_knows_whether_somebody_is_there() {
    let zone = Zone::new();
    let listener = TcpListener::bind(LOOPBACK).await.unwrap();
    let there = listener.local_addr().unwrap();
    let call = zone.call(there, &Paper::device());
    let (knocked, accepted) = tokio::join!(call.knock(), listener.accept());
    assert_eq!(knocked, Ok(there));
    let mut said = vec![];
    tokio::io::AsyncReadExt::read_to_end(&mut accepted.unwrap().0, &mut said).await.unwrap();
    assert_eq!(said, b"");
    drop(listener);
    assert_eq!(call.knock().await, Err(Fault::Unreachable.into()));
}
