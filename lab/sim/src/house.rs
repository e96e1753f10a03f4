//! A house of devices on one clock: the loop of every story.
//!
//! The house moves time from one deadline to the next and lets everybody do what is due. Nothing happens between.

mod boxed;

use std::time::Duration;

use access::{Grant, Permit, Person, Reach, Resource, Role};
use admit::token::Binding;
use agent::{Agent, Identity, Net, Software};
use board::{ChipKey, RootOfTrust, Vault};
use control::{Fleet, Now};
use crypto::{
    key,
    signed::{Letter, ToSign},
};
use guard::Pins;
use policy::Document;
use vocab::{DeviceId, Mono, Sensor, SiteName, Value, Wall};
use wire::v1::enrol::Join;

pub use self::boxed::Boxed;
use crate::{
    Cable, Ceremony, CutMode, Desk, Dice, Heard, Hq, Parcel, SimBoard, SimRoot, SimStore, World, hand,
    hq::Told,
};

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
    /// The fleet, while its process runs.
    pub hq: Option<Hq>,
    /// Signs for boxes that no fleet reaches.
    pub desk: Desk,
    seed: u64,
}

/// How long a message takes, unless the story says otherwise.
const LATENCY: Duration = Duration::from_millis(5);

impl House {
    /// An empty house under a seed.
    pub fn new(seed: u64) -> Self {
        Self::in_world(seed, World::default())
    }

    /// The same at another time.
    pub fn in_world(seed: u64, world: World) -> Self {
        let ceremony = Ceremony::new(seed, "nord", 3, world.wall());
        let desk = Desk::new(seed, &ceremony);
        Self { ceremony, boxes: vec![], dice: Dice::new(seed, "house"), hq: None, desk, world, seed }
    }

    /// Puts up a kiosk that no network reaches and turns it on.
    pub fn put_up_alone(&mut self) -> usize {
        self.put_up_offline(hand::kiosk())
    }

    /// Puts up a box with these sensors that no network reaches and turns it on.
    pub fn put_up_offline(&mut self, sensors: Vec<(Sensor, Value)>) -> usize {
        let number = self.put_up(sensors);
        self.boxes[number].cable.cut(crate::Underway::Lost);
        self.power_on(number);
        number
    }

    /// Puts up a box with these sensors, without power; gives its number.
    ///
    /// # Panics
    /// If the ceremony's own letters do not verify.
    pub fn put_up(&mut self, sensors: Vec<(Sensor, Value)>) -> usize {
        let number = self.stand(sensors);
        let boxed = &mut self.boxes[number];
        boxed.pins = Some(pins(&self.ceremony, boxed.device, &self.ceremony.checkpoint()));
        number
    }

    /// A box without power that nothing was told yet.
    fn stand(&mut self, sensors: Vec<(Sensor, Value)>) -> usize {
        let number = self.boxes.len();
        let device = DeviceId(self.dice.bytes()[..16].try_into().expect("16 of 32"));
        let seed = self.seed.wrapping_mul(1000).wrapping_add(number as u64);
        let board = SimBoard::new(&self.world, seed, sensors);
        self.boxes.push(Boxed {
            device,
            cable: Cable::new(&self.world, LATENCY, vec![]).powered(board.disk.power()),
            board,
            notices: vec![],
            shown: None,
            conns: vec![],
            turned_away: vec![],
            pins: None,
            label: format!("box-{number}"),
            fleet: self.ceremony.fleet().clone(),
            agent: None,
            due: None,
        });
        number
    }

    /// Opens the fleet, with these response documents.
    pub fn open_fleet(&mut self, documents: Vec<Document>) {
        self.hq = Some(Hq::open(self.seed, &self.ceremony, documents, self.now()));
    }

    /// Puts up a kiosk at a site, enrols it with a join token, and turns it on.
    ///
    /// # Panics
    /// If it does not get in.
    pub fn join(&mut self, label: &str, site: &str) -> usize {
        let number = self.stand(hand::kiosk());
        let (now, by) = (self.now(), self.ceremony.person(0));
        let hq = self.hq.as_mut().expect("the fleet is open");
        let life = Duration::from_mins(10);
        let site = SiteName::new(site).expect("a site's name");
        let token = hq.fleet.issue_token(Binding::default(), site, life, by, now);
        let token = token.expect("ten minutes are short enough");
        hq.step(now);
        let nonce = hq.fleet.enrolment_nonce(now);
        let boxed = &mut self.boxes[number];
        let root = &mut boxed.board.root;
        let join = Join {
            token: token.to_vec().into(),
            label: hand::label(label),
            attestation_key: root.attestation_key(),
            device_key: root.device_key(),
            opening_key: boxed.board.vault.opening_key().expect("a new vault is open"),
            fleet: boxed.fleet.clone(),
            nonce,
        };
        let letter = signed_by_device(&join, root);
        let enrolled = hq.fleet.join(letter, nonce, now).expect("the token is good");
        hq.step(now);
        boxed.device = enrolled.device;
        boxed.cable.certify(enrolled.chain);
        boxed.pins = Some(pins(&self.ceremony, enrolled.device, &enrolled.checkpoint));
        label.clone_into(&mut boxed.label);
        self.power_on(number);
        number
    }

