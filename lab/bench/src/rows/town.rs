//! Ten thousand devices and their fleet on a simulated clock: how much faster than life?
//!
//! Agents, links, judges and reconcilers are the real ones, and every letter is signed and verified; clock, disks,
//! cables and the store are simulated. The fleet is one thread, as in life, and the boxes live in quarters, one for
//! each other core. A cable takes a moment, so what is said in one moment is heard in the next, and everybody lives
//! through a moment at once.

mod boxed;
mod quarter;
mod wire;

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use control::{Effect, Fleet, Heard, Now};
use crypto::key::{self, SecretKey};
use sim::{Ceremony, World};
use store::{Memory, Store};
use vocab::{DeviceId, Mono};

use self::{
    boxed::Newcomer,
    quarter::Quarter,
    wire::{Answer, Answered, Letter, Said},
};
use crate::{
    clock::{computed, timed},
    figure::{Better, Spread},
    ground,
    line::{Budget, Line, Unit},
};

pub(crate) const WHAT: &str = "10,000 devices, a heartbeat each 30 s, five senses that look each second and speak when something \
changed, an entry a minute, a proof an hour";

pub(crate) const BOXES: u16 = 10_000;
/// Where they stand.
const SITES: usize = 200;
/// The boxes come to life within this time, so that they do not all beat at once.
const DAWN: Duration = Duration::from_mins(1);
/// Until what comes with a new box has passed.
const MORNING: Duration = Duration::from_mins(1);
/// What is measured, second by second.
const SECONDS: u32 = 60;
/// How long a cable is.
const MOMENT: Duration = Duration::from_millis(100);

pub(crate) fn run() -> Result<Vec<Line>> {
    let mut town = Town::awake(World::default(), Memory::new(), 3)?;
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
            .against("signatures of beats and seals alone, on every core", signatures_alone()?),
        beside("processor for a second of the town, agents", town.spent.agents)?,
        beside("processor for a second of the town, fleet", town.spent.fleet)?,
    ])
}

/// What the processors did.
#[derive(Default)]
struct Spent {
    agents: Duration,
    fleet: Duration,
}

/// A box as the fleet's end of its cable knows it.
struct Known {
    device: DeviceId,
    presented: admit::door::Presented,
}

/// Everybody.
pub(crate) struct Town<S> {
    world: World,
    pub(crate) ceremony: Ceremony,
    pub(crate) fleet: Fleet<S>,
    devices: Vec<Known>,
    numbers: BTreeMap<DeviceId, usize>,
    quarters: Vec<Quarter>,
    /// What reaches the fleet in the moment that comes next.
    up: Vec<Letter>,
    /// What reaches the boxes then, by quarter.
    down: Vec<Vec<Answer>>,
    spent: Spent,
}

impl<S: Store> Town<S> {
    /// Every box is live, and what comes with a new one has passed; and so many people have keys.
    pub(crate) fn awake(world: World, store: S, people: u8) -> Result<Self> {
        let mut town = Self::build(world, store, people)?;
        town.live(DAWN + MORNING)?;
        let live = town.devices.iter().filter(|one| town.fleet.is_live(one.device)).count();
        // A few are on their way back from a connection that was replaced.
        ensure!(live * 100 >= usize::from(BOXES) * 99, "only {live} boxes are live");
        Ok(town)
    }

    fn build(world: World, store: S, people: u8) -> Result<Self> {
        let ceremony = Ceremony::new(1, "nord", people, world.wall());
        let now = Now { mono: world.now(), wall: world.wall() };
        let mut fleet = Fleet::open(ground::setup(&ceremony)?, store, now)?;
        // The fleet has a core, and the boxes have the others.
        let quarters = std::thread::available_parallelism()?.get().saturating_sub(1).max(1);
        let (mut devices, mut newcomers) = (vec![], vec![]);
        newcomers.resize_with(quarters, Vec::new);
        for number in 0..usize::from(BOXES) {
            let (newcomer, presented) = Newcomer::join(number, &ceremony, &mut fleet, now)?;
            devices.push(Known { device: newcomer.device(), presented });
            newcomers[number % quarters].push(newcomer);
        }
        let numbers = devices.iter().enumerate().map(|(number, one)| (one.device, number)).collect();
        Ok(Self {
            world,
            ceremony,
            fleet,
            devices,
            numbers,
            down: newcomers.iter().map(|_| vec![]).collect(),
            quarters: newcomers.into_iter().map(Quarter::settle).collect(),
            up: vec![],
            spent: Spent::default(),
        })
    }

