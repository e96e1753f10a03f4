//! Many real agents in one thread, each with a connection of its own to a real fleet.

mod papers;
mod plug;

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    rc::Rc,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use agent::{Agent, Notice, Software};
use anyhow::{Context, Result, anyhow, ensure};
use board::{Clock, Disk, RootOfTrust, Sensors, Vault};
use cli::Client;
use crypto::hex;
use guard::Input;
use link::Room;
use linux::{LinuxClock, LinuxDisk, Wake};
use metald::{Keeper, Kept, Reached, TlsNet, clock::Trusted, net::Setup};
use sim::{Dice, SimHands, SimVault, hand};
use tempfile::TempDir;
use tls::Suites;
use tokio::runtime::Runtime;
use vocab::{DeviceId, Mono, Wall};

use self::plug::Plug;
pub(crate) use self::{
    papers::{Answer, Papers},
    plug::{Grip, Renewal},
};
use crate::{
    chip::Chip,
    clock::monotonic,
    ground::{self, SOFTWARE},
    light::{Light, LightDisk},
    senses::Senses,
    stand::Stand,
};

/// On what the boxes of a street write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paper {
    /// In memory: what is weighed or stormed is the fleet.
    Memory,
    /// On this machine's disk, synced.
    Real,
}

/// One box.
pub(crate) struct Resident {
    pub(crate) device: DeviceId,
    pub(crate) senses: Senses,
    pub(crate) agent: Agent<Light<LinuxClock>, Plug>,
    /// When it was told that it stands in the quarantine room.
    pub(crate) quarantined: Option<Duration>,
    pub(crate) papers: Papers,
    grip: Rc<Grip>,
    trusted: Trusted,
    disk: Option<LightDisk>,
    _folder: TempDir,
}

/// The boxes, and who of them is to be called.
pub(crate) struct Street {
    pub(crate) residents: Vec<Resident>,
    /// Where their connections live.
    roads: Arc<Runtime>,
    rung: Rung,
    agenda: BinaryHeap<Reverse<(Mono, usize)>>,
    due: Vec<Option<Mono>>,
}

/// Who has rung since the last look.
#[derive(Clone, Default)]
struct Rung(Arc<(Mutex<Vec<usize>>, Condvar)>);

impl Rung {
    fn wake(&self, number: usize) -> Wake {
        let rung = self.clone();
        Arc::new(move || {
            rung.0.0.lock().unwrap_or_else(PoisonError::into_inner).push(number);
            rung.0.1.notify_one();
        })
    }

    fn wait(&self, most: Duration) -> Vec<usize> {
        let rung = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.1.wait_timeout_while(rung, most, |rung| rung.is_empty());
        std::mem::take(&mut *waited.unwrap_or_else(PoisonError::into_inner).0)
    }
}

impl Street {
    /// Nobody lives there yet.
    pub(crate) fn on(roads: &Arc<Runtime>) -> Self {
        let (rung, agenda) = (Rung::default(), BinaryHeap::new());
        Self { residents: vec![], roads: Arc::clone(roads), rung, agenda, due: vec![] }
    }

    /// Enrols so many more boxes, each at a site of its own, and turns them on.
    pub(crate) fn settle(
        &mut self,
        stand: &Stand,
        client: &Client,
        name: &str,
        count: usize,
        paper: Paper,
    ) -> Result<()> {
        for _ in 0..count {
            let number = self.residents.len();
            let resident = self.enrol(stand, client, name, number, paper);
            self.residents.push(resident.with_context(|| format!("box {number} of {name}"))?);
            self.due.push(None);
            self.call(number, Mono(0));
            self.turn(Duration::ZERO);
        }
        Ok(())
    }

    /// Until the fleet has welcomed all of them.
    pub(crate) fn until_live(&mut self, limit: Duration) -> Result<()> {
        self.until("every box is live", limit, |street| {
            street.residents.iter().all(|one| one.agent.is_live())
        })
    }

