//! A device that writes a journal and a fleet that keeps it, for this crate's tests: real keys, real letters.

pub(crate) mod house;

use alloc::{collections::BTreeMap, vec::Vec};

use crypto::{
    key::{Device, Journal, PublicKey, Role, SecretKey},
    signed::{Audience, Letter, Signed, ToSign},
};
use journal::{Branch, Chain, Cursor, Entry, Head, Position, Run};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use vocab::{
    Arming, BootId, ClockQuality, DeviceId, FleetName, Generation, Label, Mono, Posture, Time, Wall,
};
use wire::v1::{Beat, Body, Boot, body::Adoption};

use crate::{
    finding::Fork,
    hear::{Heard, hear},
    history::{History, Kept, KnownBoot, Owed, Strand},
    ingest::{Chained, Ingested, Offer, ingest},
    refusal::Refusal,
    speaker::{Hello, Speaker},
};

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const NOW: Wall = Wall(1_791_297_102 * SECOND);
pub(crate) const DEV: DeviceId = DeviceId([7; 16]);

/// A moment so many seconds after [`NOW`].
pub(crate) fn later(seconds: i64) -> Wall {
    Wall(NOW.0 + seconds * SECOND)
}

pub(crate) fn fleet() -> FleetName {
    FleetName::new("nord").unwrap()
}

pub(crate) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

/// A chip: signs in whatever role it is asked for.
#[derive(Clone)]
pub(crate) struct Chip(SigningKey);

