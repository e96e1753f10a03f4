//! Who gives way where many stand at the door.

use std::future::pending;

use axum::{Extension, routing::get};
use http_body_util::Empty;
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use tokio::io::duplex;

use super::*;

const A: [u8; 4] = [192, 0, 2, 1];
const B: [u8; 4] = [192, 0, 2, 2];
const C: [u8; 4] = [192, 0, 2, 3];

/// Somebody at the other end of a connection that stays open.
struct Guest(SendRequest<Empty<Bytes>>);

impl Guest {
    async fn come(strangers: &Arc<Strangers>, number: u64, from: [u8; 4]) -> Self {
        let known = get(async |Extension(web::SignedIn(tell)): Extension<web::SignedIn>| tell());
        let router = Router::new().route("/known", known).route("/", get(async || ""));
        let (ours, theirs) = duplex(4096);
        let (conn, strangers) = (Conn(number), Arc::clone(strangers));
        let goes = strangers.come(conn, from.into());
        tokio::spawn(async move {
            let peer = (from, 9).into();
            speak(&router, &strangers, (conn, peer), theirs, goes, pending::<()>()).await;
        });
        let (sends, connection) = handshake(TokioIo::new(ours)).await.unwrap();
        tokio::spawn(connection);
        Self(sends)
    }

    /// Whether they are answered.
    async fn asks(&mut self, path: &str) -> bool {
        let request = Request::get(path).header("host", "fleet.example").body(Empty::new()).unwrap();
        self.0.send_request(request).await.is_ok_and(|answer| answer.status() == StatusCode::OK)
    }
}

#[tokio::test]
async fn where_strangers_are_too_many_the_oldest_gives_way_and_nobody_who_is_signed_in() {
    let strangers = Strangers::most(4, 2);
    let mut known = Guest::come(&strangers, 1, A).await;
    assert!(known.asks("/known").await);
    let mut all = vec![];
    for (number, from, stay) in [
        (2, B, vec![true]),
        (3, A, vec![true, true]),
        (4, A, vec![true, true, true]),
        // The third of A takes the place of the first: one source has so many.
        (5, A, vec![true, false, true, true]),
        (6, C, vec![true, false, true, true, true]),
        // There are too many in all: the crowd makes room, and not who came first.
        (7, C, vec![true, false, false, true, true, true]),
    ] {
        all.push(Guest::come(&strangers, number, from).await);
        let mut answered = vec![];
        for one in &mut all {
            answered.push(one.asks("/").await);
        }
        assert_eq!(answered, stay, "{number}");
    }
    assert!(known.asks("/").await, "whoever is signed in stays");
}
