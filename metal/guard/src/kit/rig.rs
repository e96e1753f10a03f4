//! A guard with a disk that keeps what it is told, hands that do what they are told, and a clock that tests move.

use alloc::{
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};
use core::time::Duration;

use crypto::{digest::Digest, seal::OpeningKey, seal::SoftwareOpening, signed::Signed};
use journal::{Durable, Entry};
use vocab::unit::MicroG;
use vocab::{
    Action, Label, MachineBoot, Mono, Nonce, Outcome, Reading, ReceiptId, Sensor, SensorName, Value, Wall,
};
use wire::v1::{Beat, DeviceState, Evidence};

use super::{
    SECOND, chip,
    fleet::{self, Fleet},
    named, reading,
    record::{Files, remains},
    senses,
};
use crate::{Effect, Effects, Guard, Input, Kept, Lane, Obeys, Refusal, Remains, Start, Token};

/// One effect that outlives the power, in order.
#[derive(Clone, Debug)]
pub(crate) enum Written {
    Append(Entry),
    Keep(Kept, Vec<u8>),
    Forget(Kept),
}

pub(crate) struct Rig {
    pub(crate) fleet: Fleet,
    pub(crate) guard: Option<Guard>,
    inbox: VecDeque<Input>,
    /// Nanoseconds since the tests began.
    pub(crate) world: u64,
    booted: u64,
    pub(crate) boots: u8,
    machines: u8,
    values: BTreeMap<SensorName, Value>,
    sensors: Vec<Sensor>,
    /// What the guard had written, all of it, in order.
    pub(crate) written: Vec<Written>,
    durable: usize,
    vault: Option<SoftwareOpening>,

    pub(crate) disk: Disk,
    pub(crate) chip: Chip,
    pub(crate) hand: Outcome,
    pub(crate) machine_off_by: i64,

