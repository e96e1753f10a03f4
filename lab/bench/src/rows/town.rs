//! Ten thousand devices and their fleet in one thread, on a simulated clock: how much faster than life?
//!
//! Agents, links, judges and reconcilers are the real ones, and every letter is signed and verified; clock, disks,
//! cables and the store are simulated. The laboratory's own house looks at every box at every moment, which is right
//! for twelve; here each box is called when it is due.

mod boxed;
mod wire;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use control::{Effect, Fleet, Heard, Now};
use crypto::key::{self, SecretKey};
use sim::{Ceremony, World};
use store::Memory;
use vocab::{DeviceId, Mono};

use self::{
    boxed::Boxed,
    wire::{Said, Wires},
};
use crate::{
    clock::{monotonic, timed},
    figure::{Better, Spread},
    ground,
    line::{Budget, Line, Unit},
};

pub(crate) const WHAT: &str = "10,000 devices, a heartbeat each 30 s, five senses that look each second and speak when something \
changed, an entry a minute, a proof an hour";

const BOXES: u16 = 10_000;
/// The boxes come to life within this time, so that they do not all beat at once.
const DAWN: Duration = Duration::from_mins(1);
/// Until what comes with a new box has passed.
const MORNING: Duration = Duration::from_mins(1);
/// What is measured, second by second.
const SECONDS: u32 = 60;

pub(crate) fn run() -> Result<Vec<Line>> {
    let mut town = Town::build()?;
    town.live(DAWN + MORNING)?;
    let live = town.boxes.iter().filter(|one| town.fleet.is_live(one.device)).count();
    // A few are on their way back from a connection that was replaced.
    ensure!(live * 100 >= usize::from(BOXES) * 99, "only {live} boxes are live");
    let leaves = town.fleet.ledger().size();
    town.spent = Spent::default();
    let mut speeds = vec![];
    for _ in 0..SECONDS {
        let (took, done) = timed(|| town.live(Duration::from_secs(1)));
        done?;
        speeds.push(1.0 / took.as_secs_f64());
    }
    let leaves = town.fleet.ledger().size() - leaves;
    ensure!(leaves >= u64::from(BOXES), "an entry a minute makes {BOXES} decisions, and there were {leaves}");
    let speed = Spread::of(Better::More, speeds).context("there were seconds")?;
    let per_second = |spent: Duration| Spread::of_times(&[spent / SECONDS]).context("one");
    let beside =
        |what: &str, spent| anyhow::Ok(Line::new(what, per_second(spent)?, Unit::Seconds, Budget::Beside));
    Ok(vec![
        Line::new("times real time", speed, Unit::TimesReal, Budget::AtLeast(100.0))
            .against("signatures of beats and seals alone", signatures_alone()),
        beside("a second of the town, in agents", town.spent.agents)?,
        beside("a second of the town, in the fleet", town.spent.fleet)?,
    ])
}

/// Where the time went.
#[derive(Default)]
struct Spent {
    agents: Duration,
    fleet: Duration,
}

/// Everybody, and what is due.
struct Town {
    world: World,
    fleet: Fleet<Memory>,
    boxes: Vec<Boxed>,
    numbers: BTreeMap<DeviceId, usize>,
    wires: Wires,
    /// When which box is due; what is no longer true is left out when it comes up.
    agenda: BinaryHeap<Reverse<(Mono, usize)>>,
    due: Vec<Option<Mono>>,
    looked: Mono,
    again: usize,
    spent: Spent,
}

impl Town {
    fn build() -> Result<Self> {
        let world = World::default();
        let ceremony = Ceremony::new(1, "nord", 3, world.wall());
        let now = Now { mono: world.now(), wall: world.wall() };
        let mut fleet = Fleet::open(ground::setup(&ceremony)?, Memory::new(), now)?;
        let wires = Wires::default();
        let boxes = (0..usize::from(BOXES))
            .map(|number| Boxed::join(number, &ceremony, &mut fleet, &world, &wires))
            .collect::<Result<Vec<_>>>()?;
        let numbers = boxes.iter().enumerate().map(|(number, one)| (one.device, number)).collect();
        let mut town = Self {
            looked: world.now(),
            world,
            fleet,
            boxes,
            numbers,
            wires,
            agenda: BinaryHeap::new(),
            due: vec![None; usize::from(BOXES)],
            again: 0,
            spent: Spent::default(),
        };
        for number in 0..BOXES {
            let at = DAWN * u32::from(number) / u32::from(BOXES);
            town.call(usize::from(number), Mono(0) + at);
        }
        Ok(town)
    }

