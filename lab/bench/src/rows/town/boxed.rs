//! One box of the town: the real agent over a board that weighs little.

use std::time::Duration;

use admit::door::Presented;
use agent::{Agent, Identity, Software};
use anyhow::{Context, Result};
use board::{Sensors, Vault};
use control::{Fleet, Now};
use guard::{Input, Pins};
use sim::{Ceremony, Dice, SimClock, SimHands, SimVault, World, hand};
use store::Store;
use vocab::{DeviceId, Mono, SensorName, SiteName, Value, Wall, unit::MilliCelsius};

use super::{
    SITES,
    wire::{Wire, Wires},
};
use crate::{
    chip::Chip,
    device::join_letter,
    ground::{SOFTWARE, enrol},
    light::{Light, LightDisk},
    senses::Senses,
};

/// A box says something of its own so often: that it learnt what is normal.
const SAYS: Duration = Duration::from_mins(1);

/// A box that is enrolled, and has no power yet.
pub(super) struct Newcomer {
    number: u32,
    chip: Chip,
    identity: Identity,
}

pub(super) struct Boxed {
    wires: Wires,
    place: usize,
    senses: Senses,
    temperature: SensorName,
    clock: SimClock,
    disk: LightDisk,
    stage: Stage,
    says: Mono,
}

enum Stage {
    Off(Option<Box<(Light<SimClock>, Wire, Identity)>>),
    On(Box<Agent<Light<SimClock>, Wire>>),
}

impl Newcomer {
    /// Enrols a new box; gives what it shows at doors as well.
    pub(super) fn join<S: Store>(
        number: usize,
        ceremony: &Ceremony,
        fleet: &mut Fleet<S>,
        now: Now,
    ) -> Result<(Self, Presented)> {
        let mut chip = Chip::new();
        let number = u32::try_from(number)?;
        let opening = vault(number).opening_key().context("a new vault is open")?;
        let name = ceremony.fleet().clone();
        let site = SiteName::new(&format!("site-{:03}", number as usize % SITES))?;
        let (enrolled, presented) = enrol(fleet, site, ceremony.person(0), now, |token, nonce| {
            join_letter(&format!("dev-{number}"), name.clone(), opening, &mut chip, token, nonce)
        })?;
        let (keyset, roster) = (ceremony.keyset().clone(), ceremony.roster().clone());
        let (device, checkpoint) = (enrolled.device, enrolled.checkpoint);
        let pins = Pins::new(name.clone(), device, ceremony.root(), keyset, roster, &checkpoint);
        let identity = Identity { fleet: name, device, pins: pins.context("the ceremony's own letters")? };
        Ok((Self { number, chip, identity }, presented))
    }

    pub(super) const fn device(&self) -> DeviceId {
        self.identity.device
    }

    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    /// Puts it where it will stand.
    pub(super) fn settle(self, world: &World, wires: &Wires) -> Boxed {
        let (senses, clock, vault) = (Senses::new(), SimClock::booted(world, None), vault(self.number));
        let (hands, disk) = (SimHands::new(&vault), LightDisk::default());
        let board = Light {
            clock: clock.clone(),
            senses: senses.clone(),
            hands,
            root: Box::new(self.chip),
            vault,
            disk: Box::new(disk.clone()),
        };
        let wire = wires.add(self.number as usize);
        let (place, wires) = (wire.place(), wires.clone());
        let stage = Stage::Off(Some(Box::new((board, wire, self.identity))));
        let temperature = SensorName::new("temp").expect("a short word");
        Boxed { wires, place, senses, temperature, clock, disk, stage, says: Mono(u64::MAX) }
    }
}

/// The vault of a box is the same wherever it is made.
fn vault(number: u32) -> SimVault {
    SimVault::new(Dice::new(number.into(), "vault"))
}

impl Boxed {
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
        let more = (self.disk.waits() || self.wires.waits(self.place)).then_some(now);
        let due = [due, more, self.senses.deadline(), Some(self.says)].into_iter().flatten().min();
        Ok(due.unwrap_or(self.says))
    }
}
