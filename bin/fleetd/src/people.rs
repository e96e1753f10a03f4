//! The external listener: HTTP/1.1 for people, over TLS or, on this machine alone, without.

use std::{convert::Infallible, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, body::Body};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tls::{
    Limits, Problem, Refusal, Service, Stream,
    listen::{Arrival, Ending},
};
use tokio::{select, time::timeout};
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
}

impl Service for People {
    const ALPN: &'static [&'static [u8]] = &[b"http/1.1"];
    type Guest = (SocketAddr, Stream);

    async fn greet(&self, arrival: Arrival) -> Result<Self::Guest, Refusal> {
        Ok((arrival.peer, arrival.stream))
    }

    fn refused(&self, peer: SocketAddr, problem: &Problem) {
        self.turned_away.say(peer, problem);
    }

    async fn serve(&self, (peer, stream): Self::Guest, ending: Ending) {
        let router = self.router.clone();
        let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
            let router = router.clone();
            request.extensions_mut().insert(web::Source(peer.ip()));
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
            _ = ending => {
                connection.as_mut().graceful_shutdown();
                let _ = timeout(GRACE, connection).await;
            }
        }
    }
}
