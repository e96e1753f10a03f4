use futures_util::{SinkExt, StreamExt};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_tungstenite::{
    client_async_with_config,
    tungstenite::{
        Bytes, Message as Frame, client::IntoClientRequest, http::HeaderValue, protocol::CloseFrame,
    },
};

use super::*;
use crate::{
    Guard,
    testing::{Caller, Paper, Post, Zone, name, settle, soon},
};

/// A device and the fleet, connected.
struct Pair {
    post: Post,
    fleet: Line,
    device: Caller,
}

impl Pair {
    async fn new() -> Self {
        Self::of(&Zone::new()).await
    }

    async fn of(zone: &Zone) -> Self {
        let mut post = zone.open().await;
        let mut device = zone.dial(post.serving.address(), &Paper::device());
        let fleet = post.connected().await.1.line;
        device.connected().await;
        Self { post, fleet, device }
    }
}

/// A peer that is only a WebSocket, without TLS and without our restraint.
type Raw = WebSocketStream<TcpStream>;

async fn raw(zone: &Zone) -> (Post, Line, Raw) {
    let mut post = zone.open_with(Guard::Plain, Subprotocol::LINK).await;
    let mut request = "ws://fleet/".into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(Subprotocol::LINK.0));
    let stream = TcpStream::connect(post.serving.address()).await.unwrap();
    let (socket, _) = soon(client_async_with_config(request, stream, None)).await.unwrap();
    let line = post.connected().await.1.line;
    (post, line, socket)
}

/// The close frame that the peer is sent, as number and reason.
async fn told(socket: &mut Raw) -> (u16, String) {
    loop {
        let frame = soon(socket.next()).await.unwrap().unwrap();
        if let Frame::Close(Some(CloseFrame { code, reason })) = frame {
            return (code.into(), reason.to_string());
        }
    }
}

fn refused(refusal: Refusal) -> Ended {
    Ended::Closing(Closing::Refused(refusal))
}

