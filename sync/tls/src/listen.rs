//! Opens a port, and lets in whom the zone's trust and the doors let in.
//!
//! Everything that a stranger can make this process hold is bounded: unfinished handshakes, connections of one
//! source, connections in all, and the time that any of it may take. What a listener is can be swapped while it
//! runs; what stands is judged again, and closed where it may no longer be.

mod greet;
mod sessions;
mod tally;
mod throng;
mod turns;

use core::{future::Future, pin::pin, time::Duration};
use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;
use link::Conn;
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

use crate::{
    closing::Closing,
    doors::{Code, Doors},
    fault::Fault,
    identity::{Presented, Trust},
    key::Credential,
    mistake::Mistake,
    problem::Problem,
    refusal::Refusal,
    stream::Stream,
    suite::Suites,
};

use self::{greet::Welcome, sessions::Sessions, tally::Tally, throng::Throng, turns::Turns};

pub use self::{sessions::Ending, throng::source};

/// Whom a listener lets in.
#[derive(Clone)]
pub enum Guard {
    /// Whoever shows a certificate of the zone and may pass the doors; TLS at both ends.
    Mutual {
        /// What the listener shows.
        credential: Credential,
        /// Whom it believes.
        trust: Trust,
        /// Who may pass of those.
        doors: Arc<dyn Doors>,
    },
    /// Anybody of this machine, without TLS; on a loopback address alone.
    Plain,
    /// Anybody, who is shown this certificate: enrolment, and people.
    Server(Credential),
}

/// What strangers may take of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most connections in all.
    pub connections: usize,
    /// Most of one source: an IPv4 address, or an IPv6 network of 64 bits.
    pub per_source: usize,
    /// Most unfinished handshakes in all; a newer one takes the place of the oldest.
    pub half_open: usize,
    /// Most unfinished handshakes of one source.
    pub half_open_per_source: usize,
    /// How long a handshake may take, from the first packet until frames can flow.
    pub handshake: Duration,
    /// How long a session may last; as long as the peer's certificate where this is none.
    pub session: Option<Duration>,
}

impl Limits {
    /// For devices, of which a site may have hundreds behind one address.
    pub const DEVICES: Self = Self {
        connections: 16_384,
        per_source: 4_096,
        half_open: 2_048,
        half_open_per_source: 1_024,
        handshake: Duration::from_secs(10),
        session: None,
    };

    /// For enrolment, where nobody is known yet.
    pub const ENROLMENT: Self = Self {
        connections: 256,
        per_source: 64,
        half_open: 128,
        half_open_per_source: 64,
        handshake: Duration::from_secs(10),
        session: Some(Duration::from_mins(1)),
    };
}

/// What a listener is.
#[derive(Clone)]
pub struct Setup {
    /// Whom it lets in.
    pub guard: Guard,
    /// What it speaks.
    pub suites: Suites,
    /// What it gives away.
    pub limits: Limits,
}

/// What happens on the connections of a listener.
pub trait Service: Send + Sync + 'static {
    /// The application protocols that it speaks, the preferred one first.
    const ALPN: &'static [&'static [u8]];

    /// A peer that was greeted.
    type Guest: Send + 'static;

    /// The rest of the handshake, within its time.
    fn greet(&self, arrival: Arrival) -> impl Future<Output = Result<Self::Guest, Refusal>> + Send;

    /// A peer was not let in, or failed before it was. A flood of them must not hold up anybody.
    fn refused(&self, peer: SocketAddr, problem: &Problem);

    /// The session. It returns soon after `ending` is ready.
    fn serve(&self, guest: Self::Guest, ending: Ending) -> impl Future<Output = ()> + Send;
}

/// A peer that was let in.
pub struct Arrival {
    /// The connection's number; it grows.
    pub conn: Conn,
    /// From where.
    pub peer: SocketAddr,
    /// Who it is; nobody in particular where no certificate is asked for.
    pub presented: Option<Arc<Presented>>,
    /// To speak with it.
    pub stream: Stream,
}

/// An open port at which nobody is served yet.
pub struct Listener {
    socket: TcpListener,
    at: SocketAddr,
    setup: Setup,
}

impl Listener {
    /// Opens the port; port 0 takes a free one.
    pub async fn bind(at: SocketAddr, setup: Setup) -> Result<Self, Problem> {
        allowed(at, &setup)?;
        let socket = TcpListener::bind(at).await.map_err(|error| unbound(at, &error))?;
        let at = socket.local_addr().map_err(|error| Fault::of(&error))?;
        Ok(Self { socket, at, setup })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.at
    }

    /// Serves whoever comes, until it is stopped.
    pub fn serve<S: Service>(self, service: S) -> Serving {
        let (stop, stopped) = watch::channel(());
        let (busy, idle) = mpsc::channel(1);
        let shared = Arc::new(Shared {
            at: self.at,
            setup: ArcSwap::from_pointee(self.setup),
            throng: Throng::default(),
            turns: Turns::default(),
            sessions: Sessions::default(),
            tally: Tally::default(),
            last: AtomicU64::new(0),
            stopping: AtomicBool::new(false),
        });
        tokio::spawn(accept(self.socket, Arc::clone(&shared), Arc::new(service), stopped, busy));
        Serving { shared, stop, idle }
    }
}

/// A listener at work. Dropping it closes the port; what stands goes on.
pub struct Serving {
    shared: Arc<Shared>,
    stop: watch::Sender<()>,
    /// Closed when the last connection is gone.
    idle: mpsc::Receiver<()>,
}

