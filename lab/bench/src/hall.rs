//! Ten thousand boxes, and the people who look at them: the real router over the fleet's own thread, on this machine's
//! loopback.
//!
//! The boxes have joined, lived and proved themselves as in the town, through the fleet's own doors; what the fleet
//! stored of them stands on the disk, sealed, before anybody looks. Nobody beats any more: what is measured is people.

mod moving;
mod raw;
mod visitor;

use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use access::{Action, Grant, Person, Reach, Resource, Role, permit};
use anyhow::{Context, Result, anyhow, ensure};
use axum::{Router, body::Body};
use control::{Engine, Facade, Hands, Now, Shelf, fleet::Line as Said, view::Reason};
use crypto::hex;
use fleetd::threads;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use link::Conn;
use rustix::net::sockopt::set_socket_send_buffer_size;
use serde_json::json;
use sim::{Ceremony, World};
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime, sync::watch};
use tower::ServiceExt as _;
use vocab::{DeviceId, PersonId};
use web::{Cost, Hasher, Known, Policy, Setup, Transport};

use self::moving::Moving;
pub(crate) use self::{
    raw::Raw,
    visitor::{Answer, Visitor},
};
use crate::{
    clock::now,
    ground::{self, draw},
    rows::Town,
};

/// People; each may have sixteen sessions.
const PEOPLE: u8 = 4;

/// The boxes were heard so much later than now: clocks may differ by five minutes, and nobody falls silent while a
/// row runs.
const AHEAD: Duration = Duration::from_secs(240);

/// How much waits in the server's end of a connection for somebody who does not read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waits {
    /// As much as the kernel likes: megabytes.
    AsEver,
    /// Some kilobytes, so that a row lives to see it full.
    Little,
}

const LITTLE: usize = 4 * 1024;

/// The fleet at work, and its people's listener.
pub(crate) struct Hall {
    pub(crate) facade: Facade,
    pub(crate) at: SocketAddr,
    pub(crate) devices: Vec<DeviceId>,
    ceremony: Ceremony,
    /// How many boxes were changed.
    changed: AtomicUsize,
    /// Where whoever looks lives.
    pub(crate) visitors: Runtime,
    /// As the daemon answers people.
    server: Runtime,
    engine: Option<Engine>,
    _folder: TempDir,
}

impl Hall {
    /// Lets the boxes live, and opens the doors.
    pub(crate) fn open(waits: Waits) -> Result<Self> {
        let folder = ground::folder()?;
        let store = Moving::new();
        let shelf: Shelf = Box::new(store.clone());
        let world = World::beginning_at(now().wall + AHEAD);
        let Town { fleet, ceremony, .. } = Town::awake(world, shelf, PEOPLE)?;
        store.settle(ground::shelf(&folder, &ceremony)?)?;
        let devices = fleet.records().map(control::record::Record::device).collect();
        let (changes, commits) = watch::channel(0);
        let (engine, facade) = Engine::start(fleet, Quiet(changes))?;
        let server = threads::people()?;
        let router = web::router(setup(&ceremony, facade.clone(), commits));
        let at = server.block_on(serve(router, waits))?;
        // They stand for other machines, whose processors are their own: they take of these what nobody here wants.
        let visitors = threads::people()?;
        let engine = Some(engine);
        Ok(Self {
            facade,
            at,
            devices,
            ceremony,
            changed: AtomicUsize::new(0),
            visitors,
            server,
            engine,
            _folder: folder,
        })
    }

    /// The same bytes from memory, without anything of ours.
    pub(crate) fn raw(&self, answers: BTreeMap<String, Answer>) -> Result<Raw> {
        let at = self.server.block_on(serve(raw::router(answers), Waits::AsEver))?;
        Ok(Raw(at))
    }

    /// A session of its own, of one person after the other.
    pub(crate) fn sign_in(&self, number: usize) -> Result<Visitor> {
        let number = number % usize::from(PEOPLE);
        self.visitors.block_on(async {
            let person = self.ceremony.person(number).to_string();
            let mut visitor = Visitor::at(self.at).await?;
            let asked = visitor.post(api::path::CHALLENGE, &json!({ "person": person })).await?;
            let challenge = asked.json()?["challenge"].as_str().context("a challenge")?.to_owned();
            let nonce =
                vocab::Nonce(hex::decode_array(&challenge).map_err(|why| anyhow!("a challenge: {why}"))?);
            let letter = hex::encode(self.ceremony.sign_in(number, nonce).bytes());
            let session = visitor.post(api::path::SIGN_IN, &json!({ "letter": letter })).await?;
            ensure!(session.status == 200, "{}", session.text());
            session.json()?["token"].as_str().context("a token")?.clone_into(&mut visitor.token);
            Ok(visitor)
        })
    }