#[tokio::test]
async fn messages_arrive_whole_and_in_order_both_ways() {
    let mut pair = Pair::new().await;
    let sizes = [0, 1, FRAGMENT - 1, FRAGMENT, FRAGMENT + 1, 2 * FRAGMENT, 60_000, FRAME_LIMIT];
    let message = |size: usize| (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect::<Vec<_>>();
    for size in sizes {
        pair.device.line.send(message(size));
        pair.fleet.send(message(size));
        assert_eq!(pair.post.received().await.into_bytes(), message(size), "{size} bytes up");
        assert_eq!(pair.device.received().await.into_bytes(), message(size), "{size} bytes down");
    }
    for number in 0..100_u8 {
        pair.device.line.send(vec![number]);
    }
    for number in 0..100_u8 {
        assert_eq!(pair.post.received().await.into_bytes(), [number]);
    }
}

#[tokio::test]
async fn a_message_beyond_the_limit_closes_the_connection() {
    for size in [FRAME_LIMIT + 1, 70_000] {
        let mut pair = Pair::new().await;
        pair.device.line.send(vec![7; size]);
        assert_eq!(pair.post.lost().await, refused(Refusal::Oversized));
        let reason = "tls/oversized".to_owned();
        assert_eq!(pair.device.lost().await, Ended::Closed { number: 1009, reason });
    }
}

#[tokio::test]
async fn a_frame_beyond_the_limit_is_refused_by_its_header_alone() {
    let (mut post, _line, mut socket) = raw(&Zone::new()).await;
    // FIN and binary; masked, and 70,000 bytes announced, of which none follows.
    let header = [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x70, 1, 2, 3, 4];
    socket.get_mut().write_all(&header).await.unwrap();
    assert_eq!(told(&mut socket).await, (1009, "tls/oversized".into()));
    drop(socket);
    assert_eq!(post.lost().await, refused(Refusal::Oversized));
}

#[tokio::test]
async fn a_message_of_text_closes_the_connection() {
    let (mut post, _line, mut socket) = raw(&Zone::new()).await;
    socket.send(Frame::text("hello")).await.unwrap();
    assert_eq!(told(&mut socket).await, (1003, "tls/text".into()));
    drop(socket);
    assert_eq!(post.lost().await, refused(Refusal::Text));
}

#[tokio::test]
async fn a_frame_that_breaks_the_protocol_closes_the_connection() {
    let (mut post, _line, mut socket) = raw(&Zone::new()).await;
    // A client's frame that is not masked (RFC 6455 §5.1).
    socket.get_mut().write_all(&[0x82, 0x01, 0x07]).await.unwrap();
    assert_eq!(told(&mut socket).await, (1002, "tls/web-socket".into()));
    drop(socket);
    assert!(matches!(post.lost().await, Ended::Closing(Closing::Refused(Refusal::WebSocket(_)))));
}

#[tokio::test]
async fn a_peer_that_vanishes_is_cut() {
    let (mut post, _line, socket) = raw(&Zone::new()).await;
    drop(socket);
    assert_eq!(post.lost().await, Ended::Cut);
}

#[tokio::test]
async fn a_peer_that_closes_is_heard_and_answered() {
    let (mut post, _line, mut socket) = raw(&Zone::new()).await;
    let frame = CloseFrame { code: 4000.into(), reason: "its reason".into() };
    socket.send(Frame::Close(Some(frame))).await.unwrap();
    assert_eq!(told(&mut socket).await, (4000, "its reason".into()));
    drop(socket);
    assert_eq!(post.lost().await, Ended::Closed { number: 4000, reason: "its reason".into() });
}

#[tokio::test]
async fn pings_are_answered_and_told_to_nobody() {
    let (mut post, _line, mut socket) = raw(&Zone::new()).await;
    socket.send(Frame::Ping(Bytes::from_static(b"there?"))).await.unwrap();
    assert_eq!(soon(socket.next()).await.unwrap().unwrap(), Frame::Pong(Bytes::from_static(b"there?")));
    socket.send(Frame::binary(b"word".as_slice())).await.unwrap();
    assert_eq!(&*post.received().await, b"word");
}

#[tokio::test]
async fn what_is_sent_together_is_flushed_once() {
    let mut pair = Pair::new().await;
    for number in 0..3 {
        pair.fleet.send(vec![number]);
    }
    let first = soon(pair.post.heard.recv()).await.unwrap();
    assert_eq!(name(&first), "flushed");
    for number in 0..3 {
        assert_eq!(pair.device.received().await.into_bytes(), [number]);
    }
    settle().await;
    assert!(pair.post.heard.try_recv().is_err());
}

#[tokio::test]
async fn closing_comes_behind_what_was_sent() {
    let mut pair = Pair::new().await;
    pair.fleet.send(vec![1; 60_000]);
    pair.fleet.send(b"goodbye".to_vec());
    pair.fleet.close();
    pair.fleet.send(b"never".to_vec());
    assert_eq!(pair.device.received().await.len(), 60_000);
    assert_eq!(&*pair.device.received().await, b"goodbye");
    assert_eq!(pair.device.lost().await, Ended::Closed { number: 1000, reason: "tls/done".into() });
    assert_eq!(pair.post.lost().await, Ended::Closing(Closing::Done));
}

#[tokio::test]
async fn an_owner_that_does_not_read_is_not_read_for() {
    let mut zone = Zone::new();
    zone.patience.unread = 2;
    let mut pair = Pair::of(&zone).await;
    for number in 0..10 {
        pair.device.line.send(vec![number]);
    }
    let mut held = vec![pair.post.received().await, pair.post.received().await];
    settle().await;
    assert!(pair.post.heard.try_recv().is_err());
    for number in 2..10 {
        held.remove(0);
        let next = pair.post.received().await;
        assert_eq!(&*next, [number]);
        held.push(next);
    }
}

#[tokio::test]
async fn an_owner_whose_channel_is_full_loses_nothing() {
    let zone = Zone::new();
    let (signals, mut heard) = mpsc::channel(1);
    let listener =
        crate::Listener::bind(crate::testing::LOOPBACK, zone.setup(zone.guard(zone.trust()))).await;
    let serving = listener.unwrap().serve(Frames::new(Subprotocol::LINK, Patience::default(), signals));
    let mut device = zone.dial(serving.address(), &Paper::device());
    device.connected().await;
    for number in 0..20 {
        device.line.send(vec![number]);
    }
    settle().await;
    crate::testing::connected(&mut heard).await;
    for number in 0..20 {
        assert_eq!(&*crate::testing::received(&mut heard).await, [number]);
        settle().await;
    }
}

#[tokio::test]
async fn more_than_the_peer_may_leave_unread_ends_the_connection_at_once() {
    let (mut post, line, _socket) = raw(&Zone::new()).await;
    // Nothing runs between these, so all of it would have to wait.
    for _ in 0..9 {
        line.send(vec![0; FRAME_LIMIT]);
    }
    assert_eq!(post.lost().await, refused(Refusal::Stalled));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_reads_is_dropped() {
    let mut zone = Zone::new();
    zone.patience.stall = Duration::from_secs(5);
    let (mut post, line, _socket) = raw(&zone).await;
    let ended = soon(async {
        loop {
            // As the link does: the next piece goes when the one before it is with the network.
            line.send(vec![0; 60_000]);
            match post.heard.recv().await.unwrap() {
                Signal::Flushed(_) => {}
                Signal::Lost(_, ended) => return ended,
                other => panic!("{}", name(&other)),
            }
        }
    });
    assert_eq!(ended.await, refused(Refusal::Stalled));
}

#[tokio::test]
async fn a_session_that_is_over_takes_no_more() {
    let mut pair = Pair::new().await;
    pair.device.line.close();
    assert!(matches!(pair.post.lost().await, Ended::Closed { number: 1000, .. }));
    pair.fleet.send(b"too late".to_vec());
    pair.fleet.close();
    assert_eq!(pair.device.lost().await, Ended::Closing(Closing::Done));
}

#[test]
fn every_end_has_a_code() {
    let code = crate::Code("admit/revoked");
    let ends = [
        Ended::Closed { number: 1000, reason: String::new() },
        Ended::Closing(Closing::Done),
        Ended::Closing(Closing::Door(code)),
        Ended::Closing(Closing::Expired),
        Ended::Closing(Closing::Overstayed),
        Ended::Closing(Closing::Refused(Refusal::Text)),
        Ended::Closing(Closing::Stopping),
        Ended::Cut,
        Ended::Failed(crate::Fault::Unreachable.into()),
    ];
    let codes: std::collections::BTreeSet<_> = ends.iter().map(Ended::code).collect();
    assert_eq!(codes.len(), ends.len());
}
