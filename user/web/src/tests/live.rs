//! The live link over real HTTP: who hears of what, and who is no longer told.

use std::time::Duration;

use access::Role;
use api::News;
use axum::{Router, body::Body, http::header};
use futures_util::{SinkExt as _, StreamExt as _, stream::SplitSink};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream, duplex},
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::JoinHandle,
    time::advance,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::StatusCode},
};
use tower::ServiceExt as _;

use super::world::{World, at, fleetwide, get, post};

type Pipe = WebSocketStream<DuplexStream>;

/// A live link as a browser holds it: it is read, and beats are answered, whatever its page does meanwhile.
pub(super) struct Socket {
    told: UnboundedReceiver<News>,
    sends: SplitSink<Pipe, Message>,
    reads: JoinHandle<()>,
}

impl Socket {
    pub(super) fn held(pipe: Pipe) -> Self {
        let (sends, mut heard) = pipe.split();
        let (tell, told) = unbounded_channel();
        let reads = tokio::spawn(async move {
            while let Some(Ok(message)) = heard.next().await {
                let Message::Text(text) = message else { continue };
                if tell.send(serde_json::from_str(&text).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { told, sends, reads }
    }

    pub(super) async fn send(&mut self, message: Message) {
        self.sends.send(message).await.unwrap();
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reads.abort();
    }
}

/// Knocks at the live link as a terminal does, over a pipe that holds so much.
pub(super) async fn knock(
    router: &Router,
    headers: &[(header::HeaderName, String)],
    holds: usize,
) -> Result<Pipe, Error> {
    knock_by(duplex(holds), router, headers).await
}

async fn knock_by<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    (ours, theirs): (S, S),
    router: &Router,
    headers: &[(header::HeaderName, String)],
) -> Result<WebSocketStream<S>, Error> {
    let router = router.clone();
    let answer = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let router = router.clone();
        async move { router.oneshot(request.map(Body::new)).await }
    });
    tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(theirs), answer).with_upgrades());
    let mut request = "ws://fleet.example:8440/v1/live".into_client_request().unwrap();
    request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, api::live::PROTOCOL.parse().unwrap());
    for (name, value) in headers {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    client_async(request, ours).await.map(|(socket, _)| socket)
}

pub(super) fn bearer(token: &str) -> Vec<(header::HeaderName, String)> {
    vec![(header::AUTHORIZATION, format!("Bearer {token}"))]
}

pub(super) async fn open(router: &Router, token: &str) -> Socket {
    Socket::held(knock(router, &bearer(token), 64 * 1024).await.expect("it is let in"))
}

/// What is said next; none: it is over.
pub(super) async fn next(socket: &mut Socket) -> Option<News> {
    socket.told.recv().await
}