    /// Lets so much time pass.
    fn live(&mut self, span: Duration) -> Result<()> {
        let end = self.world.now() + span;
        loop {
            let next = self.next();
            if next > end {
                self.world.move_to(end);
                return Ok(());
            }
            self.world.move_to(next);
            let start = monotonic();
            self.look();
            self.step_boxes()?;
            let between = monotonic();
            self.step_fleet()?;
            self.spent.agents += between.saturating_sub(start);
            self.spent.fleet += monotonic().saturating_sub(between);
        }
    }

    fn next(&self) -> Mono {
        let look = self.looked + Duration::from_secs(1);
        let boxes = self.agenda.peek().map(|Reverse((due, _))| *due);
        let fleet = self.fleet.deadline();
        [Some(look), boxes, fleet].into_iter().flatten().min().unwrap_or(look).max(self.world.now())
    }

    /// Each second every sense of every box looks; and a few boxes are asked to prove themselves, each once an hour,
    /// because their connection was replaced.
    fn look(&mut self) {
        let now = self.world.now();
        if now < self.looked + Duration::from_secs(1) {
            return;
        }
        self.looked = now;
        for number in 0..self.boxes.len() {
            if self.boxes[number].look(now) {
                self.call(number, now);
            }
        }
        for _ in 0..BOXES.div_ceil(3600) {
            self.again = (self.again + 3571) % self.boxes.len();
            let number = self.again;
            if self.boxes[number].is_on() && self.wires.cut(number) {
                self.call(number, now);
            }
        }
    }

    fn step_boxes(&mut self) -> Result<()> {
        let now = self.world.now();
        while let Some(Reverse((due, number))) = self.agenda.peek().copied() {
            if due > now {
                break;
            }
            self.agenda.pop();
            if self.due[number] == Some(due) {
                self.due[number] = None;
                let due = self.boxes[number].step(now, &self.world)?;
                self.call(number, due.max(now));
            }
        }
        Ok(())
    }

    fn step_fleet(&mut self) -> Result<()> {
        let now = Now { mono: self.world.now(), wall: self.world.wall() };
        for (number, said) in self.wires.said() {
            let device = self.boxes[number].device;
            let heard = match said {
                Said::Opened(conn) => {
                    let presented = self.boxes[number].presented.clone();
                    self.fleet.enter(&presented, now)?;
                    Heard::Opened(conn, presented)
                }
                Said::Message(conn, message) => Heard::Message(conn, message),
                Said::Flushed(conn) => Heard::Flushed(conn),
                Said::Closed(conn) => Heard::Closed(conn),
            };
            self.fleet.hear(device, heard, now);
        }
        for effect in self.fleet.step(now)? {
            let (Effect::Send(device, ..) | Effect::Close(device, _)) = &effect else { continue };
            let number = *self.numbers.get(device).context("a box of this town")?;
            match effect {
                Effect::Send(_, conn, message) => self.wires.answer(number, conn, message),
                Effect::Close(_, conn) => self.wires.hang_up(number, conn),
                _ => {}
            }
            self.call(number, now.mono);
        }
        Ok(())
    }

    /// A box is due at this moment, unless it is due sooner.
    fn call(&mut self, number: usize, at: Mono) {
        if self.due[number].is_none_or(|due| at < due) {
            self.due[number] = Some(at);
            self.agenda.push(Reverse((at, number)));
        }
    }
}

/// How fast the town could live if nothing were done but to sign and verify its beats and the seals of its runs.
fn signatures_alone() -> f64 {
    const ROUNDS: u32 = 2000;
    let secret = SecretKey::<key::Journal>::from_seed([7; 32]);
    let (spent, ()) = timed(|| {
        for round in 0..ROUNDS {
            let message = [round.to_be_bytes(); 64].concat();
            let signature = secret.sign(&message);
            secret.public().verify(&message, &signature).expect("its own signature");
        }
    });
    let each = spent.as_secs_f64() / f64::from(ROUNDS);
    // A beat each thirty seconds and a sealed run a minute.
    1.0 / (each * f64::from(BOXES) * (1.0 / 30.0 + 1.0 / 60.0))
}
