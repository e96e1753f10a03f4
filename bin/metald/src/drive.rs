//! The loop of one device: the agent's step, and a wait for the bell or for the next thing that is due.
//!
//! It lives in the thread that makes it, because a board may; only the sockets have a thread of their own.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use agent::{Agent, Notice, Software};
use board::Board;
use tls::Suites;
use tokio::{runtime::Handle, task::JoinHandle};
use vocab::Mono;

use crate::{
    bell::{Bell, Rung},
    clock::Trusted,
    fleet::Fleet,
    keep::{Keeper, Kept},
    life::Life,
    log,
    mistake::Mistake,
    net::{Setup, TlsNet},
    reached::Reached,
};

/// What a driver is made of besides its board.
pub struct Parts<'a> {
    /// The fleet.
    pub fleet: &'a Fleet,
    /// Who the device is.
    pub keeper: Arc<Keeper>,
    /// Remembers where the fleet was.
    pub reached: Arc<Reached>,
    /// Signs TLS handshakes with the board's device key, from any thread.
    pub sign: Arc<tls::key::Sign>,
    /// What TLS may be.
    pub suites: Suites,
    /// How old a certificate's key may become.
    pub rotation: Option<Duration>,
    /// What the software says of itself.
    pub software: Software,
    /// Wakes the loop; the board's hands ring it too.
    pub bell: Bell,
    /// Where sockets are served.
    pub runtime: Handle,
}

/// Why a device cannot wake.
#[derive(Debug)]
pub enum Unready {
    /// The board's disk.
    Agent(agent::Fault),
    /// What was kept is not signed by this fleet's root.
    Kept(guard::Refusal),
    /// The fleet's bundle.
    Mistake(Mistake),
}

/// One device that is awake.
pub struct Driver<B> {
    agent: Agent<B, TlsNet>,
    bell: Bell,
    clock: Trusted,
    gone: JoinHandle<()>,
}

/// However long nothing is due: a clock that stood still, or a machine that slept, is noticed.
const LONGEST: Duration = Duration::from_secs(30);

impl<B: Board> Driver<B> {
    /// Wakes the device: it replays its journal and begins to connect.
    pub fn boot(mut board: B, parts: Parts<'_>) -> Result<Self, Unready> {
        let Parts { fleet, keeper, reached, sign, suites, rotation, software, bell, runtime } = parts;
        let kept = keeper.kept();
        if kept.fleet() != fleet.name() {
            return Err(Unready::Mistake(Mistake::OtherFleet(kept.fleet().to_string())));
        }
        let fleet = &fleet.since(&kept).map_err(Unready::Mistake)?;
        let kept = remembered(&keeper, fleet, kept);
        let identity = kept.identity(fleet).map_err(Unready::Kept)?;
        let clock = Trusted::default();
        let setup = Setup {
            hardware: fleet.hardware(None, &suites, &clock).map_err(Unready::Mistake)?,
            enrolment: fleet.enrolment(&suites, &clock).map_err(Unready::Mistake)?,
            device: kept.device(),
            root: fleet.root().clone(),
            sign,
            keeper,
            reached,
            clock: clock.clone(),
            rotation,
        };
        let key = board.root().device_key();
        let (net, gone) = TlsNet::new(setup, &key, bell.wake(), &runtime);
        let agent = Agent::boot(board, net, identity, software).map_err(Unready::Agent)?;
        Ok(Self { agent, bell, clock, gone })
    }

    /// Does what is due, and says when to call again at the latest.
    pub fn turn(&mut self) -> Option<Mono> {
        let next = self.agent.step();
        let now = self.agent.board().clock().mono();
        self.clock.set(self.agent.guard().time(now));
        next
    }

    /// Waits until somebody rings or something is due, and not longer than `most`.
    pub fn wait(&self, next: Option<Mono>, most: Duration) -> Rung {
        let now = self.agent.board().clock().mono();
        let due = next.map_or(LONGEST, |next| next.since(now).min(LONGEST));
        self.bell.wait(due.min(most))
    }

    /// Goes on until the bell says stop, and writes down what is worth knowing.
    pub fn run(&mut self, life: &mut Life) {
        loop {
            let next = self.turn();
            life.turned(Instant::now());
            for notice in self.agent.notices() {
                log::notice(&notice);
            }
            if self.wait(next, life.every().unwrap_or(LONGEST)) == Rung::Stop {
                return;
            }
            if self.bell.is_taught() {
                tracing::info!(
                    verb = "observe",
                    "the device is said to stand as it should, and learns what its senses see"
                );
                self.agent.hear(guard::Input::Learn);
            }
        }
    }

    /// What was worth noticing since the last call.
    pub fn notices(&mut self) -> Vec<Notice> {
        self.agent.notices()
    }

    /// The device.
    pub const fn agent(&mut self) -> &mut Agent<B, TlsNet> {
        &mut self.agent
    }

    /// Turns it off; ready when its last words are with the network.
    pub fn stop(self) -> JoinHandle<()> {
        self.gone
    }
}

/// A bundle that brought a newer keyset is remembered: the one before is not believed again.
fn remembered(keeper: &Keeper, fleet: &Fleet, kept: Kept) -> Kept {
    if keeper.follow(fleet.keyset(), kept.roster(), fleet.root()).is_ok()
        && keeper.kept() != kept
        && let Err(fault) = keeper.write()
    {
        tracing::warn!(verb = "read", code = fault.code(), "the newer keyset is not kept: {fault}");
    }
    keeper.kept()
}

#[cfg(test)]
mod tests;
