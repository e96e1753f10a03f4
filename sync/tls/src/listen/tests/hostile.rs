//! Strangers who mean harm: slow, half-open, many, and at the wrong door.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::{
    Ended, Limits, Subprotocol,
    testing::{Caller, settle, soon},
};

/// Whether the listener has closed this connection.
async fn is_cut(stream: &mut TcpStream) -> bool {
    let mut scratch = [0; 64];
    loop {
        match soon(stream.read(&mut scratch)).await {
            Ok(0) | Err(_) => return true,
            Ok(_) => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_says_nothing_is_cut_when_the_handshakes_time_is_over() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let mut silent = TcpStream::connect(post.serving.address()).await.unwrap();
    let began = tokio::time::Instant::now();
    assert!(is_cut(&mut silent).await);
    assert_eq!(post.refused().await, Refusal::Slow.into());
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn whoever_drips_is_cut_as_early_as_whoever_is_silent() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let mut slow = TcpStream::connect(post.serving.address()).await.unwrap();
    let began = tokio::time::Instant::now();
    // The header of a client hello that would be 512 bytes long, then its body, a byte a second.
    slow.write_all(&[22, 3, 1, 2, 0]).await.unwrap();
    while slow.write_all(&[1]).await.is_ok() {
        tokio::time::advance(Duration::from_secs(1)).await;
        settle().await;
        assert!(began.elapsed() < Duration::from_secs(30));
    }
    assert_eq!(post.refused().await, Refusal::Slow.into());
}

#[tokio::test(start_paused = true)]
async fn a_certificate_alone_does_not_keep_a_place() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    // TLS is over, and the upgrade never comes.
    let call = zone.call(post.serving.address(), &Paper::device());
    let answered = call.connect(&[b"http/1.1"]).await.unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(post.refused().await, Refusal::Slow.into());
    drop(answered);
}

#[tokio::test]
async fn a_flood_of_unfinished_handshakes_does_not_keep_an_honest_device_out() {
    let mut zone = Zone::new();
    zone.limits = Limits { half_open_per_source: 8, ..zone.limits };
    let mut post = zone.open().await;
    let mut flood = vec![];
    for _ in 0..64 {
        flood.push(TcpStream::connect(post.serving.address()).await.unwrap());
    }
    let mut honest = zone.dial(post.serving.address(), &Paper::device());
    honest.connected().await;
    // 57 of the flood made room: 56 for the rest of it, and one for the honest device.
    for stream in &mut flood[..57] {
        assert!(is_cut(stream).await);
    }
    for _ in 0..57 {
        assert_eq!(post.refused().await, Refusal::Evicted.into());
    }
}

#[tokio::test]
async fn a_source_gets_only_so_many_connections() {
    let mut zone = Zone::new();
    zone.limits = Limits { per_source: 2, ..zone.limits };
    let mut post = zone.open().await;
    let paper = Paper::device();
    let mut stand = vec![];
    for _ in 0..2 {
        let mut caller = zone.dial(post.serving.address(), &paper);
        caller.connected().await;
        post.connected().await;
        stand.push(caller);
    }
    let mut third = zone.dial(post.serving.address(), &paper);
    assert!(matches!(third.lost().await, Ended::Failed(_)));
    assert_eq!(post.refused().await, Refusal::Crowded.into());
    // A place that is left is free again.
    let left = stand.pop().unwrap();
    left.line.close();
    assert!(matches!(post.lost().await, Ended::Closed { .. }));
    settle().await;
    zone.dial(post.serving.address(), &paper).connected().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_speaks_no_tls_is_counted_and_cut() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let mut plain = TcpStream::connect(post.serving.address()).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nhost: fleet\r\n\r\n").await.unwrap();
    assert!(is_cut(&mut plain).await);
    assert_eq!(post.refused().await.code(), "tls/misbehaved");
}

#[tokio::test]
async fn a_device_at_the_wrong_door_is_told_so() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let call = zone.call(post.serving.address(), &Paper::device());
    let mut caller = Caller::speaking(call, Subprotocol::ENROL, zone.patience);
    let told = Refusal::Upgrade("400 Bad Request".into());
    assert_eq!(caller.lost().await, Ended::Failed(told.into()));
    assert_eq!(post.refused().await, Refusal::Subprotocol.into());
}

/// What an HTTP client is answered at the plain listener.
async fn ask(headers: &str) -> (String, Problem) {
    let zone = Zone::new();
    let mut post = zone.open_with(Guard::Plain, Subprotocol::LINK).await;
    let mut stream = TcpStream::connect(post.serving.address()).await.unwrap();
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: fleet\r\n{headers}\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = soon(stream.read_to_string(&mut answer)).await;
    (answer.lines().next().unwrap_or_default().to_owned(), post.refused().await)
}

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: wrale.link.v1\r\n";

#[tokio::test]
async fn a_web_page_is_not_let_in() {
    let (answer, problem) = ask(&format!("{UPGRADE}Origin: https://example.org\r\n")).await;
    assert_eq!(answer, "HTTP/1.1 403 Forbidden");
    assert_eq!(problem, Refusal::Upgrade("it comes from a web page".into()).into());
}

#[tokio::test]
async fn a_request_that_wants_no_websocket_is_refused() {
    let (_, problem) = ask("").await;
    assert_eq!(problem.code(), "tls/upgrade");
}

#[tokio::test]
async fn a_request_without_end_is_refused_before_it_fills_anything() {
    let zone = Zone::new();
    let mut post = zone.open_with(Guard::Plain, Subprotocol::LINK).await;
    let mut stream = TcpStream::connect(post.serving.address()).await.unwrap();
    let _ = stream.write_all(b"GET / HTTP/1.1\r\n").await;
    let line = format!("x: {}\r\n", "y".repeat(1000));
    let mut sent = 0;
    while sent < 1024 * 1024 && stream.write_all(line.as_bytes()).await.is_ok() {
        sent += line.len();
    }
    assert!(sent < 1024 * 1024);
    assert_eq!(post.refused().await.code(), "tls/upgrade");
}