struct Shared {
    at: SocketAddr,
    setup: ArcSwap<Setup>,
    throng: Throng,
    turns: Turns,
    sessions: Sessions,
    tally: Tally,
    last: AtomicU64,
    stopping: AtomicBool,
}

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.shared.at
    }

    /// From the next handshake on it is this; what stands is judged by it now.
    pub fn swap(&self, setup: Setup) -> Result<(), Mistake> {
        allowed(self.shared.at, &setup)?;
        self.shared.setup.store(Arc::new(setup));
        self.review();
        Ok(())
    }

    /// Judges every session again, by trust and doors, and closes those that may not be; says how many.
    pub fn review(&self) -> usize {
        self.shared.sessions.review(&self.shared.setup.load())
    }

    /// Closes every session of one identity at once, and says how many there were.
    pub fn close(&self, uri: &str, code: Code) -> usize {
        self.shared.sessions.close(uri, &Closing::Door(code))
    }

    /// How many sessions stand.
    pub fn sessions(&self) -> usize {
        self.shared.sessions.count()
    }

    /// How often whoever came was not let in, by code; it only grows.
    pub fn tally(&self) -> BTreeMap<&'static str, u64> {
        self.shared.tally.read()
    }

    /// What is counted here, for whoever looks while it is served.
    pub fn counts(&self) -> Counts {
        Counts(Arc::clone(&self.shared))
    }

    /// Closes the port, tells every peer, and waits for the last of them, but not longer than `grace`.
    pub async fn stop(mut self, grace: Duration) {
        self.shared.stopping.store(true, Ordering::Release);
        let _ = self.stop.send(());
        self.shared.sessions.close_all(&Closing::Stopping);
        let _ = timeout(grace, self.idle.recv()).await;
    }
}

/// What a listener counts. A clone counts the same.
#[derive(Clone)]
pub struct Counts(Arc<Shared>);

impl Counts {
    /// How many sessions stand.
    pub fn sessions(&self) -> usize {
        self.0.sessions.count()
    }

    /// How often whoever came was not let in, by code; it only grows.
    pub fn tally(&self) -> BTreeMap<&'static str, u64> {
        self.0.tally.read()
    }
}

fn allowed(at: SocketAddr, setup: &Setup) -> Result<(), Mistake> {
    match setup.guard {
        Guard::Plain if !at.ip().is_loopback() => Err(Mistake::NotLoopback(at)),
        _ => Ok(()),
    }
}

fn unbound(at: SocketAddr, error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::AddrInUse => Mistake::Taken(at).into(),
        io::ErrorKind::AddrNotAvailable => Mistake::Address(at).into(),
        io::ErrorKind::PermissionDenied => Mistake::Privileged(at).into(),
        _ => Fault::of(error).into(),
    }
}

/// How long a listener rests when the machine has no file descriptor or memory left: accepting at once would spin.
const EXHAUSTED: Duration = Duration::from_millis(100);

async fn accept<S: Service>(
    socket: TcpListener,
    shared: Arc<Shared>,
    service: Arc<S>,
    mut stopped: watch::Receiver<()>,
    busy: mpsc::Sender<()>,
) {
    loop {
        let accepted = select! {
            accepted = socket.accept() => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, peer)) => arrive(stream, peer, &shared, &service, &busy),
            // Whoever left before its turn is no fault.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                shared.tally.count(Fault::of(&error).code());
                sleep(EXHAUSTED).await;
            }
        }
    }
}

fn arrive<S: Service>(
    stream: TcpStream,
    peer: SocketAddr,
    shared: &Arc<Shared>,
    service: &Arc<S>,
    busy: &mpsc::Sender<()>,
) {
    let setup = shared.setup.load_full();
    let (place, evicted) = match shared.throng.arrive(peer.ip(), &setup.limits) {
        Ok(taken) => taken,
        Err(refusal) => {
            shared.tally.count(refusal.code());
            return service.refused(peer, &refusal.into());
        }
    };
    let conn = Conn(shared.last.fetch_add(1, Ordering::Relaxed) + 1);
    let (shared, service, busy) = (Arc::clone(shared), Arc::clone(service), busy.clone());
    tokio::spawn(async move {
        match greet::greet(&shared, &*service, setup, (conn, peer, stream), place, evicted).await {
            // The handshake is large and short, the session small and long: each is a task of its own.
            Ok(welcome) => drop(tokio::spawn(session(shared, service, welcome, busy))),
            Err(problem) => {
                shared.tally.count(problem.code());
                service.refused(peer, &problem);
            }
        }
    });
}

/// A session ends by itself, or when its certificate does.
fn session<S: Service>(
    shared: Arc<Shared>,
    service: Arc<S>,
    welcome: Welcome<S::Guest>,
    busy: mpsc::Sender<()>,
) -> impl Future<Output = ()> + Send {
    // Taken apart before it begins, and pinned where it is made: whatever a future moves, it has room for twice.
    let Welcome { guest, place, entry, ending, lasts } = welcome;
    async move {
        let mut served = pin!(service.serve(guest, ending));
        if let Some((lasts, closing)) = lasts {
            select! {
                () = &mut served => {}
                () = sleep(lasts) => {
                    shared.sessions.end(&entry, &closing);
                    served.await;
                }
            }
        } else {
            served.await;
        }
        shared.sessions.leave(&entry);
        drop((place, busy));
    }
}

#[cfg(test)]
mod tests;
