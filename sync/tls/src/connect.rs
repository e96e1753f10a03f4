//! Calls a server and knows it by its name; whoever calls shows a certificate where it has one.

use core::time::Duration;
use std::{io, net::SocketAddr, sync::Arc};

use arc_swap::ArcSwap;
use link::Conn;
use rustls::{ClientConfig, client::Resumption, pki_types::ServerName, version::TLS13};
use tokio::{
    net::{TcpStream, lookup_host},
    runtime::Handle,
    sync::mpsc,
    task::spawn_blocking,
    time::{Instant, timeout_at},
};
use tokio_rustls::{TlsConnector, TlsStream};

use crate::{
    fault::Fault,
    identity::{Presented, Trust, gate::Gate},
    key::Credential,
    mistake::Mistake,
    problem::Problem,
    pump::{self, Ended, Line, Opened, Patience, Pump, Signal, Subprotocol},
    refusal::Refusal,
    stream::Stream,
    suite::Suites,
};

/// How to call one server.
#[derive(Clone)]
pub struct Call {
    /// `host:port`.
    pub address: String,
    /// Whom to believe.
    pub trust: Trust,
    /// What to show.
    pub credential: Option<Credential>,
    /// What to speak.
    pub suites: Suites,
    /// How long it may take until frames can flow.
    pub within: Duration,
}

/// A server that answered, and is who it should be.
pub struct Answered {
    /// To speak with it.
    pub stream: Stream,
    /// What it showed.
    pub presented: Presented,
    /// Where it is.
    pub peer: SocketAddr,
}

