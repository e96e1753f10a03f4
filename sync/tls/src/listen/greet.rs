//! One handshake: TLS, the verdict, the service's own, each within the time that all of it may take.

use core::time::Duration;
use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
};

use link::Conn;
use rustls::{
    ConfigBuilder, ServerConfig,
    server::{NoServerSessionStorage, WantsServerCert},
    version::TLS13,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    select,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, TlsStream};

use super::{
    Arrival, Ending, Guard, Service, Setup, Shared,
    sessions::{Chain, Entry, judge},
    throng::{Evicted, Place},
    turns::Turns,
};
use crate::{
    closing::Closing,
    fault::Fault,
    identity::{Presented, gate::Gate},
    key::Credential,
    problem::Problem,
    refusal::Refusal,
    stream::Stream,
    suite::Suites,
};

/// A session that may begin.
pub(super) struct Welcome<G> {
    pub(super) guest: G,
    pub(super) place: Place,
    pub(super) entry: Entry,
    pub(super) ending: Ending,
    /// For how long, and why no longer.
    pub(super) lasts: Option<(Duration, Closing)>,
}

pub(super) async fn greet<S: Service>(
    shared: &Shared,
    service: &S,
    setup: Arc<Setup>,
    (conn, peer, stream): (Conn, SocketAddr, TcpStream),
    mut place: Place,
    evicted: Evicted,
) -> Result<Welcome<S::Guest>, Problem> {
    let handshake = async {
        let (stream, presented) = secure(&setup, (&shared.turns, &place), stream, S::ALPN).await?;
        let chain = shared.sessions.take(stream.shown());
        let arrival = Arrival { conn, peer, presented: presented.clone(), stream };
        Ok((service.greet(arrival).await?, presented, chain))
    };
    let (guest, presented, chain) = select! {
        done = timeout(setup.limits.handshake, handshake) => {
            done.unwrap_or_else(|_| Err(Problem::Refusal(Refusal::Slow)))?
        }
        _ = evicted => return Err(Refusal::Evicted.into()),
    };
    place.settle(&setup.limits)?;
    let (entry, ending) = shared.sessions.enter(conn, presented.as_deref(), chain.clone());
    // From here on a change finds the session; one that came since the handshake's verdict is found here.
    let verdict = again(&setup, &shared.setup.load(), presented.as_deref(), &chain);
    if let Err(refusal) = verdict {
        shared.sessions.leave(&entry);
        return Err(refusal.into());
    }
    if shared.stopping.load(Ordering::Acquire) {
        shared.sessions.end(&entry, &Closing::Stopping);
    }
    let lasts = lasts(&setup, presented.as_deref());
    Ok(Welcome { guest, place, entry, ending, lasts })
}

fn again(
    then: &Arc<Setup>,
    now: &Arc<Setup>,
    presented: Option<&Presented>,
    chain: &Chain,
) -> Result<(), Refusal> {
    match (&now.guard, presented) {
        (Guard::Mutual { doors, .. }, Some(presented)) if Arc::ptr_eq(then, now) => {
            doors.enter(presented).map_err(Refusal::Door)
        }
        _ => judge(now, chain),
    }
}

fn lasts(setup: &Setup, presented: Option<&Presented>) -> Option<(Duration, Closing)> {
    let expiry = match (&setup.guard, presented) {
        (Guard::Mutual { trust, .. }, Some(presented)) => {
            trust.now().map(|now| (presented.not_after.since(now), Closing::Expired))
        }
        _ => None,
    };
    let limit = setup.limits.session.map(|session| (session, Closing::Overstayed));
    expiry.into_iter().chain(limit).min_by_key(|(lasts, _)| *lasts)
}

/// How long a refused peer has to read why, and most bytes of its own that are read away meanwhile.
const LINGER: Duration = Duration::from_secs(1);
const DRAINED: usize = 32 * 1024;

async fn secure(
    setup: &Setup,
    (turns, place): (&Turns, &Place),
    stream: TcpStream,
    alpn: &[&[u8]],
) -> Result<(Stream, Option<Arc<Presented>>), Problem> {
    // Frames are flushed when they are complete, and then they are to go.
    stream.set_nodelay(true).map_err(|error| Fault::of(&error))?;
    let (config, gate) = match &setup.guard {
        Guard::Plain => return Ok((Stream::Plain(stream), None)),
        Guard::Mutual { credential, trust, doors } => {
            let gate = Arc::new(Gate::to_doors(trust.clone(), Arc::clone(doors)));
            (mutual(&setup.suites, credential, Arc::clone(&gate), alpn)?, Some(gate))
        }
        Guard::Server(credential) => (server(&setup.suites, credential, alpn)?, None),
    };
    let handshake = TlsAcceptor::from(Arc::new(config)).accept(stream).into_fallible();
    let accepted = turns.take(place.source, &place.waits, handshake).await;
    let stream = match accepted {
        Ok(stream) => Stream::tls(TlsStream::Server(stream)),
        Err((error, stream)) => {
            let problem = match gate.and_then(|gate| gate.seen()) {
                Some(Err(refusal)) => refusal.into(),
                _ => Problem::of(&error),
            };
            let _ = timeout(LINGER, drain(stream)).await;
            return Err(problem);
        }
    };
    let presented = match gate.and_then(|gate| gate.seen()) {
        Some(seen) => Some(Arc::new(seen?)),
        None => None,
    };
    Ok((stream, presented))
}

fn mutual(
    suites: &Suites,
    credential: &Credential,
    gate: Arc<Gate>,
    alpn: &[&[u8]],
) -> Result<ServerConfig, Fault> {
    let builder = ServerConfig::builder_with_provider(suites.provider()).with_protocol_versions(&[&TLS13]);
    Ok(strict(builder.map_err(|error| refused(&error))?.with_client_cert_verifier(gate), credential, alpn))
}

fn server(suites: &Suites, credential: &Credential, alpn: &[&[u8]]) -> Result<ServerConfig, Fault> {
    let builder = ServerConfig::builder_with_provider(suites.provider()).with_protocol_versions(&[&TLS13]);
    Ok(strict(builder.map_err(|error| refused(&error))?.with_no_client_auth(), credential, alpn))
}

fn refused(error: &rustls::Error) -> Fault {
    Fault::Tls(error.to_string())
}

/// No tickets, so that every session is a handshake and every handshake a verdict; no early data.
fn strict(
    builder: ConfigBuilder<ServerConfig, WantsServerCert>,
    credential: &Credential,
    alpn: &[&[u8]],
) -> ServerConfig {
    let mut config = builder.with_cert_resolver(credential.resolver());
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    config.max_early_data_size = 0;
    config.max_tls13_tickets = 0;
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config
}

/// A socket that closes over unread bytes takes the alert with it.
async fn drain(mut stream: TcpStream) {
    let _ = stream.shutdown().await;
    let mut left = DRAINED;
    let mut scratch = [0; 512];
    while let Ok(count @ 1..) = stream.read(&mut scratch).await {
        left = left.saturating_sub(count);
        if left == 0 {
            break;
        }
    }
}
