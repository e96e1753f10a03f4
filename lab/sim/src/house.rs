//! A house of devices on one clock: the loop of every story.
//!
//! The house moves time from one deadline to the next and lets everybody do what is due. Nothing happens between.

use std::time::Duration;

use agent::{
    Agent, Identity, Notice, Software,
    disk::{Replay, replay},
};
use board::Clock;
use guard::Pins;
use link::Conn;
use vocab::{Action, DeviceId, Mono, Outcome, Sensor, Value, Wall, reading::Contact};
use wire::v1::Body;

use crate::{Cable, Ceremony, CutMode, Desk, Dice, Heard, Parcel, SimBoard, World, hand};

/// One box: its hardware, its cable, and its software while it has power.
pub struct Boxed {
    /// The id.
    pub device: DeviceId,
    /// The hardware; it survives power cuts.
    pub board: SimBoard,
    /// The cable.
    pub cable: Cable,
    /// What was worth noticing since the box was made.
    pub notices: Vec<Notice>,
    pins: Pins,
    fleet: vocab::FleetName,
    agent: Option<Agent<SimBoard, Cable>>,
    due: Option<Mono>,
}

/// Boxes, and the world around them.
pub struct House {
    /// The time.
    pub world: World,
    /// Root, roster and people.
    pub ceremony: Ceremony,
    /// The boxes, in the order in which they were put up.
    pub boxes: Vec<Boxed>,
    /// For what the seed is to decide.
    pub dice: Dice,
    /// Signs for boxes that no fleet reaches.
    pub desk: Desk,
    seed: u64,
}

/// How long a message takes, unless the story says otherwise.
const LATENCY: Duration = Duration::from_millis(5);

impl House {
    /// An empty house under a seed.
    pub fn new(seed: u64) -> Self {
        let world = World::default();
        let ceremony = Ceremony::new(seed, "nord", 3, world.wall());
        let desk = Desk::new(seed, &ceremony);
        Self { ceremony, boxes: vec![], dice: Dice::new(seed, "house"), desk, world, seed }
    }

    /// Puts up a kiosk that no network reaches and turns it on.
    pub fn put_up_alone(&mut self) -> usize {
        let number = self.put_up(hand::kiosk());
        self.boxes[number].cable.cut(crate::Underway::Lost);
        self.power_on(number);
        number
    }

    /// Puts up a box with these sensors, without power; gives its number.
    ///
    /// # Panics
    /// If the ceremony's own letters do not verify.
    pub fn put_up(&mut self, sensors: Vec<(Sensor, Value)>) -> usize {
        let number = self.boxes.len();
        let device = DeviceId(self.dice.bytes()[..16].try_into().expect("16 of 32"));
        let pins = Pins::new(
            self.ceremony.fleet().clone(),
            device,
            self.ceremony.root(),
            self.ceremony.keyset().clone(),
            self.ceremony.roster().clone(),
            &self.ceremony.checkpoint(),
        );
        let seed = self.seed.wrapping_mul(1000).wrapping_add(number as u64);
        self.boxes.push(Boxed {
            device,
            board: SimBoard::new(&self.world, seed, sensors),
            cable: Cable::new(&self.world, LATENCY, vec![]),
            notices: vec![],
            pins: pins.expect("the ceremony's letters are its own"),
            fleet: self.ceremony.fleet().clone(),
            agent: None,
            due: None,
        });
        number
    }

    /// Puts a box without network on duty: what its senses say now is normal, and a courier brings its state.
    ///
    /// # Panics
    /// If it does not go on duty.
    pub fn arm_alone(&mut self, number: usize) {
        self.run(Duration::from_secs(5));
        let device = self.boxes[number].device;
        self.boxes[number].hear(guard::Input::Contact);
        self.run(Duration::ZERO);
        let nonce = self.boxes[number].agent().time_asked().expect("the courier was asked for the time");
        let time = self.ceremony.time(device, nonce, self.world.wall());
        self.boxes[number].hear(guard::Input::Time(time.bytes().to_vec()));
        self.boxes[number].hear(guard::Input::Learn);
        self.run(Duration::from_secs(1));
        let basis = self.boxes[number].agent().end().expect("a boot entry at least");
        let state = Desk::duty(&self.ceremony, device, basis, self.world.wall());
        self.bring(number, state);
        self.run(Duration::from_secs(1));
        let boxed = &self.boxes[number];
        assert_eq!(boxed.agent().guard().arming(), vocab::Arming::Armed, "{:?}", boxed.notices);
    }

    /// A courier brings a state and its proof.
    pub fn bring(&mut self, number: usize, state: wire::v1::DeviceState) {
        let Parcel { state, proof } = self.desk.sign(&self.ceremony, state);
        self.boxes[number].hear(guard::Input::State(state));
        self.boxes[number].hear(guard::Input::Proof(proof));
    }