impl Call {
    /// Connects, by one of these application protocols. A key in a chip takes its time to sign, so the handshake
    /// runs on a thread where that holds up nobody.
    pub async fn connect(&self, alpn: &'static [&'static [u8]]) -> Result<Answered, Problem> {
        self.connect_by(Instant::now() + self.within, alpn).await
    }

    /// Whether somebody takes a connection at the address: nothing is said, and who it is stays unknown.
    pub async fn knock(&self) -> Result<SocketAddr, Problem> {
        let reached = timeout_at(Instant::now() + self.within, reach(&self.address, |_| Ok(()))).await;
        reached.unwrap_or(Err(Fault::Unreachable.into())).map(|(_, peer)| peer)
    }

    async fn connect_by(
        &self,
        deadline: Instant,
        alpn: &'static [&'static [u8]],
    ) -> Result<Answered, Problem> {
        let (call, here) = (self.clone(), Handle::current());
        let aside = spawn_blocking(move || here.block_on(timeout_at(deadline, call.handshake(alpn))));
        match aside.await {
            Ok(Ok(answered)) => answered,
            Ok(Err(_)) | Err(_) => Err(Fault::Unreachable.into()),
        }
    }

    async fn frames(&self, subprotocol: Subprotocol) -> Result<(pump::Socket, Answer), Problem> {
        let deadline = Instant::now() + self.within;
        let Answered { stream, presented, peer } = self.connect_by(deadline, &[pump::ALPN]).await?;
        let upgrade = pump::ask(stream, &self.address, subprotocol);
        let socket = timeout_at(deadline, upgrade).await.unwrap_or(Err(Fault::Unreachable.into()))?;
        Ok((socket, Answer { presented, peer }))
    }

    async fn handshake(&self, alpn: &[&[u8]]) -> Result<Answered, Problem> {
        let (stream, peer) = reach(&self.address, |_| Ok(())).await?;
        stream.set_nodelay(true).map_err(|error| Fault::of(&error))?;
        let gate = Arc::new(Gate::to_server(self.trust.clone()));
        let config = self.config(Arc::clone(&gate), alpn)?;
        // The name that counts is the URI; this one is neither sent nor believed.
        let unsaid = ServerName::from(peer.ip());
        let connected = TlsConnector::from(Arc::new(config)).connect(unsaid, stream).await;
        let stream = match (connected, gate.seen()) {
            (_, Some(Err(refusal))) => return Err(refusal.into()),
            (Err(error), _) => return Err(Problem::of(&error)),
            (Ok(stream), _) => Stream::tls(TlsStream::Client(stream)),
        };
        if !alpn.iter().any(|name| stream.speaks(name)) {
            return Err(Refusal::Alpn.into());
        }
        let presented = gate.seen().ok_or(Refusal::NoCertificate)??;
        Ok(Answered { stream, presented, peer })
    }

    fn config(&self, gate: Arc<Gate>, alpn: &[&[u8]]) -> Result<ClientConfig, Fault> {
        let builder = ClientConfig::builder_with_provider(self.suites.provider())
            .with_protocol_versions(&[&TLS13])
            .map_err(|error| Fault::Tls(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(gate);
        let mut config = match &self.credential {
            Some(credential) => builder.with_client_cert_resolver(credential.resolver()),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        config.enable_early_data = false;
        config.enable_sni = false;
        config.resumption = Resumption::disabled();
        Ok(config)
    }
}

/// Connects to a process of this machine, `host:port`, without TLS; no other machine is reached so.
pub async fn local(address: &str, within: Duration) -> Result<Stream, Problem> {
    let (stream, _) = timeout_at(Instant::now() + within, reach(address, is_here))
        .await
        .unwrap_or(Err(Fault::Unreachable.into()))?;
    stream.set_nodelay(true).map_err(|error| Fault::of(&error))?;
    Ok(Stream::Plain(stream))
}

fn is_here(address: SocketAddr) -> Result<(), Mistake> {
    if address.ip().is_loopback() { Ok(()) } else { Err(Mistake::NotLoopback(address)) }
}

/// The first address of the host that may be reached and answers.
async fn reach(
    host: &str,
    may: fn(SocketAddr) -> Result<(), Mistake>,
) -> Result<(TcpStream, SocketAddr), Problem> {
    let addresses = lookup_host(host).await.map_err(|_| Mistake::Host(host.to_owned()))?;
    let mut last = Problem::Mistake(Mistake::Host(host.to_owned()));
    for address in addresses {
        if let Err(mistake) = may(address) {
            last = mistake.into();
            continue;
        }
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok((stream, address)),
            Err(error) => last = unreached(&error).into(),
        }
    }
    Err(last)
}

/// What is known of a server besides its stream.
struct Answer {
    presented: Presented,
    peer: SocketAddr,
}

fn unreached(error: &io::Error) -> Fault {
    match Fault::of(error) {
        Fault::Descriptors => Fault::Descriptors,
        _ => Fault::Unreachable,
    }
}

/// The calling end of frames: each call is a connection of its own, and all of them are heard on one channel.
pub struct Dialer {
    call: ArcSwap<Call>,
    subprotocol: Subprotocol,
    patience: Patience,
    signals: mpsc::Sender<Signal>,
}

impl Dialer {
    /// Nobody is called yet.
    pub fn new(
        call: Call,
        subprotocol: Subprotocol,
        patience: Patience,
        signals: mpsc::Sender<Signal>,
    ) -> Self {
        Self { call: ArcSwap::from_pointee(call), subprotocol, patience, signals }
    }

    /// From the next connection on it is called so: a new certificate, another address.
    pub fn swap(&self, call: Call) {
        self.call.store(Arc::new(call));
    }

    /// Begins to connect; `Connected` or `Lost` follows. What is sent before waits for it.
    pub fn connect(&self, conn: Conn) -> Line {
        let line = Line::new(self.patience);
        let (call, subprotocol) = (self.call.load_full(), self.subprotocol);
        let (signals, ours) = (self.signals.clone(), line.clone());
        tokio::spawn(async move {
            match Box::pin(call.frames(subprotocol)).await {
                Ok((socket, Answer { presented, peer })) => {
                    let opened = Opened { line: ours.clone(), peer, presented: Some(Arc::new(presented)) };
                    let pump = Pump::new(conn, ours, signals.clone());
                    if signals.send(Signal::Connected(conn, opened)).await.is_ok() {
                        pump.run(socket, core::future::pending()).await;
                    }
                }
                Err(problem) => {
                    // An owner that is gone needs to hear nothing.
                    let _ = signals.send(Signal::Lost(conn, Ended::Failed(problem))).await;
                }
            }
        });
        line
    }
}

#[cfg(test)]
mod tests;
