//! One box on the bench: the real agent over a real disk and clock, and whoever opens its lid.

use std::{cell::Cell, rc::Rc, time::Duration};

use agent::{Agent, Identity, Net, Signal, Software};
use anyhow::{Context, Result, ensure};
use board::{Board, Clock, Disk, Effectors, RootOfTrust, Sensors, Vault};
use guard::{Input, Pins};
use link::Conn;
use linux::LinuxClock;
use sim::{Ceremony, Desk, Dice, Parcel, SimHands, SimRoot, SimVault, hand};
use tempfile::TempDir;
use vocab::{Action, Arming, DeviceId, Mono, Outcome, ReceiptId, SensorName, Value, Wall, reading::Contact};

use super::disk::{Bell, Health, Log, Watched};
use crate::{
    clock::monotonic,
    ground::{self, SOFTWARE},
    senses::Senses,
};

/// How long the box may take for anything.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What one opened lid showed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trip {
    /// From the end of the window to the first act.
    pub(crate) in_all: Duration,
    /// Of that, the sync that carried the intention.
    pub(crate) intention: Duration,
    /// Of that, every sync.
    pub(crate) synced: Duration,
    pub(crate) waited: Waited,
}

/// What ended the guard's wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    ForTheDisk,
    /// The disk did not answer in time.
    InVain,
}

/// How long the guard waits for the disk.
const WAITS: Duration = Duration::from_millis(50);

/// A box on duty.
pub(crate) struct Rig {
    agent: Agent<Bench, Nowhere>,
    bell: Bell,
    senses: Senses,
    disk: Rc<Log>,
    acted: Rc<Cell<Option<Duration>>>,
    due: Option<Mono>,
    _folder: TempDir,
}

impl Rig {
    /// Boots a box, teaches it what is normal, and puts it on duty, as a courier would.
    pub(crate) fn on_duty(seed: u64) -> Result<Self> {
        let ceremony = Ceremony::new(seed, "nord", 3, LinuxClock.wall());
        let device = DeviceId([7; 16]);
        let mut rig = Self::boot(seed, &ceremony, device)?;
        rig.until("it has booted", |rig| rig.agent.end().is_some() && rig.disk.is_idle())?;
        rig.hear(Input::Contact);
        rig.until("it asks for the time", |rig| rig.agent.time_asked().is_some())?;
        let nonce = rig.agent.time_asked().context("it asked")?;
        let time = ceremony.time(device, nonce, LinuxClock.wall());
        rig.hear(Input::Time(time.bytes().to_vec()));
        rig.hear(Input::Learn);
        rig.until("it has learnt", |rig| rig.disk.is_idle())?;
        let basis = rig.agent.end().context("it has booted")?;
        let state = Desk::duty(&ceremony, device, basis, LinuxClock.wall());
        let proved = rig.agent.guard().obeys().proved;
        let Parcel { state, proof } = Desk::new(seed, &ceremony).sign(&ceremony, state, proved);
        rig.hear(Input::State(state));
        rig.hear(Input::Proof(proof));
        rig.until("it is on duty", |rig| rig.agent.guard().arming() == Arming::Armed && rig.disk.is_idle())?;
        Ok(rig)
    }

    /// Opens the lid and leaves it open; `window` is how long it must stay open to count.
    pub(crate) fn open_lid(&mut self, health: Health, window: Duration) -> Result<Trip> {
        self.disk.set(health);
        self.disk.take();
        let (opened, at) = (monotonic(), LinuxClock.mono());
        self.senses.look(&SensorName::new("lid")?, at, Value::Contact(Contact::Open));
        self.hear(Input::Tick);
        self.until("it acts", |rig| rig.acted.get().is_some())?;
        let closes = opened + window;
        let acted = self.acted.get().context("it acted")?;
        ensure!(acted >= closes, "it acted before the window closed");
        let synced = self.disk.take();
        let on_the_way: Vec<_> =
            synced.iter().filter(|sync| sync.handed >= closes && sync.done <= acted).collect();
        let took = |sync: &&super::disk::Synced| sync.done.saturating_sub(sync.handed);
        // A disk that had nothing done by then took as long as the guard waits, and longer.
        let intention = on_the_way.last().map_or(WAITS, took);
        self.disk.set(Health::Sound);
        Ok(Trip {
            in_all: acted.saturating_sub(closes),
            intention,
            waited: if on_the_way.is_empty() { Waited::InVain } else { Waited::ForTheDisk },
            synced: on_the_way.iter().map(took).sum(),
        })
    }