    /// Turns a box on.
    ///
    /// # Panics
    /// If its disk cannot be read.
    pub fn power_on(&mut self, number: usize) {
        let built = Wall(self.world.wall().0 - 1_000_000);
        let boxed = &mut self.boxes[number];
        boxed.board = boxed.board.booted(&self.world);
        let software = Software { version: hand::label("metald 0.1.0"), built };
        let identity =
            Identity { fleet: boxed.fleet.clone(), device: boxed.device, pins: boxed.pins.clone() };
        let booted = Agent::boot(boxed.board.clone(), boxed.cable.clone(), identity, software);
        boxed.agent = Some(booted.expect("the simulated disk reads"));
        boxed.due = Some(self.world.now());
    }

    /// Cuts a box's power.
    pub fn power_cut(&mut self, number: usize, mode: CutMode) {
        let boxed = &mut self.boxes[number];
        boxed.agent = None;
        boxed.due = None;
        boxed.board.disk.cut(mode, &mut self.dice);
        boxed.cable.reset();
    }

    /// Lets so much time pass.
    pub fn run(&mut self, span: Duration) {
        let end = self.world.now() + span;
        while let Some(next) = self.next().filter(|next| *next <= end) {
            self.world.move_to(next);
            self.step();
        }
        self.world.move_to(end);
        self.step();
    }

    /// Lets time pass until this holds, at most so long; true if it came to hold.
    pub fn run_until(&mut self, limit: Duration, holds: impl Fn(&Self) -> bool) -> bool {
        let end = self.world.now() + limit;
        while !holds(self) {
            let Some(next) = self.next().filter(|next| *next <= end) else {
                self.world.move_to(end);
                self.step();
                return holds(self);
            };
            self.world.move_to(next);
            self.step();
        }
        true
    }

    /// The next moment at which something is due.
    fn next(&self) -> Option<Mono> {
        self.boxes.iter().filter_map(Boxed::next).min()
    }

    fn step(&mut self) {
        let now = self.world.now();
        for boxed in &mut self.boxes {
            if boxed.next().is_some_and(|due| due <= now) {
                boxed.step();
            }
        }
    }
}

impl Boxed {
    fn next(&self) -> Option<Mono> {
        self.agent.as_ref()?;
        if self.board.disk.is_cut_due() {
            return None;
        }
        let senses = board::Sensors::deadline(&self.board.senses).map(|at| self.board.clock.in_world(at));
        [self.due, self.board.disk.deadline(), self.cable.deadline(), senses].into_iter().flatten().min()
    }

    fn step(&mut self) {
        let Some(agent) = &mut self.agent else { return };
        // The power went with the last operation; the software does not get to know.
        if self.board.disk.is_cut_due() {
            return;
        }
        let due = agent.step();
        self.notices.extend(agent.notices());
        self.due = due.map(|at| self.board.clock.in_world(at));
    }

    /// The software, while it has power.
    ///
    /// # Panics
    /// If the box has none.
    pub const fn agent(&self) -> &Agent<SimBoard, Cable> {
        self.agent.as_ref().expect("the box has power")
    }

    /// Gives the guard what a person at the box does.
    ///
    /// # Panics
    /// If the box has no power.
    pub fn hear(&mut self, input: guard::Input) {
        self.agent.as_mut().expect("the box has power").hear(input);
        self.due = Some(self.board.clock.in_world(self.board.clock.mono()));
    }

    /// Whether the box has power.
    pub const fn is_on(&self) -> bool {
        self.agent.is_some()
    }

    /// The lid is opened.
    pub fn open_lid(&self) {
        self.board.senses.set("lid", Value::Contact(Contact::Open));
    }

    /// The lid is closed.
    pub fn close_lid(&self) {
        self.board.senses.set("lid", Value::Contact(Contact::Closed));
    }

    /// Every act asked of the hands, in order.
    pub fn acts(&self) -> Vec<(Action, Outcome)> {
        self.board.hands.acts()
    }

    /// What lies on the disk now.
    ///
    /// # Panics
    /// If the disk cannot be read.
    pub fn on_disk(&self) -> Replay {
        replay(&self.device, &mut self.board.disk.image()).expect("the simulated disk reads")
    }

    /// What the journal on the disk says, oldest first.
    ///
    /// # Panics
    /// If an entry of the device's own cannot be read.
    pub fn journal(&self) -> Vec<Body> {
        let bodies = self.on_disk().chain.into_iter();
        bodies.map(|entry| Body::decode(&entry).expect("the device reads its own record")).collect()
    }

    /// What the fleet's end of the cable hears, where no fleet is.
    pub fn drain(&self) -> Vec<(Conn, Vec<u8>)> {
        let heard = self.cable.heard().into_iter();
        heard
            .filter_map(|heard| match heard {
                Heard::Message(conn, message) => Some((conn, message)),
                Heard::Closed(_) | Heard::Flushed(_) | Heard::Opened(..) => None,
            })
            .collect()
    }
}
