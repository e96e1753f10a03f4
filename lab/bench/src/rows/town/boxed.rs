//! One box of the town: the real agent over a board that weighs little.

use std::time::Duration;

use admit::door::Presented;
use agent::{Agent, Identity, Software};
use anyhow::{Context, Result};
use board::{Sensors, Vault};
use control::{Fleet, Now};
use guard::{Input, Pins};
use sim::{Ceremony, Dice, SimClock, SimHands, SimRoot, SimVault, World, hand};
use store::Memory;
use vocab::{DeviceId, Mono, SensorName, Value, Wall, unit::MilliCelsius};

use super::wire::{Wire, Wires};
use crate::{
    device::join_letter,
    ground::{SOFTWARE, enrol},
    light::{Light, LightDisk},
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
    disk: LightDisk,
    stage: Stage,
    says: Mono,
}

enum Stage {
    /// It has no power yet.
    Off(Option<Box<(Light<SimClock>, Wire, Identity)>>),
    On(Box<Agent<Light<SimClock>, Wire>>),
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
        let (enrolled, presented) = enrol(fleet, by, now, |token, nonce| {
            join_letter(&format!("dev-{number}"), name.clone(), opening, &mut root, token, nonce)
        })?;
        let (keyset, roster) = (ceremony.keyset().clone(), ceremony.roster().clone());
        let (device, checkpoint) = (enrolled.device, enrolled.checkpoint);
        let pins = Pins::new(name.clone(), device, ceremony.root(), keyset, roster, &checkpoint);
        let identity = Identity { fleet: name, device, pins: pins.context("the ceremony's own letters")? };
        let (senses, clock) = (Senses::new(), SimClock::booted(world, None));
        let (hands, disk) = (SimHands::new(&vault), LightDisk::default());
        let board = Light {
            clock: clock.clone(),
            senses: senses.clone(),
            hands,
            root: Box::new(root),
            vault,
            disk: Box::new(disk.clone()),
        };
        let stage = Stage::Off(Some(Box::new((board, wires.add(), identity))));
        let temperature = SensorName::new("temp")?;
        let (wires, says) = (wires.clone(), Mono(u64::MAX));
        Ok(Self { device, presented, number, wires, senses, temperature, clock, disk, stage, says })
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
        let more = (self.disk.waits() || self.wires.waits(self.number)).then_some(now);
        let due = [due, more, self.senses.deadline(), Some(self.says)].into_iter().flatten().min();
        Ok(due.unwrap_or(self.says))
    }
}
