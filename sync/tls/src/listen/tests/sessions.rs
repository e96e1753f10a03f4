//! What happens to sessions that stand: revocation, swapped configuration, expiry, and the end.

use super::*;
use crate::{
    Code, Ended, Limits, Revocations, Signal,
    testing::{DAY, DEVICE, HOUR, NOW, name, settle, soon},
};

const OTHER: &str = "spiffe://device.acme/dev_bbbbbbbbbbbbbbbbbbbbbbbbbb";

fn closed(number: u16, reason: &str) -> Ended {
    Ended::Closed { number, reason: reason.into() }
}

#[tokio::test]
async fn a_live_session_is_closed_at_once_when_its_identity_is_revoked() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let mut revoked = zone.dial(post.serving.address(), &Paper::device());
    post.connected().await;
    let mut other = zone.dial(post.serving.address(), &Paper::named(OTHER));
    post.connected().await;
    revoked.connected().await;
    other.connected().await;
    assert_eq!(post.serving.close(DEVICE, Code("admit/revoked")), 1);
    assert_eq!(post.lost().await, Ended::Closing(Closing::Door(Code("admit/revoked"))));
    assert_eq!(revoked.lost().await, closed(4403, "admit/revoked"));
    other.line.send(b"still here".to_vec());
    assert_eq!(&*post.received().await, b"still here");
    assert_eq!(post.serving.sessions(), 1);
}

#[tokio::test]
async fn nothing_of_a_revoked_device_is_delivered_any_more() {
    let mut zone = Zone::new();
    zone.patience.unread = 1;
    let mut post = zone.open().await;
    let caller = zone.dial(post.serving.address(), &Paper::device());
    post.connected().await;
    caller.line.send(b"before".to_vec());
    caller.line.send(b"after".to_vec());
    let before = post.received().await;
    settle().await;
    post.serving.close(DEVICE, Code("admit/revoked"));
    drop(before);
    let next = soon(post.heard.recv()).await.unwrap();
    assert_eq!(name(&next), format!("lost: {:?}", Ended::Closing(Closing::Door(Code("admit/revoked")))));
}

#[tokio::test]
async fn all_connections_of_one_identity_are_closed() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let paper = Paper::device();
    let callers: Vec<_> = (0..3).map(|_| zone.dial(post.serving.address(), &paper)).collect();
    for _ in 0..3 {
        post.connected().await;
    }
    assert_eq!(post.serving.close(DEVICE, Code("admit/revoked")), 3);
    for mut caller in callers {
        assert_eq!(caller.lost().await, closed(4403, "admit/revoked"));
    }
}

#[tokio::test]
async fn a_review_closes_whom_the_doors_no_longer_let_in() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let mut caller = zone.dial(post.serving.address(), &Paper::device());
    post.connected().await;
    caller.connected().await;
    assert_eq!(post.serving.review(), 0);
    zone.porter.refuse(DEVICE, "admit/feed-stale");
    assert_eq!(post.serving.review(), 1);
    assert_eq!(caller.lost().await, closed(4403, "admit/feed-stale"));
}

#[tokio::test]
async fn a_swapped_configuration_judges_what_stands() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let mut caller = zone.dial(post.serving.address(), &Paper::device());
    post.connected().await;
    caller.connected().await;
    let mut revocations = Revocations::none_yet();
    revocations.take(&zone.authority.revoke(1, &[7], NOW + DAY), &zone.authority.issuing()).unwrap();
    let guard = zone.guard(zone.trust().with_revocations(revocations));
    post.serving.swap(zone.setup(guard)).unwrap();
    assert_eq!(post.lost().await, Ended::Closing(Closing::Refused(Refusal::Revoked)));
    assert_eq!(caller.lost().await, closed(4403, "tls/revoked"));
}

#[tokio::test]
async fn a_swapped_configuration_is_that_of_the_next_handshake() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let moved = Zone::new();
    post.serving.swap(moved.setup(moved.guard(moved.trust()))).unwrap();
    let mut old = zone.dial(post.serving.address(), &Paper::device());
    assert!(matches!(old.lost().await, Ended::Failed(Problem::Refusal(Refusal::Chain(_)))));
    let mut new = moved.dial(post.serving.address(), &Paper::device());
    new.connected().await;
    // The old one gave up on us, and said so.
    assert!(matches!(post.refused().await, Problem::Refusal(Refusal::Alert(_))));
}

#[tokio::test]
async fn a_listener_with_tls_is_not_swapped_into_one_without_where_others_can_reach_it() {
    let zone = Zone::new();
    let guard = zone.guard(zone.trust());
    let at = SocketAddr::from(([0, 0, 0, 0], 0));
    let listener = Listener::bind(at, zone.setup(guard)).await.unwrap();
    let (signals, _heard) = mpsc::channel(1);
    let frames = crate::Frames::new(crate::Subprotocol::LINK, crate::Patience::default(), signals);
    let serving = listener.serve(frames);
    let refused = serving.swap(zone.setup(Guard::Plain));
    assert_eq!(refused, Err(Mistake::NotLoopback(serving.address())));
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_with_its_certificate() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let paper = Paper { until: NOW + HOUR, ..Paper::device() };
    let mut caller = zone.dial(post.serving.address(), &paper);
    post.connected().await;
    caller.connected().await;
    tokio::time::advance(HOUR + Duration::from_secs(1)).await;
    assert_eq!(post.lost().await, Ended::Closing(Closing::Expired));
    assert_eq!(caller.lost().await, closed(4401, "tls/session-expired"));
}

#[tokio::test(start_paused = true)]
async fn an_enrolment_lasts_no_longer_than_it_may() {
    let mut zone = Zone::new();
    zone.limits = Limits::ENROLMENT;
    let guard = Guard::Server(zone.authority.credential(&Paper::server()));
    let mut post = zone.open_with(guard, crate::Subprotocol::ENROL).await;
    let call = zone.call_with(post.serving.address(), None);
    let patience = crate::Patience::default();
    let mut caller = crate::testing::Caller::speaking(call, crate::Subprotocol::ENROL, patience);
    let (_, opened) = post.connected().await;
    assert_eq!(opened.presented, None);
    caller.connected().await;
    caller.line.send(b"join".to_vec());
    assert_eq!(&*post.received().await, b"join");
    opened.line.send(b"joined".to_vec());
    assert_eq!(&*caller.received().await, b"joined");
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(post.lost().await, Ended::Closing(Closing::Overstayed));
    assert_eq!(caller.lost().await, closed(4408, "tls/overstayed"));
}

#[tokio::test]
async fn a_listener_that_stops_tells_everybody_and_closes_its_port() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let at = post.serving.address();
    let mut caller = zone.dial(at, &Paper::device());
    post.connected().await;
    caller.connected().await;
    let (stopped, lost) = tokio::join!(post.serving.stop(Duration::from_mins(1)), caller.lost());
    assert_eq!((stopped, lost), ((), closed(1001, "tls/stopping")));
    assert!(TcpStream::connect(at).await.is_err());
    assert!(matches!(
        soon(post.heard.recv()).await,
        Some(Signal::Lost(_, Ended::Closing(Closing::Stopping)))
    ));
    // The owner hears the end of everything, and then nothing.
    assert!(soon(post.heard.recv()).await.is_none());
}

#[tokio::test]
async fn numbers_of_connections_grow() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let paper = Paper::device();
    let mut last = Conn(0);
    for _ in 0..3 {
        let caller = zone.dial(post.serving.address(), &paper);
        let (conn, _) = post.connected().await;
        assert!(conn > last);
        last = conn;
        caller.line.close();
        post.lost().await;
    }
}
