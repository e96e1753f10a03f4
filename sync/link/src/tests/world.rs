//! The two machines, their owners as simple as can be, and the wire between.

use alloc::{
    collections::{BTreeMap, VecDeque},
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::time::Duration;

use crypto::digest::Digest;
use journal::{Branch, Cursor, Entry, Kind, Position};
use vocab::{Generation, Mono, Nonce, Reading, SensorName, Value, unit::Lux};

use super::{
    Journal,
    journal_side::DEVICE,
    wire::{Dice, Fate, Weather, Wire},
};
use crate::{
    Adopted, Conn, Device, Parting, Purpose, Readings, Room, Station,
    device::{self, Input as ToDevice},
    downlink::{Publication, Reach},
    frame::FRAME_LIMIT,
    station::{self, Input as ToStation, Offer},
    uplink::Lane,
};

/// Something that was remarkable at one end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Device(device::Effect),
    Station(station::Effect),
}

pub(crate) struct World {
    pub(crate) now: Mono,
    pub(crate) device: Device,
    pub(crate) station: Station,
    pub(crate) journal: Journal,
    /// What the fleet committed, in order.
    pub(crate) fleet: Vec<Entry>,
    pub(crate) mark: Option<Cursor>,
    /// A branch entry that is announced and has not come.
    pub(crate) owed: Option<Branch>,
    /// What the guard obeys.
    pub(crate) adopted: Adopted,
    pub(crate) wire: Wire,
    pub(crate) said: Vec<Said>,
    /// How often each session ended, by its code, at the station.
    pub(crate) partings: BTreeMap<String, u32>,
    pub(crate) online: bool,
    /// While the device's clock is unknown.
    pub(crate) ask_time: Option<Nonce>,
    /// The last connection. The device counts its own from zero at each boot, the wire over all of them.
    pub(crate) conn: Conn,
    /// The last connection of earlier boots.
    before: Conn,
    dice: Dice,
    to_device: VecDeque<ToDevice>,
    to_station: VecDeque<ToStation>,
    /// Runs that are being committed.
    committing: VecDeque<(Conn, Offer)>,
    published: Option<Publication>,
}

impl World {
    pub(crate) fn new(seed: u64, weather: Weather) -> Self {
        let journal = Journal::new();
        let adopted = Adopted::default();
        Self {
            now: Mono(1),
            device: Device::new(b"boot".to_vec(), journal.end(), adopted, seed),
            station: Station::new(DEVICE, Room::Open),
            journal,
            fleet: vec![],
            mark: None,
            owed: None,
            adopted,
            wire: Wire::new(weather),
            said: vec![],
            partings: BTreeMap::new(),
            online: true,
            ask_time: None,
            conn: Conn(0),
            before: Conn(0),
            dice: Dice(seed),
            to_device: VecDeque::new(),
            to_station: VecDeque::new(),
            committing: VecDeque::new(),
            published: None,
        }
    }

    pub(crate) fn fair() -> Self {
        Self::new(7, Weather::Fair)
    }

    pub(crate) fn append(&mut self, kind: Kind, bytes: usize, lane: Lane) -> Position {
        let at = self.journal.append(kind, bytes);
        self.device(ToDevice::Appended { at, lane });
        at
    }

    pub(crate) fn publish(&mut self, generation: u64, reach: Reach, bytes: usize) {
        let mut state = generation.to_be_bytes().to_vec();
        state.resize(bytes, 7);
        let proof = Some(generation.to_be_bytes().to_vec());
        let publication = Publication { generation: Generation(generation), reach, state, proof };
        self.published = Some(publication.clone());
        self.station(ToStation::Publish(publication));
    }

    /// The device process starts again.
    pub(crate) fn reboot(&mut self, number: u8, lost: usize) {
        self.journal.reboot(number, lost);
        let seed = self.dice.roll(u64::MAX);
        self.device = Device::new(b"boot".to_vec(), self.journal.end(), self.adopted, seed);
        // The machine is off for a second, and the kernel of the other end is not told.
        self.now = self.now + Duration::from_secs(1);
        self.to_device.clear();
        self.before = self.conn;
        self.wire.up.clear();
        self.wire.down.clear();
    }