impl Chip {
    pub(crate) fn of(seed: u8) -> Self {
        Self(SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    pub(crate) fn public<R: Role>(&self) -> PublicKey<R> {
        PublicKey::from_bytes(self.0.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
    }

    pub(crate) fn seal<T: Letter>(&self, letter: &T) -> Signed<T> {
        let unsigned = ToSign::new(letter, self.public::<T::Role>().id());
        let signature: Signature = self.0.sign(&unsigned.message());
        unsigned.finish(&signature.to_bytes().into())
    }
}

/// One box: its chip and its disk survive a power cut, the boot does not.
#[derive(Clone)]
pub(crate) struct Machine {
    pub(crate) device: DeviceId,
    pub(crate) chip: Chip,
    pub(crate) disk: Vec<Entry>,
    pub(crate) generation: Generation,
    chain: Chain,
    journal_key: u8,
    boot: Option<Signed<Boot>>,
    clock: u64,
    /// The wall at the beginning of this boot.
    pub(crate) wall: Wall,
}

impl Machine {
    /// A new box that has booted for the first time; the boot's number is its id and its journal key's seed.
    pub(crate) fn new(boot: u8) -> Self {
        Self::of(DEV, boot)
    }

    pub(crate) fn of(device: DeviceId, boot: u8) -> Self {
        let chain = Chain::resume(&device, BootId([boot; 16]), None);
        let mut machine = Self {
            device,
            chip: Chip::of(device.0[0]),
            disk: Vec::new(),
            generation: Generation::NONE,
            chain,
            journal_key: boot,
            boot: None,
            clock: 0,
            wall: NOW,
        };
        machine.reboot(boot);
        machine
    }

    /// A power cut, and a new boot on what the disk holds.
    pub(crate) fn reboot(&mut self, boot: u8) {
        let last = self.disk.last().map(Entry::position);
        self.wall = Wall(self.wall.0 + i64::try_from(self.clock / 1000).unwrap());
        self.chain = Chain::resume(&self.device, BootId([boot; 16]), last);
        self.journal_key = boot;
        self.clock = 0;
        let letter = Boot {
            fleet: fleet(),
            device: self.device,
            boot: BootId([boot; 16]),
            journal_key: self.secret().public().clone(),
            after: last,
            at: self.now(),
            generation: self.generation,
            state: None,
            opening_key: None,
            software: label("metald 0.1.0"),
        };
        let letter = self.chip.seal(&letter);
        self.boot = Some(letter.clone());
        self.say(&Body::Boot(letter));
    }

    /// The disk forgets all after this number, as if it had never synced, and the box boots anew.
    pub(crate) fn lose(&mut self, keep: usize, boot: u8) {
        self.disk.truncate(keep);
        self.reboot(boot);
    }

    pub(crate) fn secret(&self) -> SecretKey<Journal> {
        SecretKey::from_seed([self.journal_key; 32])
    }

    pub(crate) fn now(&self) -> Time {
        let wall = Wall(self.wall.0 + i64::try_from(self.clock / 1000).unwrap());
        Time { mono: Mono(self.clock), wall, quality: ClockQuality::Fleet }
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.clock += seconds * 1_000_000_000;
    }

    pub(crate) fn wait_millis(&mut self, millis: u64) {
        self.clock += millis * 1_000_000;
    }

    pub(crate) fn say(&mut self, body: &Body) -> Position {
        self.write(body.kind(), body.encode())
    }

    pub(crate) fn write(&mut self, kind: journal::Kind, body: Vec<u8>) -> Position {
        self.clock += 1_000_000;
        let entry = self.chain.append(self.now(), kind, body).unwrap();
        let at = entry.position();
        self.disk.push(entry);
        at
    }

    /// Something of no weight.
    pub(crate) fn mutters(&mut self) {
        let _ = self.say(&Body::Change(wire::v1::body::Change::Arming(Arming::Armed)));
    }

    pub(crate) fn adopt(&mut self, generation: u64) -> Position {
        self.generation = Generation(generation);
        self.say(&Body::Adopted(Adoption::Adopted {
            generation: self.generation,
            state: state(generation),
            direction: wire::v1::body::Direction::Relaxes,
            roster: 1,
            keyset: 1,
        }))
    }

    pub(crate) fn branch(&mut self, resumes: Position) -> Position {
        let lost_from = self.disk.last().unwrap().header().seq;
        self.say(&Body::Branch(Branch { resumes, lost_from, lost_to: resumes.seq }))
    }

    pub(crate) fn head(&self) -> Position {
        self.disk.last().unwrap().position()
    }

    /// Entries by their numbers, sealed now.
    pub(crate) fn offer(&mut self, from: u64, to: u64) -> Offer {
        let within = |entry: &&Entry| (from..=to).contains(&entry.header().seq);
        let run = Run::new(self.disk.iter().filter(within).cloned().collect()).unwrap();
        let seal = self.beat_over(run.ends_at());
        Offer { run, seal, branch: None }
    }

    /// All from this number on.
    pub(crate) fn rest(&mut self, from: u64) -> Offer {
        self.offer(from, u64::MAX)
    }

    pub(crate) fn beat(&mut self) -> Signed<Beat> {
        self.beat_over(self.head())
    }

    pub(crate) fn beat_over(&mut self, position: Position) -> Signed<Beat> {
        self.clock += 1_000_000;
        let beat = self.unsigned(position);
        Signed::seal(&beat, &self.secret())
    }

    pub(crate) fn unsigned(&self, position: Position) -> Beat {
        Beat {
            fleet: fleet(),
            device: self.device,
            boot: self.chain.boot(),
            position,
            at: self.now(),
            generation: self.generation,
            posture: Posture::Normal,
            arming: Arming::Armed,
            senses: Vec::new(),
            causes: Vec::new(),
        }
    }

    pub(crate) fn letter(&self) -> Signed<Boot> {
        self.boot.clone().unwrap()
    }

    pub(crate) fn hello(&self, ledger: &Ledger) -> Result<Hello, Refusal> {
        Speaker::meet(self.letter(), self.device, audience(self.device), [self.chip.public()].into(), ledger)
    }

    pub(crate) fn speaker(&self, ledger: &Ledger) -> Speaker {
        match self.hello(ledger) {
            Ok(Hello::Speaker(speaker)) => *speaker,
            other => panic!("the letter is good: {other:?}"),
        }
    }
}

pub(crate) fn audience(device: DeviceId) -> Audience {
    Audience::device(fleet(), device)
}

pub(crate) fn device_keys(machine: &Machine) -> Vec<PublicKey<Device>> {
    [machine.chip.public()].into()
}

/// The digest of the state of a generation.
pub(crate) fn state(generation: u64) -> crypto::digest::Digest {
    crypto::digest::Digest::of(&generation.to_be_bytes())
}

/// What became of an offer, in one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// So many new entries.
    Chained(usize),
    Known,
    Fork(crate::finding::Split),
    Refused(Refusal),
}

/// The fleet's record of one device, in memory.
#[derive(Clone, Default)]
pub(crate) struct Ledger {
    pub(crate) entries: Vec<(Entry, Strand)>,
    accepted: Option<Position>,
    owed: Option<Owed>,
    obeyed: Generation,
    boots: BTreeMap<BootId, KnownBoot>,
}

impl Ledger {
    /// Takes an offer in, as the fleet does: judged, then kept.
    pub(crate) fn take(&mut self, machine: &Machine, offer: Offer) -> Verdict {
        match self.taken(machine, offer) {
            Ok(Ingested::Chained(chained)) => Verdict::Chained(chained.entries().len()),
            Ok(Ingested::Known(accepted)) => {
                assert_eq!(accepted, self.accepted);
                Verdict::Known
            }
            Ok(Ingested::Fork(fork)) => Verdict::Fork(fork.split),
            Err(refusal) => Verdict::Refused(refusal),
        }
    }

    pub(crate) fn taken(&mut self, machine: &Machine, offer: Offer) -> Result<Ingested, Refusal> {
        let speaker = machine.speaker(self);
        let ingested = ingest(offer, &speaker, self)?;
        if let Ingested::Chained(chained) = &ingested {
            self.keep(&speaker, chained);
        }
        Ok(ingested)
    }

    /// The run of an offer that is good.
    pub(crate) fn chained(&mut self, machine: &Machine, offer: Offer) -> Chained<Run> {
        match self.taken(machine, offer) {
            Ok(Ingested::Chained(chained)) => *chained,
            other => panic!("the offer is good: {other:?}"),
        }
    }

    /// The fork that an offer shows.
    pub(crate) fn forked(&mut self, machine: &Machine, offer: Offer) -> Fork {
        match self.taken(machine, offer) {
            Ok(Ingested::Fork(fork)) => fork,
            other => panic!("a fork was expected: {other:?}"),
        }
    }

    pub(crate) fn hear(&mut self, machine: &Machine, beat: Signed<Beat>) -> Result<Heard, Refusal> {
        let speaker = machine.speaker(self);
        let heard = hear(beat, &speaker, self)?;
        if let Heard::Pulse(pulse) = &heard {
            self.heard(&speaker, pulse.beat.at.mono);
        }
        Ok(heard)
    }

    fn keep(&mut self, speaker: &Speaker, chained: &Chained<Run>) {
        if let Some(lost) = chained.lost() {
            let current = self.entries.iter_mut().filter(|(_, line)| *line == Strand::Current);
            current
                .filter(|(entry, _)| lost.contains(&entry.header().seq))
                .for_each(|(_, line)| *line = Strand::Lost);
        }
        for begun in chained.begun() {
            let known =
                KnownBoot { journal_key: begun.journal_key.clone(), began: Some(begun.at), heard: None };
            self.boots.entry(begun.at.boot).or_insert(known).began = Some(begun.at);
        }
        for said in chained.said() {
            if let Some(Body::Adopted(Adoption::Adopted { generation, .. })) = &said.body {
                self.obeyed = self.obeyed.max(*generation);
            }
        }
        self.entries.extend(chained.entries().iter().map(|entry| (entry.clone(), Strand::Current)));
        self.accepted = Some(chained.accepted());
        self.owed = chained.owed();
        self.heard(speaker, chained.sealed().mono);
    }

    fn heard(&mut self, speaker: &Speaker, at: Mono) {
        let known = self.boots.entry(speaker.boot()).or_insert_with(|| speaker.known());
        known.heard = known.heard.max(Some(at));
    }

    /// The numbers that the device still has, in order.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        let current = self.entries.iter().filter(|(_, line)| *line == Strand::Current);
        current.map(|(entry, _)| entry.header().seq).collect()
    }

    fn find(&self, is: impl Fn(&Entry) -> bool) -> Option<Kept> {
        let (entry, line) = self.entries.iter().find(|(entry, _)| is(entry))?;
        Some(Kept { position: entry.position(), strand: *line })
    }
}

impl History for Ledger {
    fn accepted(&self) -> Option<Position> {
        self.accepted
    }

    fn owed(&self) -> Option<Owed> {
        self.owed
    }

    fn obeyed(&self) -> Generation {
        self.obeyed
    }

    fn entry(&self, cursor: &Cursor) -> Option<Kept> {
        self.find(|entry| entry.cursor() == *cursor)
    }

    fn place(&self, head: &Head) -> Option<Kept> {
        self.find(|entry| entry.head() == *head)
    }

    fn boot(&self, boot: &BootId) -> Option<KnownBoot> {
        self.boots.get(boot).cloned()
    }
}