    /// Somebody builds a second box from a copy of this one's disk, keys and certificate, and turns it on.
    pub fn clone_box(&mut self, number: usize) -> usize {
        let seed = self.seed.wrapping_mul(1000).wrapping_add(900 + self.boxes.len() as u64);
        let original = &self.boxes[number];
        let board = original.board.cloned(&self.world, seed, hand::kiosk());
        let cable =
            Cable::new(&self.world, LATENCY, original.cable.certificate()).powered(board.disk.power());
        let clone = Boxed {
            device: original.device,
            board,
            cable,
            label: format!("{} (clone)", original.label),
            notices: vec![],
            shown: None,
            conns: vec![],
            turned_away: vec![],
            pins: original.pins.clone(),
            fleet: original.fleet.clone(),
            agent: None,
            due: None,
        };
        self.boxes.push(clone);
        self.power_on(self.boxes.len() - 1);
        self.boxes.len() - 1
    }

    /// A box learns what is normal while it is commissioned, and goes on duty by an order of the fleet.
    ///
    /// # Panics
    /// If it does not come to be on duty.
    pub fn commission(&mut self, number: usize) {
        let device = self.boxes[number].device;
        let live = self.run_until(Duration::from_mins(2), |house| {
            house.boxes[number].agent().is_live()
                && house.fleet().record(device).is_some_and(|r| r.accepted.is_some())
        });
        assert!(live, "the box speaks: {:?}", self.boxes[number].notices);
        self.boxes[number].hear(guard::Input::Learn);
        self.run(Duration::from_secs(2));
        let (permit, now) = (self.permit(0, access::Action::Arm, number), self.now());
        let hq = self.hq.as_mut().expect("the fleet is open");
        hq.fleet.arm(&permit, device, vocab::Arming::Armed, now).expect("the device is known");
        let armed = self.run_until(Duration::from_mins(2), |house| {
            house.boxes[number].agent().guard().arming() == vocab::Arming::Armed && house.is_proved(number)
        });
        assert!(armed, "the box goes on duty: {:?} {:?}", self.boxes[number].notices, self.hq().lines);
    }

    /// What a person, counted from zero, may do to a box: all of them are operators and security.
    ///
    /// # Panics
    /// If they may not.
    pub fn permit(&self, person: usize, action: access::Action, number: usize) -> Permit {
        let device = self.boxes[number].device;
        let site = self.fleet().record(device).expect("an enrolled box").site.clone();
        self.permit_on(person, action, Resource::Device(device, site)).expect("operators and security may")
    }

    /// The same for anything.
    pub fn permit_on(
        &self,
        person: usize,
        action: access::Action,
        resource: Resource,
    ) -> Result<Permit, access::Refusal> {
        let grant = |role| Grant { role, reach: Reach::Fleet };
        let grants = vec![grant(Role::Operator), grant(Role::Security)];
        access::permit(&Person { id: self.ceremony.person(person), grants }, action, resource)
    }

    /// Whether a box holds the proof of the state that was signed for it last.
    pub fn is_proved(&self, number: usize) -> bool {
        let record = self.fleet().record(self.boxes[number].device);
        record
            .and_then(|record| record.signed.map(|signed| record.proved == signed.generation))
            .unwrap_or(false)
    }

    /// The fleet.
    ///
    /// # Panics
    /// If it is not open.
    pub fn fleet(&self) -> &Fleet<SimStore> {
        &self.hq().fleet
    }

    /// The fleet's end.
    ///
    /// # Panics
    /// If it is not open.
    pub const fn hq(&self) -> &Hq {
        self.hq.as_ref().expect("the fleet is open")
    }

    /// The fleet's process dies, and another starts.
    pub fn restart_fleet(&mut self) {
        let now = self.now();
        if let Some(hq) = self.hq.take() {
            for boxed in &self.boxes {
                boxed.cable.drop_connection(crate::Underway::Lost);
            }
            self.hq = Some(hq.restarted(now));
        }
    }

    /// Now, as the fleet's machine has it.
    pub fn now(&self) -> Now {
        Now { mono: self.world.now(), wall: self.world.wall() }
    }