    pub(crate) fn device(&mut self, input: ToDevice) {
        self.to_device.push_back(input);
        self.settle();
    }

    pub(crate) fn station(&mut self, input: ToStation) {
        self.to_station.push_back(input);
        self.settle();
    }

    /// Lets messages travel and time pass until nothing but the clock is left to wait for, and so much longer.
    pub(crate) fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        self.settle();
        for _ in 0..200_000 {
            if self.move_one() {
                continue;
            }
            let next = [self.device.deadline(), self.station.deadline()].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else {
                self.now = end;
                return;
            };
            self.now = self.now.max(next);
            self.to_device.push_back(ToDevice::Tick);
            self.to_station.push_back(ToStation::Tick);
            self.settle();
        }
        panic!("the machines never come to rest");
    }

    /// Lets everything that is under way arrive, without any time passing.
    pub(crate) fn rest(&mut self) {
        self.settle();
        while self.move_one() {}
    }

    /// One thing happens: a message arrives, or a run is committed. False when nothing is under way.
    pub(crate) fn move_one(&mut self) -> bool {
        let ups: Vec<Conn> = full(&self.wire.up);
        let downs: Vec<Conn> = full(&self.wire.down);
        let commits = usize::from(!self.committing.is_empty());
        let ways = ups.len() + downs.len() + commits;
        if ways == 0 {
            return false;
        }
        let way = self.dice.pick(ways);
        if way < ups.len() {
            self.travel(ups[way], Way::Up);
        } else if way < ups.len() + downs.len() {
            self.travel(downs[way - ups.len()], Way::Down);
        } else if let Some((conn, offer)) = self.committing.pop_front() {
            self.commit(conn, offer);
        }
        self.settle();
        true
    }

    /// A message arrives; nothing is committed.
    pub(crate) fn carry_one(&mut self) -> bool {
        let (ups, downs) = (full(&self.wire.up), full(&self.wire.down));
        let Some((conn, way)) = (ups.first().map(|conn| (*conn, Way::Up)))
            .or_else(|| downs.first().map(|conn| (*conn, Way::Down)))
        else {
            return false;
        };
        self.travel(conn, way);
        self.settle();
        true
    }

    pub(crate) fn commit_one(&mut self) {
        let (conn, offer) = self.committing.pop_front().unwrap();
        self.commit(conn, offer);
        self.settle();
    }

    pub(crate) fn uncommitted(&self) -> usize {
        self.committing.len()
    }

    pub(crate) fn forget_uncommitted(&mut self) {
        self.committing.clear();
    }

    /// Both ends learn that the connection is gone, and what was under way is lost.
    pub(crate) fn cut(&mut self, conn: Conn) {
        self.wire.up.remove(&conn);
        self.wire.down.remove(&conn);
        self.tell_device(conn, ToDevice::Lost);
        // One in two: the station's end stays half open.
        if self.dice.roll(2) == 0 {
            self.to_station.push_back(ToStation::Lost(conn));
        }
    }

    /// An input of this connection, in the device's own count; nothing if it was an earlier boot's.
    pub(crate) fn tell_device(&mut self, conn: Conn, input: impl FnOnce(Conn) -> ToDevice) {
        if let Some(own) = conn.0.checked_sub(self.before.0).filter(|own| *own > 0) {
            self.to_device.push_back(input(Conn(own)));
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.fleet == self.journal.entries
    }

    pub(crate) fn heard(&self, mut what: impl FnMut(&station::Effect) -> bool) -> usize {
        self.said.iter().filter(|said| matches!(said, Said::Station(effect) if what(effect))).count()
    }

    pub(crate) fn felt(&self, mut what: impl FnMut(&device::Effect) -> bool) -> usize {
        self.said.iter().filter(|said| matches!(said, Said::Device(effect) if what(effect))).count()
    }

    fn travel(&mut self, conn: Conn, way: Way) {
        let queues = if way == Way::Up { &mut self.wire.up } else { &mut self.wire.down };
        let Some(message) = queues.get_mut(&conn).and_then(VecDeque::pop_front) else { return };
        let drained = queues.get(&conn).is_none_or(VecDeque::is_empty);
        let fate = self.wire.fate(&mut self.dice);
        let arrivals = match fate {
            Fate::Delivered | Fate::CutAfter => 1,
            Fate::Doubled => 2,
            Fate::Dropped | Fate::CutBefore => 0,
        };
        for _ in 0..arrivals {
            match way {
                Way::Up => self.to_station.push_back(ToStation::Received(conn, message.clone())),
                Way::Down => self.tell_device(conn, |conn| ToDevice::Received(conn, message.clone())),
            }
        }
        if matches!(fate, Fate::CutBefore | Fate::CutAfter) {
            self.settle();
            self.cut(conn);
        } else if drained {
            match way {
                Way::Up => self.tell_device(conn, ToDevice::Flushed),
                Way::Down => self.to_station.push_back(ToStation::Flushed(conn)),
            }
        }
    }

    fn on_wire(&self, own: Conn) -> Conn {
        Conn(own.0 + self.before.0)
    }

    fn settle(&mut self) {
        loop {
            if let Some(input) = self.to_device.pop_front() {
                for effect in self.device.handle(self.now, input) {
                    self.device_effect(effect);
                }
            } else if let Some(input) = self.to_station.pop_front() {
                for effect in self.station.handle(self.now, input) {
                    self.station_effect(effect);
                }
            } else {
                return;
            }
        }
    }

    fn device_effect(&mut self, effect: device::Effect) {
        use device::Effect;
        match &effect {
            Effect::Beat => self.to_device.push_back(ToDevice::Beat(b"beat".to_vec())),
            Effect::Branch(resumes) => {
                let (after, branch) = self.journal.branch(*resumes);
                let at = self.journal.end().unwrap();
                self.to_device.push_back(ToDevice::Appended { at, lane: Lane::Bulk });
                self.to_device.push_back(ToDevice::Branched { after, branch });
            }
            Effect::Challenge { nonce, purpose: Purpose::Evidence } => {
                let letter = vec![5; 150_000];
                self.to_device.push_back(ToDevice::Evidence { nonce: *nonce, letter });
            }
            Effect::Challenge { nonce, purpose: Purpose::Renewal } => {
                self.to_device.push_back(ToDevice::Renewal { nonce: *nonce, letter: b"renewal".to_vec() });
            }
            Effect::Close(conn) => {
                let conn = self.on_wire(*conn);
                self.wire.up.remove(&conn);
                self.wire.down.remove(&conn);
                self.to_station.push_back(ToStation::Lost(conn));
            }
            Effect::Connect(own) if self.online => {
                self.conn = self.on_wire(*own);
                self.wire.up.insert(self.conn, VecDeque::new());
                self.wire.down.insert(self.conn, VecDeque::new());
                self.to_station.push_back(ToStation::Connected(self.conn));
                self.to_device.push_back(ToDevice::Connected { conn: *own, time: self.ask_time });
            }
            Effect::Connect(own) => self.to_device.push_back(ToDevice::Lost(*own)),
            Effect::Covered(mark) => self.journal.trim(*mark),
            Effect::Fetch { after } => {
                let fetched = self.journal.fetch(*after);
                self.to_device.push_back(ToDevice::Fetched { after: *after, fetched });
            }
            Effect::Proof(letter) => {
                let generation = numbered(letter);
                if generation == self.adopted.generation {
                    self.adopted.proved = generation;
                    self.to_device.push_back(ToDevice::Adopted(self.adopted));
                }
            }
            Effect::Seal(at) => {
                let letter = crypto::cbor::encode(at);
                self.to_device.push_back(ToDevice::Sealed { at: *at, letter });
            }
            Effect::Send(conn, message) => {
                assert!(message.len() <= FRAME_LIMIT);
                if let Some(queue) = self.wire.up.get_mut(&self.on_wire(*conn)) {
                    queue.push_back(message.clone());
                }
            }
            Effect::State(letter) => {
                let generation = numbered(letter);
                if generation > self.adopted.generation {
                    self.adopted.generation = generation;
                    self.adopted.state = Some(Digest::of(letter));
                    self.to_device.push_back(ToDevice::Adopted(self.adopted));
                }
            }
            Effect::Time(_) => self.to_device.push_back(ToDevice::Timed),
            Effect::Watched => {
                let value = Value::Light(Lux(3));
                let reading = Reading { sensor: SensorName::new("light").unwrap(), at: self.now, value };
                let readings = vec![reading];
                self.to_device.push_back(ToDevice::Readings(Readings { now: self.now, readings }));
            }
            Effect::Acknowledged(_)
            | Effect::Certificate(_)
            | Effect::Fault(_)
            | Effect::Parted(..)
            | Effect::Room(_) => {}
        }
        if !matches!(effect, Effect::Send(..)) {
            self.said.push(Said::Device(effect));
        }
    }

    fn station_effect(&mut self, effect: station::Effect) {
        use station::Effect;
        match &effect {
            Effect::Close(conn) => {
                // What was sent before still arrives; nothing goes up any more.
                self.wire.up.remove(conn);
            }
            Effect::Greeted(conn, _) => {
                assert!(self.committing.is_empty(), "greeted while a run is being committed");
                let accepted = self.fleet.last().map(Entry::position);
                self.to_station.push_back(ToStation::Welcome { conn: *conn, accepted, mark: self.mark });
            }
            Effect::Offered(conn, offer) => self.committing.push_back((*conn, offer.clone())),
            Effect::Parted(conn, parting) => {
                *self.partings.entry(parting.code().to_string()).or_default() += 1;
                if *parting == Parting::Lost {
                    self.wire.up.remove(conn);
                }
            }
            Effect::Send(conn, message) => {
                assert!(message.len() <= FRAME_LIMIT);
                if let Some(queue) = self.wire.down.get_mut(conn) {
                    queue.push_back(message.clone());
                }
            }
            Effect::TimeAsked(conn, _) => self.to_station.push_back(ToStation::Time(*conn, b"time".to_vec())),
            Effect::RenewalAsked => {
                let (nonce, purpose) = (Nonce([9; 32]), Purpose::Renewal);
                self.to_station.push_back(ToStation::Challenge { nonce, purpose });
            }
            Effect::Renewal { .. } => self.to_station.push_back(ToStation::Certificate(b"chain".to_vec())),
            Effect::Wanted(generation) => {
                let publication =
                    self.published.clone().filter(|published| published.generation == *generation);
                self.to_station.push_back(ToStation::Publish(publication.unwrap()));
            }
            _ => {}
        }
        if !matches!(effect, Effect::Send(..)) {
            self.said.push(Said::Station(effect));
        }
    }

    /// The fleet takes each entry once and in order; a branch replaces what the device lost.
    fn commit(&mut self, conn: Conn, Offer { run, seal, branch }: Offer) {
        assert_eq!(seal, crypto::cbor::encode(&run.ends_at()), "the seal is over the run's last position");
        let at = run.ends_at();
        if self.fleet.last().is_some_and(|last| last.head() != run.stands_on()) {
            // The tail is lost, and the branch entry is owed.
            let branch = branch.expect("an honest device says that its tail is lost");
            assert_eq!(self.fleet.last().map(Entry::position), Some(branch.resumes));
            self.owed = Some(branch);
            let keep = self.fleet.iter().position(|entry| entry.head() == run.stands_on()).unwrap();
            self.fleet.truncate(keep + 1);
        }
        if let Some(owed) = self.owed {
            assert_eq!(branch, Some(owed), "said with each run until the branch entry has come");
            let says = crypto::cbor::encode(&owed);
            if run.entries().iter().any(|entry| entry.header().kind == Kind::Branch && entry.body() == says) {
                self.owed = None;
            }
        }
        for entry in run.into_entries() {
            let next = self.fleet.last().map_or(1, |last| last.header().seq + 1);
            assert_eq!(entry.header().seq, next, "an entry came twice, or one is missing");
            self.fleet.push(entry);
        }
        self.to_station.push_back(ToStation::Accepted { conn, at, mark: self.mark });
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

fn full(queues: &BTreeMap<Conn, VecDeque<Vec<u8>>>) -> Vec<Conn> {
    queues.iter().filter(|(_, queue)| !queue.is_empty()).map(|(conn, _)| *conn).collect()
}

fn numbered(letter: &[u8]) -> Generation {
    Generation(letter.first_chunk().map_or(0, |number| u64::from_be_bytes(*number)))
}