    /// So many boxes change: they are revoked, each once.
    pub(crate) fn change(&self, boxes: usize) -> Result<Vec<DeviceId>> {
        let from = self.changed.fetch_add(boxes, Ordering::Relaxed);
        let chosen = self.devices.get(from..from + boxes).context("there are boxes left")?.to_vec();
        let (these, person) = (chosen.clone(), person(self.ceremony.person(0)));
        self.ask(move |fleet, now| {
            for device in these {
                let site = fleet.record(device).context("it is known")?.site.clone();
                let resource = Resource::Device(device, site);
                let permit = permit(&person, Action::Revoke, resource).context("it may")?;
                fleet.revoke(&permit, device, Reason::Retired, now).context("it is done")?;
            }
            anyhow::Ok(())
        })??;
        Ok(chosen)
    }

    /// Asks the fleet's thread, and waits until it is stored.
    pub(crate) fn ask<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut control::House, Now) -> R + Send + 'static,
    ) -> Result<R> {
        let (tell, told) = std::sync::mpsc::channel();
        self.facade.ask(job, move |answer| drop(tell.send(answer)));
        Ok(told.recv()??)
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        if let Some(engine) = self.engine.take() {
            engine.stop();
        }
    }
}

fn setup(ceremony: &Ceremony, facade: Facade, changes: watch::Receiver<u64>) -> Setup {
    let known = |number: u8| {
        let Person { id, grants } = person(ceremony.person(number.into()));
        Known { name: format!("person {number}"), id, grants }
    };
    Setup {
        facade,
        people: (0..PEOPLE).map(known).collect(),
        root_key: hex::encode(ceremony.root().as_bytes()),
        software: "bench".into(),
        transport: Transport::Plain,
        origins: vec![],
        policy: Policy::default(),
        hasher: Hasher::new(Cost { memory: 8, passes: 1 }, [7; 32]),
        lasting: access::session::Lasting::default(),
        browsers: zeroize::Zeroizing::new([8; 32]),
        changes,
        clock: Arc::new(now),
        draw: Arc::new(draw),
        meters: Arc::new(|_| {}),
    }
}

/// Somebody who may whatever these rows do.
fn person(id: PersonId) -> Person {
    let grants =
        [Role::Operator, Role::Security, Role::Admin].map(|role| Grant { role, reach: Reach::Fleet });
    Person { id, grants: grants.into() }
}

/// Serves as fleetd does without TLS: the same HTTP, from the same library.
async fn serve(router: Router, waits: Waits) -> Result<SocketAddr> {
    let listener = TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), 0)).await?;
    let at = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let router = router.clone();
            // As the external listener does.
            let _ = stream.set_nodelay(true);
            if waits == Waits::Little && set_socket_send_buffer_size(&stream, LITTLE).is_err() {
                return;
            }
            let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
                let router = router.clone();
                request.extensions_mut().insert(web::Source(peer.ip()));
                async move {
                    let answer = router.oneshot(request.map(Body::new)).await;
                    Ok::<_, Infallible>(answer.unwrap_or_else(|never| match never {}))
                }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
            tokio::spawn(connection.with_upgrades());
        }
    });
    Ok(at)
}

/// Hands without a network, that count commits.
struct Quiet(watch::Sender<u64>);

impl Hands for Quiet {
    fn send(&mut self, _: DeviceId, _: Conn, _: Vec<u8>) {}

    fn close(&mut self, _: DeviceId, _: Conn) {}

    fn turn_away(&mut self, _: Conn, _: &'static str) {}

    fn doors(&mut self, _: DeviceId, _: Option<&admit::Identity>) {}

    fn said(&mut self, _: Said) {}

    fn committed(&mut self) {
        self.0.send_modify(|commits| *commits += 1);
    }

    #[expect(clippy::panic, reason = "on a disk that fails nothing can be measured")]
    fn failed(&mut self, fault: &control::Fault) {
        panic!("the disk of this machine failed: {fault}");
    }
}