    pub(crate) acts: Vec<(ReceiptId, Action)>,
    pub(crate) refusals: Vec<Refusal>,
    pub(crate) beats: Vec<Signed<Beat>>,
    pub(crate) evidence: Vec<(Nonce, Signed<Evidence>)>,
    pub(crate) asked: Vec<Nonce>,
    pub(crate) challenges: Vec<Nonce>,
    pub(crate) obeys: Vec<Obeys>,
    pub(crate) reconciled: usize,
    pub(crate) alarms: usize,
    /// What the machine held in force while the device's software was away.
    pub(crate) left_standing: Vec<Action>,
    pub(crate) signing: Vec<(Token, Vec<u8>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disk {
    /// Everything is durable at once.
    Prompt,
    /// Nothing is, and nothing is lost either until the power goes.
    Stuck,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chip {
    Held,
    Signs,
}

impl Rig {
    /// A commissioned device: it has learnt what is normal, knows the time, and stands in `Commissioning`.
    pub(crate) fn new() -> Self {
        let mut rig = Self::bare();
        rig.boot();
        rig.settle();
        rig.give(Input::Learn);
        rig.tell_time();
        rig
    }

    /// The same, armed by a first state whose letter the test may change; its trial is over.
    pub(crate) fn armed_with(change: impl FnOnce(&mut DeviceState)) -> Self {
        let mut rig = Self::new();
        rig.adopt(change);
        if rig.guard().record.memory.standing.soak.is_some() {
            rig.pass(Duration::from_hours(25));
        }
        assert_eq!(rig.refusals, []);
        rig
    }

    pub(crate) fn armed() -> Self {
        Self::armed_with(|_| {})
    }

    /// A device that was never switched on.
    pub(crate) fn bare() -> Self {
        let (sensors, values): (Vec<_>, Vec<_>) = senses().into_iter().unzip();
        let values = sensors.iter().map(|sensor: &Sensor| sensor.name.clone()).zip(values).collect();
        Self {
            fleet: Fleet::new(),
            guard: None,
            inbox: VecDeque::new(),
            world: 0,
            booted: 0,
            boots: 0,
            machines: 0,
            values,
            sensors,
            written: Vec::new(),
            durable: 0,
            vault: Some(SoftwareOpening::from_seed([9; 32])),
            disk: Disk::Prompt,
            chip: Chip::Signs,
            hand: Outcome::Done,
            machine_off_by: 0,
            acts: Vec::new(),
            refusals: Vec::new(),
            beats: Vec::new(),
            evidence: Vec::new(),
            asked: Vec::new(),
            challenges: Vec::new(),
            obeys: Vec::new(),
            reconciled: 0,
            alarms: 0,
            left_standing: Vec::new(),
            signing: Vec::new(),
        }
    }

    pub(crate) fn guard(&self) -> &Guard {
        self.guard.as_ref().unwrap()
    }

    pub(crate) fn now(&self) -> Mono {
        Mono(self.world - self.booted)
    }

    pub(crate) fn wall(&self) -> Wall {
        fleet::BEGIN + Duration::from_nanos(self.world)
    }

    /// Takes the power away: what was not durable is lost.
    pub(crate) fn cut(&mut self) {
        self.guard = None;
        self.inbox.clear();
        self.written.truncate(self.durable);
        self.signing.clear();
        self.acts.clear();
    }

    /// Gives the power back.
    pub(crate) fn boot(&mut self) {
        let (chain, kept) = remains(&self.written);
        self.boot_with(Remains { chain, ..Remains::default() }, kept);
    }

    /// Gives the power back to a device whose disk has this.
    pub(crate) fn boot_with(&mut self, remains: Remains, kept: Files) {
        self.booted = self.world;
        self.machines += 1;
        self.wake(remains, kept);
    }

    /// Begins the software anew on a machine that goes on: what was not durable is lost.
    pub(crate) fn restart(&mut self) {
        self.cut();
        let (chain, kept) = remains(&self.written);
        self.wake(Remains { chain, ..Remains::default() }, kept);
    }

    fn wake(&mut self, remains: Remains, kept: Files) {
        self.durable = self.written.len();
        self.boots += 1;
        let start = Start {
            pins: self.fleet.pins(),
            seed: Digest::of(&[self.boots]).0,
            built: Wall(fleet::BEGIN.0 - 1_000_000),
            wall: Wall(self.wall().0 + self.machine_off_by),
            machine: Some(MachineBoot([self.machines; 16])),
            software: Label::new("test 1").unwrap(),
            sensors: self.sensors.clone(),
            attestation_key: chip::public(),
            device_key: chip::public(),
            opening_key: self.vault.as_ref().map(|key| *key.public()),
            remains,
            kept,
            readings: self.readings(),
            left_standing: self.left_standing.clone(),
        };
        let (guard, effects) = Guard::boot(self.now(), start);
        self.guard = Some(guard);
        self.obey(effects);
        self.work();
    }

    /// Somebody else latched the vault.
    pub(crate) fn latch_vault(&mut self) {
        self.vault = None;
    }

    /// The same vault as that device's.
    pub(crate) fn take_vault(&mut self, other: &Self) {
        self.vault = other.vault.is_some().then(|| SoftwareOpening::from_seed([9; 32]));
    }

    /// The world changes while nobody looks.
    pub(crate) fn set(&mut self, sensor: &str, value: Value) {
        self.values.insert(named(sensor), value);
    }

    /// Gives one input, and does what follows from it, one thing after another.
    pub(crate) fn give(&mut self, input: Input) {
        self.inbox.push_back(input);
        self.work();
    }

    fn work(&mut self) {
        while let Some(input) = self.inbox.pop_front() {
            let now = self.now();
            let effects = self.guard.as_mut().unwrap().handle(now, input);
            self.obey(effects);
        }
    }

    /// The sensor says this from now on, and says it now.
    pub(crate) fn say(&mut self, sensor: &str, value: Value) {
        self.values.insert(named(sensor), value.clone());
        let reading = reading(sensor, self.now(), value);
        self.give(Input::Readings([reading].into()));
    }

    /// The sensor says nothing any more.
    pub(crate) fn mute(&mut self, sensor: &str) {
        self.values.remove(&named(sensor));
    }

    /// Lets time pass: every sensor repeats itself each half second, and deadlines are kept.
    pub(crate) fn pass(&mut self, span: Duration) {
        let until = self.world + u64::try_from(span.as_nanos()).unwrap();
        // Long spans in longer steps: a sensor that speaks each five seconds is no silent one.
        let step = if span > Duration::from_mins(10) { 5 * SECOND } else { SECOND / 2 };
        while self.world < until {
            let due = self.guard().deadline().map_or(u64::MAX, |due| self.booted + due.0);
            let next = (self.world + step).min(until).min(due.max(self.world + 1));
            self.world = next;
            let readings = self.readings();
            self.give(Input::Readings(readings));
            // Nothing that is due stays due, or the device would never sleep.
            assert!(self.guard().deadline().is_none_or(|due| due > self.now()), "at {:?}", self.now());
        }
    }

    /// Long enough for everything that is done by itself.
    pub(crate) fn settle(&mut self) {
        self.pass(Duration::from_secs(6));
    }

    pub(crate) fn tell_time(&mut self) {
        self.give(Input::Contact);
        let letter = self.fleet.time(*self.asked.last().unwrap(), self.wall());
        self.give(Input::Time(letter));
    }

    /// The next state, with its proof: the draft of the last one, changed.
    pub(crate) fn adopt(&mut self, change: impl FnOnce(&mut DeviceState)) {
        let letter = self.next(change);
        let generation = self.guard().obeys().generation.0 + 1;
        let proof = self.fleet.prove(&letter, generation, self.known());
        self.give(Input::State(letter.bytes().to_vec()));
        self.give(Input::Proof(fleet::proof_bytes(&proof)));
    }

    /// The letter of the next state.
    pub(crate) fn next(&self, change: impl FnOnce(&mut DeviceState)) -> Signed<DeviceState> {
        let obeys = self.guard().obeys();
        let generation = obeys.generation.0 + 1;
        let mut draft = self.fleet.draft(generation, obeys.state);
        if let Some(state) = self.guard().state() {
            draft = DeviceState { generation: draft.generation, previous: obeys.state, ..state.clone() };
        }
        change(&mut draft);
        self.fleet.sign(&draft)
    }

    /// The disk catches up.
    pub(crate) fn sync(&mut self) {
        self.flush();
        self.work();
    }

    fn flush(&mut self) {
        let fresh = self.written[self.durable..].iter().filter_map(|written| match written {
            Written::Append(entry) => Some(Durable::assertion(entry.clone())),
            _ => None,
        });
        let fresh: Vec<_> = fresh.collect();
        self.durable = self.written.len();
        if !fresh.is_empty() {
            self.inbox.push_back(Input::Durable(fresh));
        }
    }

    fn readings(&self) -> Vec<Reading> {
        let now = self.now();
        let said = self.values.iter();
        said.map(|(sensor, value)| Reading { sensor: sensor.clone(), at: now, value: noisy(value, now) })
            .collect()
    }

    fn obey(&mut self, effects: Effects) {
        for effect in effects {
            self.obey_one(effect);
        }
        if self.disk == Disk::Prompt {
            self.flush();
        }
    }

    fn obey_one(&mut self, effect: Effect) {
        match effect {
            Effect::Act { id, action } => self.act(id, &action),
            Effect::Append { entry, lane } => {
                self.alarms += usize::from(lane == Lane::Alarm);
                let last = self.written.iter().rev().find_map(|written| match written {
                    Written::Append(entry) => Some(entry.position()),
                    _ => None,
                });
                // A chain has no gaps, whatever happens.
                assert!(last.is_none_or(|last| {
                    (last.seq + 1, last.head) == (entry.header().seq, entry.header().prev)
                }));
                self.written.push(Written::Append(entry));
            }
            Effect::AskTime(nonce) => self.asked.push(nonce),
            Effect::Beat { letter, .. } => self.beats.push(letter),
            Effect::Branched(_) => {}
            Effect::Evidence { nonce, letter } => self.evidence.push((nonce, letter)),
            Effect::Forget(what) => self.written.push(Written::Forget(what)),
            Effect::Keep { what, bytes } => self.written.push(Written::Keep(what, bytes)),
            Effect::Obeys(obeys) => self.obeys.push(obeys),
            Effect::Reconciled(_) => self.reconciled += 1,
            Effect::Refuse(refusal) => self.refusals.push(refusal),
            Effect::ShowChallenge(nonce) => self.challenges.push(nonce),
            Effect::Sign { token, message, .. } => match self.chip {
                Chip::Held => self.signing.push((token, message)),
                Chip::Signs => self.inbox.push_back(Input::Signed { token, signature: chip::sign(&message) }),
            },
        }
    }

    fn act(&mut self, id: ReceiptId, action: &Action) {
        self.acts.push((id, action.clone()));
        let outcome = self.hand.clone();
        if outcome == Outcome::Intended {
            // The hand never comes back.
            return;
        }
        if outcome == Outcome::Done {
            match action {
                Action::LatchVault => self.vault = None,
                Action::RearmVault => self.vault = Some(SoftwareOpening::from_seed([self.boots; 32])),
                _ => {}
            }
        }
        self.inbox.push_back(Input::Acted { id, outcome });
        let opening = self.vault.as_ref().map(|key| *key.public());
        self.inbox.push_back(Input::Keys { device: chip::public(), opening });
    }
}

/// A living accelerometer never says the same twice; one that does is stuck.
fn noisy(value: &Value, now: Mono) -> Value {
    match value {
        Value::Acceleration(x, y, z) => {
            let noise = i32::try_from(now.0 / 1_000 % 97).unwrap();
            Value::Acceleration(MicroG(x.0 + noise), *y, *z)
        }
        other => other.clone(),
    }
}
