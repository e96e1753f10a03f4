//! One time for the whole world, and each board's own idea of it.

use std::{cell::Cell, rc::Rc, time::Duration};

use board::Clock;
use vocab::{MachineBoot, Mono, Wall};

/// The world's time: nanoseconds since the story began. Only the house moves it.
#[derive(Clone, Debug)]
pub struct World {
    now: Rc<Cell<u64>>,
    beginning: Wall,
    /// How often any machine was started in it.
    starts: Rc<Cell<u128>>,
}

/// When every story begins: 2026-11-02 06:00 UTC, in microseconds.
const BEGINNING: Wall = Wall(1_793_599_200_000_000);

impl Default for World {
    fn default() -> Self {
        Self::beginning_at(BEGINNING)
    }
}

impl World {
    /// A world whose story begins at this moment.
    pub fn beginning_at(beginning: Wall) -> Self {
        Self { now: Rc::default(), beginning, starts: Rc::default() }
    }

    /// Now, since the story began.
    pub fn now(&self) -> Mono {
        Mono(self.now.get())
    }

    /// The true wall time.
    pub fn wall(&self) -> Wall {
        self.beginning + Duration::from_nanos(self.now.get())
    }

    /// Moves on to a later moment; an earlier one changes nothing.
    pub fn move_to(&self, at: Mono) {
        self.now.set(self.now.get().max(at.0));
    }
}

/// A board's clocks: one starts at zero with each boot, the other can be set wrong.
#[derive(Clone, Debug)]
pub struct SimClock {
    world: World,
    booted: Mono,
    machine: MachineBoot,
    wrong_by: Rc<Cell<i64>>,
}

impl SimClock {
    /// The clocks of a board that boots now, with the same real-time clock as `previous`.
    pub fn booted(world: &World, previous: Option<&Self>) -> Self {
        let wrong_by = previous.map_or_else(Rc::default, |clock| Rc::clone(&clock.wrong_by));
        world.starts.set(world.starts.get() + 1);
        let machine = MachineBoot(world.starts.get().to_be_bytes());
        Self { world: world.clone(), booted: world.now(), machine, wrong_by }
    }

    /// Sets the real-time clock wrong by so many microseconds.
    pub fn set_wrong_by(&self, micros: i64) {
        self.wrong_by.set(micros);
    }

    /// The board's moment as the world's.
    pub fn in_world(&self, at: Mono) -> Mono {
        Mono(self.booted.0.saturating_add(at.0))
    }
}

impl Clock for SimClock {
    fn mono(&self) -> Mono {
        Mono(self.world.now().0 - self.booted.0)
    }

    fn machine(&self) -> Option<MachineBoot> {
        Some(self.machine)
    }

    fn wall(&self) -> Wall {
        Wall(self.world.wall().0.saturating_add(self.wrong_by.get()))
    }
}
