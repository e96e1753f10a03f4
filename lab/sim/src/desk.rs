//! A clerk who signs states for boxes that no fleet reaches: what a courier would carry on a stick.

use std::{cell::RefCell, collections::BTreeMap};

use audit::{Leaf, Log, Record, prove};
use crypto::{
    cbor,
    digest::Digest,
    key::{self, SecretKey},
    merkle::{NodeAt, Nodes},
    signed::{Audience, Letter, Signed},
};
use journal::Position;
use minicbor::{Decode, Encode};
use vocab::{Arming, DeviceId, Generation, Posture, ReflexRule, Tuning, Wall};
use wire::v1::DeviceState;

use crate::{Ceremony, Dice};

/// The clerk's own audit log, and what was signed last for each device.
pub struct Desk {
    log: Log,
    nodes: Kept,
    dice: Dice,
    last: BTreeMap<DeviceId, Last>,
}

/// What was signed last for a device.
#[derive(Clone, Copy)]
struct Last {
    generation: Generation,
    digest: Digest,
    /// How many leaves the log had with it.
    size: u64,
    /// How many leaves the device remembers, as far as the clerk has heard.
    remembered: u64,
}

/// A state letter and the proof that belongs to it.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// A `Signed<DeviceState>`.
    pub state: Vec<u8>,
    /// A `Proof`.
    pub proof: Vec<u8>,
}

#[derive(Default)]
struct Kept(RefCell<BTreeMap<NodeAt, Digest>>);

impl Nodes for Kept {
    fn node(&self, at: NodeAt) -> Option<Digest> {
        self.0.borrow().get(&at).copied()
    }
}

impl Desk {
    /// An empty log.
    ///
    /// # Panics
    /// Never: an empty log resumes.
    pub fn new(seed: u64, ceremony: &Ceremony) -> Self {
        let nodes = Kept::default();
        let log = Log::resume(ceremony.fleet().clone(), 0, &nodes).expect("an empty log");
        Self { log, nodes, dice: Dice::new(seed, "desk"), last: BTreeMap::new() }
    }

    /// The state with which a box goes on duty: everything as it comes.
    pub fn duty(ceremony: &Ceremony, device: DeviceId, basis: Position, now: Wall) -> DeviceState {
        DeviceState {
            fleet: ceremony.fleet().clone(),
            device,
            generation: Generation::NONE,
            previous: None,
            issued: now,
            basis,
            arming: Arming::Armed,
            tuning: Tuning::default(),
            reflexes: ReflexRule::defaults(),
            interlocks: vec![],
            posture: Posture::Normal,
            orders: vec![],
            secrets: vec![],
            lease: None,
            floor: Generation::NONE,
            roster: ceremony.roster().clone(),
            keyset: ceremony.keyset().clone(),
        }
    }

    /// Signs this state as the device's next, and proves it to a device that holds the proof of this generation.
    ///
    /// # Panics
    /// If the clerk's own log does not add up, or an order lacks its people.
    pub fn sign(&mut self, ceremony: &Ceremony, state: DeviceState, proved: Generation) -> Parcel {
        self.parcel(ceremony, state, proved, |state, key| {
            Signed::seal_whole(&state, key).expect("the clerk signs no order without its people")
        })
    }

    /// The same by somebody who has stolen the key, and whose encoder writes anything.
    ///
    /// # Panics
    /// If the clerk's own log does not add up.
    pub fn forge(&mut self, ceremony: &Ceremony, state: DeviceState, proved: Generation) -> Parcel {
        self.parcel(ceremony, state, proved, |state, key| {
            let forged = Signed::seal(&Forged(state), key);
            Signed::parse(forged.bytes().to_vec()).expect("it looks like any other")
        })
    }

    fn parcel(
        &mut self,
        ceremony: &Ceremony,
        mut state: DeviceState,
        proved: Generation,
        seal: impl FnOnce(DeviceState, &SecretKey<key::State>) -> Signed<DeviceState>,
    ) -> Parcel {
        let device = state.device;
        let last = self.last.get(&device).copied();
        state.generation = last.map_or(Generation(1), |last| last.generation.next());
        state.previous = last.map(|last| last.digest);
        let remembered = match last {
            Some(last) if last.generation == proved => last.size,
            Some(last) => last.remembered,
            None => 0,
        };
        let keys = ceremony.fleet_keys();
        let generation = state.generation;
        let letter = seal(state, &keys.state);
        let salt = Digest(self.dice.bytes());
        let appended = self.log.append(&Record::of_state(&letter, salt).leaf());
        self.nodes.0.borrow_mut().extend(appended.nodes);
        let (digest, size) = (letter.digest(), self.log.size());
        self.last.insert(device, Last { generation, digest, size, remembered });
        let published = self.log.publish(&keys.log).expect("the key is its own");
        let leaf = Leaf { generation, salt, index: appended.index };
        let proof = prove(&leaf, &published, remembered, &self.nodes).expect("the log adds up");
        Parcel { state: letter.bytes().to_vec(), proof: cbor::encode(&proof) }
    }
}

/// A state that nobody has looked over.
#[derive(Encode, Decode)]
#[cbor(transparent)]
struct Forged(#[n(0)] DeviceState);

impl Letter for Forged {
    type Role = key::State;

    const KIND: &'static str = DeviceState::KIND;
    const LIMITS: cbor::Limits = DeviceState::LIMITS;

    fn audience(&self) -> Audience {
        self.0.audience()
    }
}
