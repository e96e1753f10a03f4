//! One box in a thread of its own: a simulated board, the real software of a device, and real sockets.

use std::{
    fs::File,
    io::Write,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use agent::Software;
use anyhow::{Context, Result, anyhow};
use board::{ChipKey, RootOfTrust};
use metald::{Bell, Fleet, Keeper, Kept, TlsNet, bell::Rung, clock::Trusted, enrol, net, reached::Reached};
use sim::{Cue, Live, Loot, SimBoard, SimRoot, World, scripts};
use tls::Suites;
use tokio::runtime::Handle;
use vocab::{Label, Mark, Mono, Posture, Wall, ZoneName};

use crate::cord::{Cord, Plug};

/// What a box needs to live.
pub(crate) struct Setup {
    pub(crate) label: Label,
    pub(crate) seed: u64,
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) runtime: Handle,
    pub(crate) origin: Origin,
    pub(crate) bell: Bell,
    pub(crate) log: Arc<Mutex<File>>,
}

/// How it came to be.
pub(crate) enum Origin {
    /// It came out of the factory, and a person issued this token for it.
    Factory { token: Vec<u8>, kept: PathBuf },
    /// Somebody built it from what was carried away from another, and keeps its certificate here.
    Stolen { loot: Loot, kept: Box<Kept>, path: PathBuf },
}

/// What a box is told to do, or what is done to it.
pub(crate) enum Order {
    /// A cable is pulled, or plugged in again.
    Cord(Plug),
    /// A person at the box says: what the senses say now is normal.
    Learn,
    /// Hands move its senses.
    Play(Vec<Cue>),
    /// Somebody looks at it.
    Look(mpsc::Sender<Seen>),
    /// Somebody copies its disk, its keys, its certificate, and what it said in this session.
    Steal(mpsc::Sender<Stolen>),
}

/// What can be seen at a box.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) causes: Vec<ZoneName>,
    pub(crate) is_live: bool,
    pub(crate) marks: Vec<Mark>,
    pub(crate) posture: Posture,
    /// The number of its last durable entry.
    pub(crate) end: u64,
    pub(crate) on_for: Duration,
}

/// What a thief has.
pub(crate) struct Stolen {
    pub(crate) loot: Loot,
    pub(crate) kept: Kept,
    pub(crate) tape: Vec<Vec<u8>>,
}

/// However long nothing is due.
const LONGEST: Duration = Duration::from_secs(30);

/// When the software was built: time was never before that.
const BUILT: Wall = Wall(1_793_491_200_000_000);

/// Lives until the bell says stop; `enrolled` is told once, when the fleet knows the box or has refused it.
pub(crate) fn live(setup: Setup, orders: &mpsc::Receiver<Order>, enrolled: &mpsc::Sender<Result<()>>) {
    match Resident::wake(setup) {
        Ok(mut resident) => {
            let _ = enrolled.send(Ok(()));
            resident.run(orders);
        }
        Err(error) => drop(enrolled.send(Err(error))),
    }
}

struct Resident {
    label: Label,
    since: Instant,
    live: Live<Cord<TlsNet>>,
    cord: Cord<TlsNet>,
    clock: Trusted,
    keeper: Arc<Keeper>,
    bell: Bell,
    log: Arc<Mutex<File>>,
    seed: u64,
}

impl Resident {
    fn wake(setup: Setup) -> Result<Self> {
        let Setup { label, seed, fleet, runtime, origin, bell, log } = setup;
        let since = Instant::now();
        let world = World::beginning_at(wall());
        let (board, kept, path) = match origin {
            Origin::Factory { token, kept: path } => {
                let mut board = SimBoard::new(&world, seed, scripts::kiosk());
                let call = fleet.enrolment(&Suites::default(), &Trusted::default())?;
                let joined = runtime.block_on(enrol::join(&fleet, call, &mut board, &label, &token));
                (board, joined.map_err(|problem| anyhow!("{problem}"))?, path)
            }
            Origin::Stolen { loot, kept, path } => {
                (SimBoard::of_loot(loot, &world, seed, scripts::kiosk()), *kept, path)
            }
        };
        let identity = kept.identity(&fleet).map_err(|refusal| anyhow!("{refusal}"))?;
        // Its fleet stands at an address of this machine, so there is nothing to remember.
        let reached = Arc::new(Reached::load(path.with_file_name("reached"), &[], None));
        let keeper = Arc::new(Keeper::new(path, kept));
        let clock = Trusted::default();
        let setup = net::Setup {
            hardware: fleet.hardware(None, &Suites::default(), &clock)?,
            enrolment: fleet.enrolment(&Suites::default(), &clock)?,
            device: identity.device,
            root: fleet.root().clone(),
            sign: signer(&board.root),
            keeper: Arc::clone(&keeper),
            clock: clock.clone(),
            rotation: None,
            reached,
        };
        let (net, _gone) = TlsNet::new(setup, &board.root.device_key(), bell.wake(), &runtime);
        let cord = Cord::new(net);
        let version = Label::new(metald::VERSION).context("the software has a name")?;
        let software = Software { version, built: BUILT };
        let live = Live::boot(&world, &board, cord.clone(), identity, software)?;
        Ok(Self { label, since, live, cord, clock, keeper, bell, log, seed })
    }

    fn run(&mut self, orders: &mpsc::Receiver<Order>) {
        loop {
            let next = self.turn();
            let mut obeyed = false;
            while let Ok(order) = orders.try_recv() {
                self.obey(order);
                obeyed = true;
            }
            if obeyed {
                continue;
            }
            let span = next.map_or(LONGEST, |next| next.since(self.now()).min(LONGEST));
            if self.bell.wait(span) == Rung::Stop {
                return;
            }
        }
    }

    fn turn(&mut self) -> Option<Mono> {
        let next = self.live.turn(self.now());
        let now = board::Clock::mono(&self.live.board().clock);
        self.clock.set(self.live.agent().guard().time(now));
        for notice in self.live.agent().notices() {
            let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            // Nobody waits for the log.
            let _ = writeln!(log, "{:9.3} {} {notice}", self.since.elapsed().as_secs_f64(), self.label);
        }
        next
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Cord(plug) => self.cord.set(plug),
            Order::Learn => self.live.agent().hear(guard::Input::Learn),
            Order::Play(script) => self.live.play(script),
            Order::Look(to) => drop(to.send(self.seen())),
            Order::Steal(to) => {
                let loot = self.live.board().loot(self.seed.wrapping_add(1_000));
                drop(to.send(Stolen { loot, kept: self.keeper.kept(), tape: self.cord.tape() }));
            }
        }
    }

    fn seen(&mut self) -> Seen {
        let now = board::Clock::mono(&self.live.board().clock);
        let on_for = self.since.elapsed();
        let agent = self.live.agent();
        let guard = agent.guard();
        Seen {
            causes: guard.causes(),
            is_live: agent.is_live(),
            marks: guard.marks(now),
            posture: guard.posture(),
            end: agent.end().map_or(0, |end| end.seq),
            on_for,
        }
    }

    fn now(&self) -> Mono {
        Mono(u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }
}

/// Signs handshakes with the device key that is in the file now, from whatever thread.
pub(crate) fn signer(root: &SimRoot) -> Arc<tls::key::Sign> {
    let root = root.clone();
    Arc::new(move |message| root.clone().sign(ChipKey::Device, message).map_err(|_| tls::Fault::Key))
}

/// What the wall says.
pub(crate) fn wall() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Wall(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