    fn enrol(
        &self,
        stand: &Stand,
        client: &Client,
        name: &str,
        number: usize,
        paper: Paper,
    ) -> Result<Resident> {
        let (label, site) = (format!("{name}-{number}"), format!("{name}-{number}"));
        let (suites, trusted) = (Suites::default(), Trusted::default());
        let token =
            stand.runtime.block_on(client.token(&site, None, None)).map_err(|why| anyhow!("{why}"))?;
        let token = hex::decode_array(&token.token).map_err(|why| anyhow!("a token: {why}"))?;
        let chip = Chip::new();
        let vault = SimVault::new(Dice::new(number as u64, name));
        let opening = vault.opening_key().context("a new vault is open")?;
        let call = stand.fleet.enrolment(&suites, &trusted).map_err(|why| anyhow!("{why}"))?;
        let fleet = Arc::clone(&stand.fleet);
        let mut papers = Papers { fleet, label, token, opening, chip: chip.clone(), chain: vec![] };
        let joined = stand.runtime.block_on(papers.join())?;
        let kept = Kept::accept(joined, &stand.fleet, &chip.device_key()).map_err(|why| anyhow!("{why}"))?;
        papers.chain = kept.chain();
        let identity = kept.identity(&stand.fleet).map_err(|why| anyhow!("{why}"))?;
        let (device, folder, wake) = (kept.device(), ground::folder()?, self.rung.wake(number));
        let signs = chip.clone();
        let setup = Setup {
            hardware: stand.fleet.hardware(None, &suites, &trusted).map_err(|why| anyhow!("{why}"))?,
            enrolment: call,
            device,
            root: stand.fleet.root().clone(),
            sign: Arc::new(move |message: &[u8]| signs.sign_handshake(message)),
            keeper: Arc::new(Keeper::new(folder.path().join("kept"), kept)),
            clock: trusted.clone(),
            rotation: None,
            reached: Arc::new(Reached::load(folder.path().join("reached"), &[], None)),
        };
        let (net, _) = TlsNet::new(setup, &chip.device_key(), Arc::clone(&wake), self.roads.handle());
        let memory = LightDisk::default();
        let disk: Box<dyn Disk> = match paper {
            Paper::Memory => Box::new(memory.clone()),
            Paper::Real => Box::new(LinuxDisk::open(&folder.path().join("box"), wake)?),
        };
        let senses = Senses::new();
        let board = Light {
            clock: LinuxClock,
            senses: senses.clone(),
            hands: SimHands::new(&vault),
            root: Box::new(chip),
            vault,
            disk,
        };
        let software =
            Software { version: hand::label(SOFTWARE), built: Wall(LinuxClock.wall().0 - 1_000_000) };
        let grip = Rc::<Grip>::default();
        let agent = Agent::boot(board, Plug::new(net, Rc::clone(&grip)), identity, software)?;
        let disk = (paper == Paper::Memory).then_some(memory);
        Ok(Resident {
            device,
            senses,
            agent,
            quarantined: None,
            papers,
            grip,
            trusted,
            disk,
            _folder: folder,
        })
    }

    /// Goes on until this holds.
    pub(crate) fn until(&mut self, what: &str, limit: Duration, holds: impl Fn(&Self) -> bool) -> Result<()> {
        let end = monotonic() + limit;
        while !holds(self) {
            ensure!(monotonic() < end, "it did not come true that {what}");
            self.turn(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Goes on for so long.
    pub(crate) fn live(&mut self, span: Duration) {
        let end = monotonic() + span;
        while monotonic() < end {
            self.turn(Duration::from_millis(50));
        }
    }

    /// The box is called at once.
    pub(crate) fn hear(&mut self, number: usize, input: Input) {
        self.residents[number].agent.hear(input);
        self.call(number, Mono(0));
    }

    /// The box's connection drops.
    pub(crate) fn pull(&mut self, number: usize) {
        self.residents[number].grip.pull();
        self.call(number, Mono(0));
    }

    /// The box asks for another certificate.
    pub(crate) fn ask_renewal(&mut self, number: usize) {
        self.residents[number].grip.ask_renewal();
        self.call(number, Mono(0));
    }

    /// Calls everybody who rang or is due, after waiting for that at most so long.
    fn turn(&mut self, most: Duration) {
        let next = self.agenda.peek().map(|Reverse((due, _))| *due);
        let left = next.map_or(most, |due| due.since(LinuxClock.mono()).min(most));
        for number in self.rung.wait(left) {
            self.call(number, Mono(0));
        }
        while let Some(Reverse((due, number))) = self.agenda.peek().copied() {
            if due > LinuxClock.mono() {
                break;
            }
            self.agenda.pop();
            if self.due[number] == Some(due) {
                self.due[number] = None;
                let due = self.residents[number].step();
                self.call(number, due);
            }
        }
    }

    fn call(&mut self, number: usize, at: Mono) {
        if self.due[number].is_none_or(|due| at < due) {
            self.due[number] = Some(at);
            self.agenda.push(Reverse((at, number)));
        }
    }
}

impl Resident {
    /// What came of asking for another certificate.
    pub(crate) fn renewal(&self) -> Option<Renewal> {
        self.grip.renewal()
    }

    /// When its last connection was lost.
    pub(crate) fn lost(&self) -> Option<Duration> {
        self.grip.lost()
    }

    fn step(&mut self) -> Mono {
        let due = self.agent.step();
        let now = LinuxClock.mono();
        self.trusted.set(self.agent.guard().time(now));
        let inside = |notice: &Notice| matches!(notice, Notice::Room(Room::Quarantine));
        if self.quarantined.is_none() && self.agent.notices().iter().any(inside) {
            self.quarantined = Some(monotonic());
        }
        let more = self.disk.as_ref().is_some_and(LightDisk::waits).then_some(now);
        let due = [due, more, self.senses.deadline()].into_iter().flatten().min();
        due.unwrap_or(now + Duration::from_secs(1))
    }
}