    /// Lets so much time pass.
    fn live(&mut self, span: Duration) -> Result<()> {
        let end = self.world.now() + span;
        while self.world.now() < end {
            let until = (self.world.now() + MOMENT).min(end);
            for (quarter, answers) in self.quarters.iter().zip(&mut self.down) {
                quarter.live(until, std::mem::take(answers))?;
            }
            let start = computed();
            self.live_fleet(until)?;
            self.spent.fleet += computed().saturating_sub(start);
            for quarter in &self.quarters {
                let lived = quarter.lived()?;
                self.up.extend(lived.said);
                self.spent.agents += lived.spent;
            }
        }
        Ok(())
    }

    /// The fleet hears what has arrived, when it arrived, and does what is due.
    fn live_fleet(&mut self, until: Mono) -> Result<()> {
        let mut letters = std::mem::take(&mut self.up);
        letters.sort_by_key(|letter| (letter.arrives, letter.number));
        let mut letters = letters.into_iter().peekable();
        loop {
            let next = [letters.peek().map(|letter| letter.arrives), self.fleet.deadline()];
            let Some(next) = next.into_iter().flatten().min().filter(|next| *next <= until) else {
                self.world.move_to(until);
                return Ok(());
            };
            self.world.move_to(next);
            let now = Now { mono: self.world.now(), wall: self.world.wall() };
            while let Some(letter) = letters.next_if(|letter| letter.arrives <= now.mono) {
                self.hear(letter, now)?;
            }
            while self.step_fleet(now)? {}
        }
    }

    fn hear(&mut self, letter: Letter, now: Now) -> Result<()> {
        let Known { device, presented } = &self.devices[letter.number];
        let heard = match letter.said {
            Said::Opened(conn) => {
                self.fleet.enter(presented, now)?;
                Heard::Opened(conn, presented.clone())
            }
            Said::Message(conn, message) => Heard::Message(conn, message),
            Said::Closed(conn) => Heard::Closed(conn),
        };
        self.fleet.hear(*device, heard, now);
        Ok(())
    }

    /// One step; true if something was sent, because the fleet may have been waiting for that to leave.
    fn step_fleet(&mut self, now: Now) -> Result<bool> {
        let mut sent = false;
        for effect in self.fleet.step(now)? {
            let (device, answered) = match effect {
                Effect::Send(device, conn, message) => {
                    self.fleet.hear(device, Heard::Flushed(conn), now);
                    sent = true;
                    (device, Answered::Message(conn, message))
                }
                Effect::Close(device, conn) => (device, Answered::Closed(conn)),
                Effect::Doors(_) | Effect::Said(_) => continue,
            };
            let number = *self.numbers.get(&device).context("a box of this town")?;
            let (quarters, arrives) = (self.quarters.len(), now.mono + MOMENT);
            self.down[number % quarters].push(Answer { arrives, place: number / quarters, answered });
        }
        Ok(sent)
    }
}

/// How fast the town could live if nothing were done but to sign and verify its beats and the seals of its runs.
fn signatures_alone() -> Result<f64> {
    const ROUNDS: u32 = 2000;
    let cores = u32::try_from(std::thread::available_parallelism()?.get())?;
    let sign_and_verify = || {
        let secret = SecretKey::<key::Journal>::from_seed([7; 32]);
        for round in 0..ROUNDS {
            let message = [round.to_be_bytes(); 64].concat();
            let signature = secret.sign(&message);
            secret.public().verify(&message, &signature).expect("its own signature");
        }
    };
    let (spent, ()) = timed(|| {
        std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(sign_and_verify))));
    });
    let each = spent.as_secs_f64() / f64::from(ROUNDS * cores);
    // A beat each thirty seconds and a sealed run a minute.
    Ok(1.0 / (each * f64::from(BOXES) * (1.0 / 30.0 + 1.0 / 60.0)))
}
