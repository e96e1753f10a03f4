//! The external listener: HTTP/1.1 for people, over TLS or, on this machine alone, without.
//!
//! Whoever is signed in keeps their connection; of strangers there are so many, and of one source half as many as it may
//! have, and the oldest gives way to the newest, so that no crowd of them keeps anybody out.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{Router, body::Body};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use link::Conn;
use tls::{
    Limits, Problem, Refusal, Service,
    listen::{Arrival, Ending, source},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    select,
    sync::Notify,
    time::timeout,
};
use tower::ServiceExt;

use crate::turned_away::TurnedAway;

/// What strangers may take: people are few, and each has a browser and a terminal.
pub(crate) const LIMITS: Limits = Limits {
    connections: 1024,
    per_source: 256,
    half_open: 256,
    half_open_per_source: 128,
    handshake: Duration::from_secs(10),
    session: Some(Duration::from_mins(15)),
};

/// Most connections on which nobody is signed in: half of all, so that there is always a place for the next who comes.
pub(crate) const STRANGERS: usize = LIMITS.connections / 2;

/// Most of them of one source.
pub(crate) const STRANGERS_OF_SOURCE: usize = LIMITS.per_source / 2;

/// How long the headers of a request may take.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);

/// How long an answer that is under way may take once the session is to end.
const GRACE: Duration = Duration::from_secs(2);

/// Most bytes of a request's headers that are held.
const HELD: usize = 32 * 1024;

/// Serves the contract.
pub(crate) struct People {
    pub(crate) router: Router,
    pub(crate) turned_away: TurnedAway,
    pub(crate) strangers: Arc<Strangers>,
}

/// The connections on which nobody has been signed in yet, the oldest first.
pub(crate) struct Strangers {
    most: usize,
    most_of_source: usize,
    all: Mutex<BTreeMap<Conn, Stranger>>,
}

struct Stranger {
    source: IpAddr,
    goes: Arc<Notify>,
}

impl Strangers {
    /// None yet, and never more than so many, in all and of one source.
    pub(crate) fn most(most: usize, most_of_source: usize) -> Arc<Self> {
        Arc::new(Self { most, most_of_source, all: Mutex::default() })
    }

    /// One comes, and where there are too many the oldest is told to go, of this source or of the one that has most;
    /// gives what this one is told by.
    fn come(&self, conn: Conn, source: IpAddr) -> Arc<Notify> {
        let (mut all, mut crowds) = (self.all(), BTreeMap::<IpAddr, usize>::new());
        all.values().for_each(|one| *crowds.entry(one.source).or_default() += 1);
        let crowd = if crowds.get(&source).is_some_and(|count| *count >= self.most_of_source) {
            Some(source)
        } else if all.len() >= self.most {
            crowds.into_iter().max_by_key(|(_, count)| *count).map(|(crowd, _)| crowd)
        } else {
            None
        };
        let oldest = crowd.and_then(|crowd| all.iter().find(|(_, one)| one.source == crowd));
        if let Some(oldest) = oldest.map(|(conn, _)| *conn).and_then(|conn| all.remove(&conn)) {
            oldest.goes.notify_one();
        }
        let goes = Arc::new(Notify::new());
        all.insert(conn, Stranger { source, goes: Arc::clone(&goes) });
        goes
    }

    /// This one is no stranger any more, or is gone.
    fn forget(&self, conn: Conn) {
        self.all().remove(&conn);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Conn, Stranger>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service for People {
    const ALPN: &'static [&'static [u8]] = &[b"http/1.1"];
    type Guest = Arrival;

    async fn greet(&self, arrival: Arrival) -> Result<Self::Guest, Refusal> {
        Ok(arrival)
    }

    fn refused(&self, peer: SocketAddr, problem: &Problem) {
        self.turned_away.say(peer, problem);
    }

    async fn serve(&self, Arrival { conn, peer, stream, .. }: Self::Guest, ending: Ending) {
        let goes = self.strangers.come(conn, source(peer.ip()));
        speak(&self.router, &self.strangers, (conn, peer), stream, goes, ending).await;
        self.strangers.forget(conn);
    }
}

/// Answers one connection until it ends, has to give way, or is to end.
async fn speak(
    router: &Router,
    strangers: &Arc<Strangers>,
    (conn, peer): (Conn, SocketAddr),
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    goes: Arc<Notify>,
    ending: impl Future,
) {
    let (router, strangers) = (router.clone(), Arc::clone(strangers));
    let signed_in = web::SignedIn(Arc::new(move || strangers.forget(conn)));
    let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
        let router = router.clone();
        request.extensions_mut().insert(web::Source(peer.ip()));
        request.extensions_mut().insert(signed_in.clone());
        async move {
            Ok::<_, Infallible>(
                router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {}),
            )
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN).max_buf_size(HELD);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), answer).with_upgrades());
    // A peer that goes in the middle is no fault of ours.
    select! {
        _ = connection.as_mut() => {}
        () = goes.notified() => {}
        _ = ending => {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(GRACE, connection).await;
        }
    }
}

#[cfg(test)]
mod tests;