    fn boot(seed: u64, ceremony: &Ceremony, device: DeviceId) -> Result<Self> {
        let (folder, bell, senses) = (ground::folder()?, Bell::default(), Senses::new());
        let disk = Watched::open(folder.path(), &bell)?;
        let log = Rc::clone(&disk.log);
        let vault = SimVault::new(Dice::new(seed, "vault"));
        let acted = Rc::new(Cell::new(None));
        let board = Bench {
            senses: senses.clone(),
            hands: Hands { hands: SimHands::new(&vault), acted: Rc::clone(&acted) },
            root: SimRoot::new(Dice::new(seed, "root")),
            vault,
            disk,
        };
        let fleet = ceremony.fleet().clone();
        let (keyset, roster) = (ceremony.keyset().clone(), ceremony.roster().clone());
        let pins = Pins::new(fleet.clone(), device, ceremony.root(), keyset, roster, &ceremony.checkpoint());
        let identity = Identity { fleet, device, pins: pins.context("the ceremony's own letters")? };
        let built = Wall(LinuxClock.wall().0 - 1_000_000);
        let software = Software { version: hand::label(SOFTWARE), built };
        let agent = Agent::boot(board, Nowhere(vec![]), identity, software)?;
        Ok(Self { agent, bell, senses, disk: log, acted, due: Some(Mono(0)), _folder: folder })
    }

    fn hear(&mut self, input: Input) {
        self.agent.hear(input);
        self.due = Some(Mono(0));
    }

    /// The loop of a device: steps when something rings or is due, until this holds.
    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) -> Result<()> {
        let end = monotonic() + PATIENCE;
        loop {
            self.due = self.agent.step();
            if holds(self) {
                return Ok(());
            }
            ensure!(monotonic() < end, "it did not come true that {what}: {:?}", self.agent.notices());
            let senses = self.senses.deadline();
            let due = [self.due, senses].into_iter().flatten().min();
            let left = due.map_or(PATIENCE, |due| due.since(LinuxClock.mono()));
            self.bell.wait(left.min(PATIENCE));
        }
    }
}

/// The board: disk and clock are this machine's.
struct Bench {
    senses: Senses,
    hands: Hands,
    root: SimRoot,
    vault: SimVault,
    disk: Watched,
}

impl Board for Bench {
    fn clock(&self) -> &dyn Clock {
        &LinuxClock
    }

    fn sensors(&mut self) -> &mut dyn Sensors {
        &mut self.senses
    }

    fn effectors(&mut self) -> &mut dyn Effectors {
        &mut self.hands
    }

    fn root(&mut self) -> &mut dyn RootOfTrust {
        &mut self.root
    }

    fn vault(&mut self) -> &mut dyn Vault {
        &mut self.vault
    }

    fn disk(&mut self) -> &mut dyn Disk {
        &mut self.disk
    }
}

/// Hands that note when they were first asked for anything.
struct Hands {
    hands: SimHands,
    acted: Rc<Cell<Option<Duration>>>,
}

impl Effectors for Hands {
    fn act(&mut self, id: ReceiptId, action: &Action) -> Option<Outcome> {
        if self.acted.get().is_none() {
            self.acted.set(Some(monotonic()));
        }
        self.hands.act(id, action)
    }
}

/// No network leads anywhere.
struct Nowhere(Vec<Signal>);

impl Net for Nowhere {
    fn connect(&mut self, conn: Conn) {
        self.0.push(Signal::Lost(conn));
    }

    fn send(&mut self, _: Conn, _: Vec<u8>) {}

    fn close(&mut self, _: Conn) {}

    fn certify(&mut self, _: Vec<u8>) {}

    fn signals(&mut self) -> Vec<Signal> {
        std::mem::take(&mut self.0)
    }
}