/// The next that says of what; those between say that the link stands.
async fn news(socket: &mut Socket) -> Option<News> {
    loop {
        let next = next(socket).await?;
        if next.all || !next.devices.is_empty() || !next.incidents.is_empty() {
            return Some(next);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_may_see_a_box_hears_that_it_changed_and_nobody_else_does() {
    let world = World::calm();
    let router =
        world.serve(&[(0, vec![fleetwide(Role::Security)]), (1, vec![at(Role::Operator, "desert")])]);
    let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let (mut hers, mut other) = (open(&router, &ada).await, open(&router, &grace).await);
    let first = next(&mut hers).await.unwrap();
    assert_eq!((first.all, first.devices.len()), (false, 0), "the first message says that the link stands");
    next(&mut other).await.unwrap();
    let retired = json!({ "reason": "retired" });
    let revoked = post(&router, "/v1/devices/dev-07/revoke", Some(&ada), &retired).await;
    assert_eq!(revoked.status, StatusCode::OK, "{revoked:?}");
    world.pass(Duration::from_secs(1));
    world.commits.send_modify(|commits| *commits += 1);
    let told = news(&mut hers).await.unwrap();
    assert_eq!((told.devices, told.sites), (vec![world.device.to_string()], vec!["harbour".to_owned()]));
    for _ in 0..4 {
        let told = next(&mut other).await.unwrap();
        assert!(!told.all && told.devices.is_empty() && told.incidents.is_empty(), "{told:?}");
    }
}

/// A consent changes neither a box nor an incident, and whoever waits for a second person hears of it.
#[tokio::test(start_paused = true)]
async fn whoever_waits_for_somebody_hears_that_it_was_asked() {
    let world = World::opened();
    let router = world.staff();
    let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let mut hers = open(&router, &grace).await;
    next(&mut hers).await.unwrap();
    let event = world.house.fleet().record(world.device).unwrap().latches[0].event;
    let body = json!({ "event": event.to_string(), "reason": "looked at it" });
    let asked = post(&router, "/v1/devices/dev-07/reset", Some(&ada), &body).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{asked:?}");
    let told = news(&mut hers).await.unwrap();
    assert_eq!(told.devices, vec![world.device.to_string()]);
}

#[tokio::test(start_paused = true)]
async fn a_socket_ends_with_its_session() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let mut socket = open(&router, &token).await;
    next(&mut socket).await.unwrap();
    post(&router, api::path::SIGN_OUT, Some(&token), &json!({})).await;
    assert_eq!(next(&mut socket).await, None);
    // To listen is not to use: a session that nobody uses ends although its page is open.
    let token = world.sign_in(&router, 0).await;
    let mut socket = open(&router, &token).await;
    next(&mut socket).await.unwrap();
    world.pass(Duration::from_mins(40));
    next(&mut socket).await.unwrap();
    world.pass(Duration::from_mins(40));
    assert_eq!(next(&mut socket).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_session_has_eight_sockets_and_those_that_end_make_room() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let mut sockets = vec![];
    for _ in 0..8 {
        sockets.push(open(&router, &token).await);
    }
    let Err(Error::Http(refused)) = knock(&router, &bearer(&token), 1024).await else {
        panic!("it is one too many")
    };
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let problem: api::Problem = serde_json::from_slice(refused.body().as_ref().unwrap()).unwrap();
    assert_eq!(problem.code, "web/sockets");
    // Somebody else's are their own.
    let other = world.sign_in(&router, 1).await;
    next(&mut open(&router, &other).await).await.unwrap();
    drop(sockets.pop());
    advance(Duration::from_secs(1)).await;
    open(&router, &token).await;
}

/// What the numbers say of the live link.
async fn counted(router: &Router, token: &str) -> Vec<String> {
    let page = get(router, api::path::METRICS, Some(token)).await.text;
    page.lines().filter(|line| line.starts_with("wrale_live_")).map(str::to_owned).collect()
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_can_take_nothing_more_is_dropped() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let mut full = vec![];
    for _ in 0..8 {
        // A pipe that does not hold a single message that nobody takes out.
        full.push(knock(&router, &bearer(&token), 32).await.unwrap());
    }
    assert!(knock(&router, &bearer(&token), 32).await.is_err());
    // Ten seconds after the first beat could not be written its socket is gone.
    for _ in 0..15 {
        advance(Duration::from_secs(1)).await;
        tokio::task::yield_now().await;
    }
    let counted = counted(&router, &token).await;
    assert!(counted.contains(&r#"wrale_live_ends_total{why="unread"} 8"#.to_owned()), "{counted:?}");
    for _ in 0..8 {
        open(&router, &token).await;
    }
}

/// A kernel takes megabytes of what nobody reads: that a beat could be written says nothing about who hears it.
#[tokio::test(start_paused = true)]
async fn a_deaf_socket_is_dropped_however_much_its_machine_takes_and_one_that_answers_stays() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (ours, theirs) = tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
    let deaf = knock_by((ours.unwrap(), theirs.unwrap().0), &router, &bearer(&token)).await.unwrap();
    let mut hears = open(&router, &token).await;
    next(&mut hears).await.unwrap();
    // Three beats: two may go unanswered.
    for _ in 0..3 {
        advance(Duration::from_secs(15)).await;
        next(&mut hears).await.expect("whoever answers is told");
    }
    let counted = counted(&router, &token).await;
    for line in ["wrale_live_pages 1", r#"wrale_live_ends_total{why="deaf"} 1"#] {
        assert!(counted.contains(&line.to_owned()), "{line}: {counted:?}");
    }
    drop(deaf);
}

#[tokio::test]
async fn only_a_page_of_ours_opens_a_socket_with_a_cookie_and_only_a_socket_is_opened() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let with = |origin: &str| {
        vec![(header::COOKIE, format!("__Host-wrale={token}")), (header::ORIGIN, origin.to_owned())]
    };
    let ours = knock(&router, &with("https://fleet.example:8440"), 4096).await.expect("our own page");
    next(&mut Socket::held(ours)).await.unwrap();
    let foreign = knock(&router, &with("https://evil.example"), 4096).await;
    let Err(Error::Http(refused)) = foreign else { panic!("another page is let in") };
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let Err(Error::Http(refused)) = knock(&router, &[], 4096).await else { panic!("a stranger is let in") };
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let plain = get(&router, api::path::LIVE, Some(&token)).await;
    assert_eq!(plain.problem(), "web/no-socket");
}
