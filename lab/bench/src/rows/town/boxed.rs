//! One box of the town: the real agent over a board that weighs little.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use admit::door::Presented;
use agent::{Agent, Identity, Software};
use anyhow::{Context, Result};
use board::{Board, Clock, Disk, DiskFault, Effectors, Operation, RootOfTrust, Sensors, Ticket, Vault};
use control::{Fleet, Now};
use guard::{Input, Pins};
use sim::{Ceremony, Dice, SimClock, SimHands, SimRoot, SimVault, World, hand};
use store::Memory;
use vocab::{DeviceId, Mono, SensorName, Value, Wall, unit::MilliCelsius};

use super::wire::{Wire, Wires};
use crate::{
    device::join_letter,
    ground::{SOFTWARE, enrol},
    senses::Senses,
};

/// A box says something of its own so often: that it learnt what is normal.
const SAYS: Duration = Duration::from_mins(1);

pub(super) struct Boxed {
    pub(super) device: DeviceId,
    pub(super) presented: Presented,
    number: usize,
    wires: Wires,
    senses: Senses,
    temperature: SensorName,
    clock: SimClock,
    stage: Stage,
    says: Mono,
}

enum Stage {
    /// It has no power yet.
    Off(Option<Box<(Light, Wire, Identity)>>),
    On(Box<Agent<Light, Wire>>),
}

impl Boxed {
    /// Enrols a new box, which has no power yet.
    pub(super) fn join(
        number: usize,
        ceremony: &Ceremony,
        fleet: &mut Fleet<Memory>,
        world: &World,
        wires: &Wires,
    ) -> Result<Self> {
        let seed = number as u64;
        let mut root = SimRoot::new(Dice::new(seed, "root"));
        let vault = SimVault::new(Dice::new(seed, "vault"));
        let opening = vault.opening_key().context("a new vault is open")?;
        let (by, now) = (ceremony.person(0), Now { mono: world.now(), wall: world.wall() });
        let name = ceremony.fleet().clone();
        let (device, presented) = enrol(fleet, by, now, |token, nonce| {
            join_letter(seed, name.clone(), opening, &mut root, token, nonce)
        })?;
        let (keyset, roster) = (ceremony.keyset().clone(), ceremony.roster().clone());
        let pins = Pins::new(name.clone(), device, ceremony.root(), keyset, roster, &ceremony.checkpoint());
        let identity = Identity { fleet: name, device, pins: pins.context("the ceremony's own letters")? };
        let (senses, clock) = (Senses::new(), SimClock::booted(world, None));
        let hands = SimHands::new(&vault);
        let board = Light {
            clock: clock.clone(),
            senses: senses.clone(),
            hands,
            root,
            vault,
            disk: LightDisk::default(),
        };
        let stage = Stage::Off(Some(Box::new((board, wires.add(), identity))));
        let temperature = SensorName::new("temp")?;
        let (wires, says) = (wires.clone(), Mono(u64::MAX));
        Ok(Self { device, presented, number, wires, senses, temperature, clock, stage, says })
    }

    pub(super) const fn is_on(&self) -> bool {
        matches!(self.stage, Stage::On(_))
    }

    /// Its senses look; true if one of them has something to say. The board warms and cools by a tenth of a degree
    /// each ten seconds.
    pub(super) fn look(&mut self, now: Mono) -> bool {
        let step = i32::try_from(now.0 / 10_000_000_000 % 2).unwrap_or(0);
        self.senses.look(&self.temperature, now, Value::Temperature(MilliCelsius(31_000 + 100 * step)));
        self.is_on() && self.senses.deadline().is_some_and(|due| due <= now)
    }

    /// Does what is due, and says when to call again; the first time, it boots.
    pub(super) fn step(&mut self, now: Mono, world: &World) -> Result<Mono> {
        if let Stage::Off(parts) = &mut self.stage {
            let (board, wire, identity) = *parts.take().context("a box boots once")?;
            let software =
                Software { version: hand::label(SOFTWARE), built: Wall(world.wall().0 - 1_000_000) };
            self.stage = Stage::On(Box::new(Agent::boot(board, wire, identity, software)?));
            self.says = now + SAYS;
        }
        let Stage::On(agent) = &mut self.stage else { return Ok(now) };
        if now >= self.says {
            self.says = now + SAYS;
            agent.hear(Input::Learn);
        }
        let due = agent.step().map(|at| self.clock.in_world(at));
        agent.notices();
        let more = (agent.board().disk.waits() || self.wires.waits(self.number)).then_some(now);
        let due = [due, more, self.senses.deadline(), Some(self.says)].into_iter().flatten().min();
        Ok(due.unwrap_or(self.says))
    }
}

/// A board whose disk is never slow.
struct Light {
    clock: SimClock,
    senses: Senses,
    hands: SimHands,
    root: SimRoot,
    vault: SimVault,
    disk: LightDisk,
}

impl Board for Light {
    fn clock(&self) -> &dyn Clock {
        &self.clock
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

/// Files in memory, done at once. The reserve is kept by its length alone: ten thousand of them would fill the machine.
#[derive(Clone, Default)]
struct LightDisk(Rc<RefCell<Platter>>);

#[derive(Default)]
struct Platter {
    files: BTreeMap<String, Vec<u8>>,
    done: Vec<(Ticket, Result<(), DiskFault>)>,
    last: u64,
}

const RESERVE: &str = "reserve";

impl LightDisk {
    fn waits(&self) -> bool {
        !self.0.borrow().done.is_empty()
    }
}

impl Disk for LightDisk {
    fn submit(&mut self, operation: Operation) -> Ticket {
        let mut platter = self.0.borrow_mut();
        platter.last += 1;
        let ticket = Ticket(platter.last);
        let Platter { files, done, .. } = &mut *platter;
        match operation {
            Operation::Append(path, bytes) => files.entry(path).or_default().extend(bytes),
            Operation::Remove(path) => drop(files.remove(&path)),
            Operation::Rename(from, to) => {
                let file = files.remove(&from).unwrap_or_default();
                files.insert(to, file);
            }
            Operation::Truncate(path, length) => {
                files.entry(path).or_default().truncate(usize::try_from(length).unwrap_or(usize::MAX));
            }
            Operation::Write(path, _) if path == RESERVE => {}
            Operation::Write(path, bytes) => drop(files.insert(path, bytes)),
            Operation::Sync(_) | Operation::SyncFolder(_) => {}
        }
        done.push((ticket, Ok(())));
        ticket
    }

    fn completed(&mut self) -> Vec<(Ticket, Result<(), DiskFault>)> {
        std::mem::take(&mut self.0.borrow_mut().done)
    }

    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, DiskFault> {
        Ok(self.0.borrow().files.get(path).cloned())
    }

    fn list(&mut self, folder: &str) -> Result<Vec<String>, DiskFault> {
        let platter = self.0.borrow();
        let inside = platter.files.keys().filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
        Ok(inside.map(String::from).collect())
    }
}
