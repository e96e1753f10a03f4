//! Composes the fleet's process: reads, opens, listens, stops.

mod listen;
mod open;
mod roster;

use std::{future::Future, io, pin::pin, sync::Arc, thread, time::Duration};

use control::{Engine, Facade, Fleet, Now, Shelf};
use crypto::hex;
use tls::{Frames, Patience, Serving, Subprotocol};
use tokio::{
    runtime::Handle,
    select,
    signal::unix::{SignalKind, signal},
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use vocab::Mono;

use crate::{
    VERSION,
    ask::ask,
    bundle,
    config::Config,
    enrolment,
    failure::Failure,
    feed,
    hands::{Lines, Reach},
    hardware,
    meters::Meters,
    moment, obeyed,
    own::Shown,
    people::{People, STRANGERS, STRANGERS_OF_SOURCE, Strangers},
    porch::{Ended, Porch},
    threads,
    turned_away::TurnedAway,
};

use self::{
    listen::{Bound, Doorway},
    open::Opened,
    roster::Reading,
};

pub use crate::bundle::Listening;

/// Runs the fleet until SIGTERM or SIGINT.
pub fn run(config: Config) -> Result<(), Failure> {
    // A fleet whose thread is gone would answer nobody and look alive.
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        before(panic);
        std::process::abort();
    }));
    let (devices, people) = (threads::devices().map_err(machine)?, threads::people().map_err(machine)?);
    devices.block_on(async {
        let mut term = signal(SignalKind::terminate()).map_err(machine)?;
        let mut int = signal(SignalKind::interrupt()).map_err(machine)?;
        let (told, again) = mpsc::channel(1);
        let mut hup = signal(SignalKind::hangup()).map_err(machine)?;
        tokio::spawn(async move { while hup.recv().await.is_some() && told.send(()).await.is_ok() {} });
        let stop = async {
            select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
        };
        serve(&config, people.handle(), |_| {}, again, stop).await
    })
}

fn machine(error: io::Error) -> Failure {
    Failure::new(
        "fleetd/machine",
        format!("this machine gives the daemon no thread or signal ({error}); look at its limits"),
    )
}

/// Runs the fleet until `stop` is ready; `ready` is told where it listens, once it does. At each `again` it looks
/// whether the root has signed a newer roster. `people` are answered by threads of their own.
pub async fn serve(
    config: &Config,
    people: &Handle,
    ready: impl FnOnce(&Listening),
    again: mpsc::Receiver<()>,
    stop: impl Future<Output = ()>,
) -> Result<(), Failure> {
    for sentence in settings::unmet(&config.written(), obeyed::obeyed) {
        tracing::warn!(verb = "read", "{sentence}");
    }
    let opened = Opened::new(config)?;
    let (porch, ended) = Porch::new(opened.fleet.clone());
    let porch = Arc::new(porch);
    let doorway = Doorway::new(config, &opened, Arc::clone(&porch))?;
    let shown = doorway.own.issue()?;
    let bound = Bound::open(&config.listen, &doorway, &shown, people).await?;
    let listening = bound.listening();
    let addresses = listening.addresses(&config.public)?;
    let (fleet, keyset) = (opened.fleet.clone(), opened.welcome.keyset.clone());
    let reading = Reading::of(config, &opened);
    let working = Working::start(opened, porch, bound, doorway, shown, people)?;
    // Devices are told what the fleet obeys, and not what it has just refused.
    bundle::write(&config.folder, fleet.clone(), keyset, addresses)?;
    listening.tell(&config.folder)?;
    let Listening { external, internal, hardware, enrolment } = listening;
    let renews = working.shown.due;
    tracing::info!(verb = "accept", %fleet, %external, %internal, %hardware, %enrolment, %renews, "{VERSION} is ready");
    if let Some(first) = &working.first {
        tracing::info!(verb = "permit", "open this address to become the first administrator: {first}");
    }
    ready(&listening);
    working.until(stop, ended, again, reading).await;
    Listening::forget(&config.folder);
    tracing::info!(verb = "accept", "the daemon was told to stop, and has stopped");
    Ok(())
}

/// Everything at work.
struct Working {
    engine: Engine,
    doorway: Doorway,
    shown: Shown,
    external: Serving,
    internal: Serving,
    hardware: Serving,
    enrolment: Serving,
    facade: Facade,
    meters: Meters,
    /// Where the first administrator comes in, while there is none.
    first: Option<String>,
}

/// How long peers have to hear that this process stops.
const GRACE: Duration = Duration::from_secs(5);

/// How soon a credential that could not be replaced is tried again.
const AGAIN: Duration = Duration::from_mins(1);

