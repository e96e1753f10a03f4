//! A quarter of the town: its boxes, in a thread of their own.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use sim::World;
use vocab::Mono;

use super::{
    BOXES, DAWN,
    boxed::{Boxed, Newcomer},
    wire::{Answer, Letter, Wires},
};
use crate::clock::computed;

/// The town's hold on a quarter; the thread ends when it is dropped.
pub(super) struct Quarter {
    orders: SyncSender<(Mono, Vec<Answer>)>,
    lived: Receiver<Result<Lived>>,
}

/// What came of a moment.
pub(super) struct Lived {
    pub(super) said: Vec<Letter>,
    pub(super) spent: Duration,
}

impl Quarter {
    /// Brings boxes to life, each when its time has come.
    pub(super) fn settle(newcomers: Vec<Newcomer>) -> Self {
        let (orders, ordered) = sync_channel::<(Mono, Vec<Answer>)>(1);
        let (answers, lived) = sync_channel(1);
        thread::spawn(move || {
            let mut inside = Inside::new(newcomers);
            for (until, arriving) in ordered {
                let start = computed();
                let done = inside.live(until, arriving);
                let spent = computed().saturating_sub(start);
                let said = inside.wires.said();
                if answers.send(done.map(|()| Lived { said, spent })).is_err() {
                    return;
                }
            }
        });
        Self { orders, lived }
    }

    /// Lets time pass until then, while this is arriving. What came of it, [`Quarter::lived`] says.
    pub(super) fn live(&self, until: Mono, arriving: Vec<Answer>) -> Result<()> {
        self.orders.send((until, arriving)).ok().context("a quarter of the town is gone")
    }

    /// Waits for the end of the moment.
    pub(super) fn lived(&self) -> Result<Lived> {
        self.lived.recv().context("a quarter of the town is gone")?
    }
}

/// The boxes, and who of them is due.
struct Inside {
    world: World,
    wires: Wires,
    boxes: Vec<Boxed>,
    /// When which box is due; what is no longer true is left out when it comes up.
    agenda: BinaryHeap<Reverse<(Mono, usize)>>,
    due: Vec<Option<Mono>>,
    looked: Mono,
    again: usize,
}

impl Inside {
    fn new(newcomers: Vec<Newcomer>) -> Self {
        let (world, wires) = (World::default(), Wires::default());
        let dawns: Vec<_> = newcomers.iter().map(|one| DAWN * one.number() / u32::from(BOXES)).collect();
        let boxes: Vec<_> = newcomers.into_iter().map(|one| one.settle(&world, &wires)).collect();
        let (due, looked) = (vec![None; boxes.len()], world.now());
        let mut inside = Self { world, wires, boxes, agenda: BinaryHeap::new(), due, looked, again: 0 };
        for (place, dawn) in dawns.into_iter().enumerate() {
            inside.call(place, Mono(0) + dawn);
        }
        inside
    }

    fn live(&mut self, until: Mono, mut arriving: Vec<Answer>) -> Result<()> {
        // The fleet has sent it in order, and what it sent first arrives first.
        let mut arriving = arriving.drain(..).peekable();
        loop {
            let look = self.looked + Duration::from_secs(1);
            let due = self.agenda.peek().map(|Reverse((due, _))| *due);
            let next = [Some(look), due, arriving.peek().map(|answer| answer.arrives)];
            let next = next.into_iter().flatten().min().unwrap_or(look).max(self.world.now());
            let now = next.min(until);
            self.world.move_to(now);
            self.wires.move_to(now);
            if next > until {
                return Ok(());
            }
            while let Some(answer) = arriving.next_if(|answer| answer.arrives <= now) {
                self.wires.hear(answer.place, answer.answered);
                self.call(answer.place, now);
            }
            self.look(now);
            self.step(now)?;
        }
    }

    /// Each second every sense of every box looks; and a few boxes are asked to prove themselves, each once an hour,
    /// because their connection was replaced.
    fn look(&mut self, now: Mono) {
        if now < self.looked + Duration::from_secs(1) {
            return;
        }
        self.looked = now;
        for place in 0..self.boxes.len() {
            if self.boxes[place].look(now) {
                self.call(place, now);
            }
        }
        for _ in 0..self.boxes.len().div_ceil(3600) {
            self.again = (self.again + 3571) % self.boxes.len();
            let place = self.again;
            if self.boxes[place].is_on() && self.wires.cut(place) {
                self.call(place, now);
            }
        }
    }

    fn step(&mut self, now: Mono) -> Result<()> {
        while let Some(Reverse((due, place))) = self.agenda.peek().copied() {
            if due > now {
                break;
            }
            self.agenda.pop();
            if self.due[place] == Some(due) {
                self.due[place] = None;
                let due = self.boxes[place].step(now, &self.world)?;
                self.call(place, due.max(now));
            }
        }
        Ok(())
    }

    /// A box is due at this moment, unless it is due sooner.
    fn call(&mut self, place: usize, at: Mono) {
        if self.due[place].is_none_or(|due| at < due) {
            self.due[place] = Some(at);
            self.agenda.push(Reverse((at, place)));
        }
    }
}
