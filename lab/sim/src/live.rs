//! A box that lives: its world follows a clock outside, and hands move its senses by a script.
//!
//! Whoever calls [`Live::turn`] holds the clock. A thread calls it with the machine's own; a test calls it with any
//! moment that it likes. What a script says happens at the very moment that it says, however late the turn comes.

use std::{collections::VecDeque, time::Duration};

use agent::{Agent, Fault, Identity, Net, Software};
use board::Sensors as _;
use vocab::{Mono, Value};

use crate::{SimBoard, World};

/// At this time after the script began, a sensor says this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// How long after the beginning.
    pub after: Duration,
    /// Which sensor.
    pub sensor: &'static str,
    /// What it says from then on.
    pub value: Value,
}

/// A board, its software, and what is about to happen to it.
pub struct Live<N> {
    world: World,
    agent: Agent<SimBoard, N>,
    script: VecDeque<(Mono, Cue)>,
}

impl<N: Net> Live<N> {
    /// Turns the board on.
    pub fn boot(
        world: &World,
        board: &SimBoard,
        net: N,
        identity: Identity,
        software: Software,
    ) -> Result<Self, Fault> {
        let agent = Agent::boot(board.booted(world), net, identity, software)?;
        Ok(Self { world: world.clone(), agent, script: VecDeque::new() })
    }

    /// The world comes to this moment: what is due is done. Gives the moment of the next turn at the latest.
    pub fn turn(&mut self, now: Mono) -> Option<Mono> {
        while let Some((at, cue)) = self.script.pop_front_if(|(at, _)| *at <= now) {
            self.world.move_to(at);
            self.agent.board().senses.set(cue.sensor, cue.value);
        }
        self.world.move_to(now);
        let agent = self.agent.step();
        let board = self.agent.board();
        let here = [agent, board.senses.deadline()].into_iter().flatten().map(|at| board.clock.in_world(at));
        let next = self.script.front().map(|(at, _)| *at);
        here.chain(next).chain(board.disk.deadline()).min()
    }

    /// From now on this happens, instead of whatever was still going to happen to the same sensors.
    pub fn play(&mut self, script: impl IntoIterator<Item = Cue>) {
        let now = self.world.now();
        let script: Vec<Cue> = script.into_iter().collect();
        self.script.retain(|(_, old)| script.iter().all(|cue| cue.sensor != old.sensor));
        self.script.extend(script.into_iter().map(|cue| (now + cue.after, cue)));
        self.script.make_contiguous().sort_by_key(|(at, _)| *at);
    }

    /// Whether the script has come to its end.
    pub fn is_calm(&self) -> bool {
        self.script.is_empty()
    }

    /// The software.
    pub const fn agent(&mut self) -> &mut Agent<SimBoard, N> {
        &mut self.agent
    }

    /// The hardware.
    pub const fn board(&self) -> &SimBoard {
        self.agent.board()
    }
}

#[cfg(test)]
mod tests;