impl Working {
    fn start(
        opened: Opened,
        porch: Arc<Porch>,
        bound: Bound,
        doorway: Doorway,
        shown: Shown,
        threads: &Handle,
    ) -> Result<Self, Failure> {
        let Opened { setup, shelf, people, doors, browsers, welcome, root, .. } = opened;
        let (lines, changes) = (Lines::default(), watch::Sender::new(0));
        let seen = changes.subscribe();
        // The thread's own clock begins with it.
        let now = Now { mono: Mono(0), wall: moment::wall() };
        let meters = Meters::default();
        let shelf: Shelf = Box::new(meters.timed(shelf));
        let mut fleet = Fleet::open(setup, shelf, now)?;
        let first = fleet.first_link(&web::admins(&people), now);
        let first = first.map(|word| doors.first(bound.external.address(), &word));
        let services = fleet.services();
        porch.revoke(services.now());
        let hands = Reach::new(lines.clone(), Arc::clone(&porch), services, changes, meters.clone());
        let (engine, facade) = Engine::start(fleet, hands).map_err(machine)?;
        let router = web::router(web::Setup {
            facade: facade.clone(),
            people,
            root_key: hex::encode(root.as_bytes()),
            software: VERSION.into(),
            transport: doors.transport,
            origins: doors.origins,
            policy: doors.policy,
            hasher: doors.hasher.clone(),
            lasting: doors.lasting,
            browsers,
            changes: seen,
            clock: Arc::new(moment::now),
            draw: Arc::new(moment::draw),
            meters: {
                let meters = meters.clone();
                Arc::new(move |page| meters.write(page))
            },
        });
        let hardware = devices(bound.hardware, lines, facade.clone())?;
        let (signals, heard) = mpsc::channel(enrolment::WAITING);
        tokio::spawn(enrolment::serve(heard, facade.clone(), welcome));
        let enrolment = bound.enrolment.serve(Frames::new(Subprotocol::ENROL, Patience::default(), signals));
        let (signals, heard) = mpsc::channel(feed::WAITING);
        let turned_away = TurnedAway::new("internal", facade.clone());
        tokio::spawn(feed::serve(heard, porch, feed::pulse(facade.clone()), turned_away));
        let internal = bound.internal.serve(Frames::new(feed::FEED, feed::PATIENCE, signals));
        let turned_away = TurnedAway::new("external", facade.clone());
        let external = {
            let _theirs = threads.enter();
            bound.external.serve(People {
                router,
                turned_away,
                strangers: Strangers::most(STRANGERS, STRANGERS_OF_SOURCE),
            })
        };
        meters.listen([
            ("external", external.counts()),
            ("internal", internal.counts()),
            ("hardware", hardware.counts()),
            ("enrolment", enrolment.counts()),
        ]);
        meters.shown(shown.until);
        Ok(Self { engine, doorway, shown, external, internal, hardware, enrolment, facade, meters, first })
    }

    /// Works until `stop` is ready: shows a new credential whenever one is due, ends the sessions of identities that
    /// people ended, and reads the roster again whenever it is told to.
    async fn until(
        mut self,
        stop: impl Future<Output = ()>,
        mut ended: mpsc::UnboundedReceiver<Ended>,
        mut again: mpsc::Receiver<()>,
        reading: Reading,
    ) {
        let mut stop = pin!(stop);
        loop {
            let due = self.shown.due.since(moment::wall());
            select! {
                () = stop.as_mut() => break,
                () = sleep(due) => self.rotate(),
                Some(()) = again.recv() => reading.again(&self.facade).await,
                Some((uri, code)) = ended.recv() => {
                    self.hardware.close(&uri, code);
                    self.internal.close(&uri, code);
                }
            }
        }
        let Self { engine, facade, external, internal, hardware, enrolment, .. } = self;
        tokio::join!(external.stop(GRACE), internal.stop(GRACE), hardware.stop(GRACE), enrolment.stop(GRACE));
        // Nobody asks any more; once this is answered, what the house asked before it is decided and stored.
        let _ = timeout(GRACE, ask(&facade, |_, _| ())).await;
        let _ = tokio::task::spawn_blocking(move || engine.stop()).await;
    }

    fn rotate(&mut self) {
        let swapped = self.doorway.own.issue().and_then(|shown| {
            self.internal.swap(self.doorway.internal(&shown))?;
            self.hardware.swap(self.doorway.hardware(&shown))?;
            self.enrolment.swap(self.doorway.enrolment(&shown))?;
            Ok(shown)
        });
        match swapped {
            Ok(shown) => {
                tracing::info!(verb = "sign", until = %shown.due, "the listeners show a new certificate");
                self.meters.shown(shown.until);
                self.shown = shown;
            }
            Err(mistake) => {
                tracing::error!(
                    verb = "sign",
                    code = mistake.code(),
                    "the listeners keep their old certificate: {mistake}"
                );
                self.shown.due = moment::wall() + AGAIN;
            }
        }
    }
}

/// The hardware listener, and the thread that carries what it hears.
fn devices(listener: tls::Listener, lines: Lines, facade: Facade) -> Result<Serving, Failure> {
    let (signals, heard) = mpsc::channel(hardware::WAITING);
    thread::Builder::new()
        .name("wrale-hardware".into())
        .spawn(move || hardware::carry(heard, &lines, &facade))
        .map_err(machine)?;
    Ok(listener.serve(Frames::new(Subprotocol::LINK, Patience::default(), signals)))
}