    /// Puts a box without network on duty: what its senses say now is normal, and a courier brings its state.
    ///
    /// # Panics
    /// If it does not go on duty.
    pub fn arm_alone(&mut self, number: usize) {
        self.run(Duration::from_secs(5));
        let device = self.boxes[number].device;
        self.tell_time(number);
        self.boxes[number].hear(guard::Input::Learn);
        self.run(Duration::from_secs(1));
        let basis = self.boxes[number].agent().end().expect("a boot entry at least");
        let state = Desk::duty(&self.ceremony, device, basis, self.world.wall());
        self.bring(number, state);
        self.run(Duration::from_secs(1));
        let boxed = &self.boxes[number];
        assert_eq!(boxed.agent().guard().arming(), vocab::Arming::Armed, "{:?}", boxed.notices);
    }

    /// A courier is asked for the time by a box that does not have it since its last boot, and brings it.
    fn tell_time(&mut self, number: usize) {
        self.boxes[number].hear(guard::Input::Contact);
        self.run(Duration::ZERO);
        let boxed = &mut self.boxes[number];
        let Some(nonce) = boxed.agent().time_asked() else { return };
        let time = self.ceremony.time(boxed.device, nonce, self.world.wall());
        boxed.hear(guard::Input::Time(time.bytes().to_vec()));
    }

    /// A courier brings the time, a state and its proof: without the time nothing is loosened after a power cut.
    ///
    /// # Panics
    /// If the box has no power.
    pub fn bring(&mut self, number: usize, state: wire::v1::DeviceState) {
        let proved = self.boxes[number].agent().guard().obeys().proved;
        let parcel = self.desk.sign(&self.ceremony, state, proved);
        self.hand_over(number, parcel);
    }

    /// Somebody who has stolen the fleet's key brings a state that no clerk would sign.
    ///
    /// # Panics
    /// If the box has no power.
    pub fn bring_forged(&mut self, number: usize, state: wire::v1::DeviceState) {
        let proved = self.boxes[number].agent().guard().obeys().proved;
        let parcel = self.desk.forge(&self.ceremony, state, proved);
        self.hand_over(number, parcel);
    }

    fn hand_over(&mut self, number: usize, Parcel { state, proof }: Parcel) {
        self.tell_time(number);
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
        let identity = Identity {
            fleet: boxed.fleet.clone(),
            device: boxed.device,
            pins: boxed.pins.clone().expect("it was told its fleet"),
        };
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
        let cables =
            self.hq.is_some().then(|| self.boxes.iter().filter_map(|boxed| boxed.cable.deadline()).min());
        let boxes = self.boxes.iter().filter_map(Boxed::next).min();
        let hq = self.hq.as_ref().and_then(Hq::deadline);
        [boxes, cables.flatten(), hq].into_iter().flatten().min().map(|due| due.max(self.world.now()))
    }

    fn step(&mut self) {
        let now = self.world.now();
        for boxed in &mut self.boxes {
            if boxed.next().is_some_and(|due| due <= now) {
                boxed.step();
            }
        }
        self.step_hq();
    }

    fn step_hq(&mut self) {
        let now = self.now();
        let Some(hq) = &mut self.hq else {
            // Nobody listens: whoever knocks finds the door shut.
            for boxed in &self.boxes {
                for heard in boxed.cable.heard() {
                    if let Heard::Opened(conn, _) = heard {
                        boxed.cable.hang_up(conn);
                    }
                }
            }
            return;
        };
        for boxed in &mut self.boxes {
            for heard in boxed.cable.heard() {
                let (at_box, heard) = boxed.at_hq(heard, hq);
                match hq.hear(boxed.shown, heard, now) {
                    Ok(device) => boxed.shown = device,
                    Err(refusal) => {
                        boxed.turned_away.push(refusal);
                        boxed.cable.hang_up(at_box);
                    }
                }
            }
        }
        for told in hq.step(now) {
            let (Told::Close(_, at_hq) | Told::Send(_, at_hq, _)) = &told;
            let ends = self.boxes.iter().find_map(|boxed| Some((boxed, boxed.at_box(*at_hq)?)));
            match (ends, &told) {
                (Some((boxed, conn)), Told::Send(_, _, message)) => boxed.cable.answer(conn, message.clone()),
                (Some((boxed, conn)), Told::Close(..)) => boxed.cable.hang_up(conn),
                (None, _) => {}
            }
        }
    }
}

/// What enrolment fixes for a device.
fn pins(ceremony: &Ceremony, device: DeviceId, checkpoint: &str) -> Pins {
    let (fleet, root) = (ceremony.fleet().clone(), ceremony.root());
    let (keyset, roster) = (ceremony.keyset().clone(), ceremony.roster().clone());
    Pins::new(fleet, device, root, keyset, roster, checkpoint).expect("the ceremony's own letters")
}

fn signed_by_device<T: Letter<Role = key::Device>>(letter: &T, root: &mut SimRoot) -> Vec<u8> {
    let unsigned = ToSign::new(letter, root.device_key().id());
    let signature = root.sign(ChipKey::Device, &unsigned.message()).expect("the chip signs");
    unsigned.finish(&signature).bytes().to_vec()
}
