//! Drives guard and link over a board: the loop of a device.
//!
//! Runs on a simulated board and on a real one alike; it decides nothing. Synchronous: [`Agent::step`] does what
//! is due and says when to call again.

pub mod disk;
pub mod fault;
pub mod files;
pub mod identity;
pub mod net;
pub mod notice;
mod step;

use std::collections::{BTreeSet, VecDeque};

use board::{Board, Disk};
use guard::{Guard, Lane, Remains, Start};
use journal::{Branch, Position};
use link::{Device, pace::Pace};
use vocab::{Action, DeviceId, Label, Mono, Reconciled, Wall, ZoneName};

use self::{
    disk::{JournalDisk, Replay, replay},
    files::Files,
};
pub use self::{
    fault::Fault,
    identity::Identity,
    net::{Net, Signal},
    notice::Notice,
};

/// What the software knows of itself.
#[derive(Clone, Debug)]
pub struct Software {
    /// Its name and version, as evidence states it.
    pub version: Label,
    /// When it was built: time was never before that.
    pub built: Wall,
}

/// One device, from boot until the power goes.
pub struct Agent<B, N> {
    board: B,
    net: N,
    identity: Identity,
    guard: Guard,
    link: Option<Device>,
    journal: JournalDisk,
    files: Files,
    /// The last durable entry.
    end: Option<Position>,
    /// What the guard heard last of the machine's clock.
    machine: (Mono, Wall),
    /// Opens secrets; given by the guard once it knows what happened while the device was off.
    reconciled: Option<Reconciled>,
    /// Nonces over which the guard waits for the fleet's time.
    time_asked: Option<vocab::Nonce>,
    /// What the guard obeys, as the link says it.
    obeys: link::frame::Adopted,
    /// A branch entry that is to be durable before anything is offered.
    branched: Option<Branch>,
    /// The beat that the guard signs now is a heartbeat and seals no run.
    heartbeat: bool,
    /// The zones in which a cause is not known to be gone, as far as the fleet was told at once.
    causes: Vec<ZoneName>,
    relief: Pace,
    retry_at: Option<Mono>,
    work: VecDeque<Work>,
    notices: Vec<Notice>,
}

/// What waits to be taken by one of the two machines.
enum Work {
    Guard(guard::Input),
    Link(link::device::Input),
}

impl<B: Board, N: Net> Agent<B, N> {
    /// Wakes a device: replays its journal, reads its senses once, and wakes the guard.
    pub fn boot(mut board: B, net: N, identity: Identity, software: Software) -> Result<Self, Fault> {
        let now = board.clock().mono();
        let mut replayed = replay(&identity.device, board.disk()).map_err(Fault::Disk)?;
        let journal = JournalDisk::open(&replayed, board.disk());
        let (files, kept) = Files::open(board.disk()).map_err(Fault::Disk)?;
        let end = replayed.last();
        let wall = board.clock().wall();
        let mut notices = vec![];
        if replayed.is_damaged() {
            notices.push(Notice::Damaged { frames: replayed.damaged, aside: replayed.beyond.len() });
        }
        if replayed.torn {
            notices.push(Notice::Torn);
        }
        let remains = remains(&mut replayed);
        let start = Start {
            pins: identity.pins.clone(),
            seed: board.root().random(),
            built: software.built,
            wall,
            machine: board.clock().machine(),
            software: software.version,
            sensors: board.sensors().declared(),
            attestation_key: board.root().attestation_key(),
            device_key: board.root().device_key(),
            opening_key: board.vault().opening_key(),
            remains,
            kept,
            readings: board.sensors().read(now),
            left_standing: board.effectors().left_standing(),
        };
        let (guard, effects) = Guard::boot(now, start);
        let mut agent = Self {
            board,
            net,
            identity,
            guard,
            link: None,
            journal,
            files,
            end,
            machine: (now, wall),
            reconciled: None,
            time_asked: None,
            obeys: link::frame::Adopted::default(),
            branched: None,
            heartbeat: false,
            causes: vec![],
            relief: Pace::new(1, 1),
            retry_at: None,
            work: VecDeque::new(),
            notices,
        };
        agent.obey(effects);
        Ok(agent)
    }

    /// Does all that is due now and says when to call again; also call whenever the net or a sensor has news.
    pub fn step(&mut self) -> Option<Mono> {
        let now = self.board.clock().mono();
        self.gather(now);
        // Each round's work may make more; what one moment makes is bounded by what came in.
        loop {
            while let Some(work) = self.work.pop_front() {
                self.take(now, work);
            }
            if !self.settle(now) {
                break;
            }
        }
        self.deadline()
    }

    /// Gives the guard what a person at the box does or says.
    pub fn hear(&mut self, input: guard::Input) {
        self.work.push_back(Work::Guard(input));
    }

    /// What has happened since the last call that somebody might want to know.
    pub fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// The judgement behind all this.
    pub const fn guard(&self) -> &Guard {
        &self.guard
    }

    /// The machine below.
    pub const fn board(&self) -> &B {
        &self.board
    }

    /// The nonce over which the guard waits for the fleet's time; a courier may bring the answer.
    pub const fn time_asked(&self) -> Option<vocab::Nonce> {
        self.time_asked
    }

    /// Whether the fleet has welcomed this device in the session that stands.
    pub fn is_live(&self) -> bool {
        self.link.as_ref().is_some_and(Device::is_live)
    }

    /// The last entry that survives a power cut.
    pub const fn end(&self) -> Option<Position> {
        self.end
    }

    fn deadline(&self) -> Option<Mono> {
        let link = self.link.as_ref().and_then(Device::deadline);
        [self.guard.deadline(), link, self.retry_at].into_iter().flatten().min()
    }
}

/// What the record on this disk demands to be in force, for whoever holds it before the device is awake. Changes nothing.
pub fn demanded(device: &DeviceId, disk: &mut dyn Disk) -> Result<BTreeSet<Action>, Fault> {
    let mut replayed = replay(device, disk).map_err(Fault::Disk)?;
    let (_, kept) = Files::open(disk).map_err(Fault::Disk)?;
    Ok(guard::demanded(&remains(&mut replayed), &kept))
}

fn remains(replayed: &mut Replay) -> Remains {
    Remains {
        chain: std::mem::take(&mut replayed.chain),
        beyond: std::mem::take(&mut replayed.beyond),
        torn: u64::from(replayed.torn),
        damaged: replayed.damaged,
    }
}

const fn urgency(lane: Lane) -> link::uplink::Lane {
    match lane {
        Lane::Alarm => link::uplink::Lane::Alarm,
        Lane::Bulk => link::uplink::Lane::Bulk,
    }
}
