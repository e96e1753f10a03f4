//! The two machines, their owners as simple as can be, and the wire between.

use alloc::{
    collections::{BTreeMap, VecDeque},
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::time::Duration;

use crypto::digest::Digest;
use journal::{Cursor, Entry, Kind, Position};
use vocab::{Generation, Mono, Nonce};

use super::{
    Journal,
    journal_side::DEVICE,
    wire::{Dice, Fate, Weather, Wire},
};
use crate::{
    Adopted, Conn, Device, Parting, Purpose, Room, Station,
    device::{self, Input as ToDevice},
    downlink::{Publication, Reach},
    frame::FRAME_LIMIT,
    station::{self, Input as ToStation, Offer, Standing},
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
    /// What the guard obeys.
    pub(crate) adopted: Adopted,
    pub(crate) wire: Wire,
    pub(crate) said: Vec<Said>,
    /// How often each session ended, by its code, at the station.
    pub(crate) partings: BTreeMap<String, u32>,
    pub(crate) online: bool,
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
            adopted,
            wire: Wire::new(weather),
            said: vec![],
            partings: BTreeMap::new(),
            online: true,
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
        let conn = self.device_conn();
        self.device = Device::new(b"boot".to_vec(), self.journal.end(), self.adopted, seed);
        // The kernel closes what the process had open; connection numbers go on.
        self.to_device.clear();
        self.wire.up.clear();
        self.wire.down.clear();
        for _ in 0..conn.0 {
            let effects = self.device.handle(self.now, ToDevice::Tick);
            for effect in effects {
                if let device::Effect::Connect(conn) = effect {
                    self.device.handle(self.now, ToDevice::Lost(conn));
                    self.now = self.device.deadline().unwrap().max(self.now);
                }
            }
        }
        self.station(ToStation::Lost(conn));
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
        let way = self.dice.roll(ways as u64) as usize;
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

    /// Both ends learn that the connection is gone, and what was under way is lost.
    pub(crate) fn cut(&mut self, conn: Conn) {
        self.wire.up.remove(&conn);
        self.wire.down.remove(&conn);
        self.to_device.push_back(ToDevice::Lost(conn));
        // One in two: the station's end stays half open.
        if self.dice.roll(2) == 0 {
            self.to_station.push_back(ToStation::Lost(conn));
        }
    }

    pub(crate) fn device_conn(&self) -> Conn {
        self.wire.up.keys().chain(self.wire.down.keys()).max().copied().unwrap_or_default()
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
                Way::Down => self.to_device.push_back(ToDevice::Received(conn, message.clone())),
            }
        }
        if matches!(fate, Fate::CutBefore | Fate::CutAfter) {
            self.settle();
            self.cut(conn);
        } else if drained {
            match way {
                Way::Up => self.to_device.push_back(ToDevice::Flushed(conn)),
                Way::Down => self.to_station.push_back(ToStation::Flushed(conn)),
            }
        }
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
                self.wire.up.remove(conn);
                self.wire.down.remove(conn);
                self.to_station.push_back(ToStation::Lost(*conn));
            }
            Effect::Connect(conn) if self.online => {
                self.wire.up.insert(*conn, VecDeque::new());
                self.wire.down.insert(*conn, VecDeque::new());
                self.to_station.push_back(ToStation::Connected(*conn));
                self.to_device.push_back(ToDevice::Connected { conn: *conn, time: None });
            }
            Effect::Connect(conn) => self.to_device.push_back(ToDevice::Lost(*conn)),
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
                if let Some(queue) = self.wire.up.get_mut(conn) {
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
                let publication = self.published.clone().filter(|published| published.generation == *generation);
                self.to_station.push_back(ToStation::Publish(publication.unwrap()));
            }
            _ => {}
        }
        if !matches!(effect, Effect::Send(..)) {
            self.said.push(Said::Station(effect));
        }
    }

    /// The fleet takes each entry once and in order; a branch replaces what the device lost.
    fn commit(&mut self, conn: Conn, Offer { run, seal, standing }: Offer) {
        assert_eq!(seal, crypto::cbor::encode(&run.ends_at()), "the seal is over the run's last position");
        let at = run.ends_at();
        if let Standing::Branches(branch) = standing {
            assert_eq!(self.fleet.last().map(Entry::position), Some(branch.resumes));
            let keep = self.fleet.iter().position(|entry| entry.head() == run.stands_on());
            self.fleet.truncate(keep.map_or(0, |index| index + 1));
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
    Generation(u64::from_be_bytes(*letter.first_chunk().unwrap()))
}
