//! The external listener: HTTP/1.1 for people, over TLS or, on this machine alone, without.
//!
//! Whoever is signed in keeps their connection; of strangers there are so many, and the oldest gives way to the newest,
//! so that no crowd of them keeps anybody out.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::SocketAddr,
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
    listen::{Arrival, Ending},
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
pub(crate) const STRANGERS: usize = 512;

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
    all: Mutex<BTreeMap<Conn, Arc<Notify>>>,
}

impl Strangers {
    /// None yet, and never more than so many.
    pub(crate) fn most(most: usize) -> Arc<Self> {
        Arc::new(Self { most, all: Mutex::default() })
    }

    /// One comes, and the oldest is told to go where there are too many; gives what this one is told by.
    fn come(&self, conn: Conn) -> Arc<Notify> {
        let (mut all, goes) = (self.all(), Arc::new(Notify::new()));
        if all.len() >= self.most
            && let Some((_, oldest)) = all.pop_first()
        {
            oldest.notify_one();
        }
        all.insert(conn, Arc::clone(&goes));
        goes
    }

    /// This one is no stranger any more, or is gone.
    fn forget(&self, conn: Conn) {
        self.all().remove(&conn);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Conn, Arc<Notify>>> {
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
        let goes = self.strangers.come(conn);
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
    let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
        let (router, strangers) = (router.clone(), Arc::clone(&strangers));
        request.extensions_mut().insert(web::Source(peer.ip()));
        async move {
            let answer = router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {});
            if answer.extensions().get::<web::SignedIn>().is_some() {
                strangers.forget(conn);
            }
            Ok::<_, Infallible>(answer)
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
