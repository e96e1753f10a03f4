//! A device that says what it is told to: real keys, real letters, and no guard, so that a row pays for one side.

use admit::door::Presented;
use anyhow::Result;
use board::{ChipKey, RootOfTrust, Vault};
use control::{Effect, Heard};
use crypto::{
    digest::Digest,
    key::{self, Role, SecretKey},
    seal::OpeningPublic,
    signed::{Letter, Signed, ToSign},
};
use journal::{Chain, Entry, Position, Run};
use link::{Conn, Frame, Up, frame::VERSION};
use minicbor::bytes::ByteVec;
use sim::{Dice, SimRoot, SimVault, hand};
use vocab::{
    Arming, BootId, ClockQuality, DeviceId, FleetName, Generation, Mono, Nonce, Posture, SiteName, Time,
};
use wire::v1::{Beat, Body, Boot, Evidence, enrol::Join, evidence::Claims};

use crate::{
    clock::now,
    ground::{Ground, SOFTWARE, enrol},
};

/// One boot of one device.
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) conn: Conn,
    pub(crate) end: Option<Position>,
    fleet: FleetName,
    presented: Presented,
    root: SimRoot,
    vault: SimVault,
    chain: Chain,
    journal: SecretKey<key::Journal>,
    boot: Signed<Boot>,
    /// Counts up with each letter and entry, as a clock does.
    ticks: u64,
}

impl Device {
    /// Enrols a new device, which then boots.
    pub(crate) fn join(ground: &mut Ground, number: u64) -> Result<Self> {
        let mut root = SimRoot::new(Dice::new(number, "root"));
        let vault = SimVault::new(Dice::new(number, "vault"));
        let fleet = ground.ceremony.fleet().clone();
        let opening = vault.opening_key().expect("a new vault is open");
        let (site, by) = (SiteName::new("harbour")?, ground.ceremony.person(0));
        let (enrolled, presented) = enrol(&mut ground.fleet, site, by, now(), |token, nonce| {
            join_letter(&format!("dev-{number}"), fleet.clone(), opening, &mut root, token, nonce)
        })?;
        let id = enrolled.device;
        let journal = SecretKey::from_seed(root.random());
        let boot = BootId(std::array::from_fn(|at| root.random()[at]));
        let letter = Boot {
            fleet: fleet.clone(),
            device: id,
            boot,
            journal_key: journal.public().clone(),
            after: None,
            at: Time { mono: Mono(0), wall: now().wall, quality: ClockQuality::Fleet },
            generation: Generation::NONE,
            state: None,
            opening_key: Some(opening),
            software: hand::label(SOFTWARE),
        };
        let letter = signed(&letter, ChipKey::Device, &mut root);
        let chain = Chain::resume(&id, boot, None);
        let conn = Conn(number + 1);
        Ok(Self {
            id,
            conn,
            end: None,
            fleet,
            presented,
            root,
            vault,
            chain,
            journal,
            boot: letter,
            ticks: 0,
        })
    }

    /// Connects, says hello, and offers its boot entry; gives what the fleet did about it.
    pub(crate) fn begin(&mut self, ground: &mut Ground) -> Result<Vec<Effect>> {
        ground.fleet.hear(self.id, Heard::Opened(self.conn, self.presented.clone()), now());
        let hello = Up::Hello { version: VERSION, boot: self.boot.bytes().to_vec() };
        self.tell(ground, hello.to_bytes());
        let mut effects = ground.step()?;
        let boot = self.run([Body::Boot(self.boot.clone())].into())?;
        self.tell(ground, boot);
        effects.extend(ground.step()?);
        Ok(effects)
    }

    /// The fleet hears this.
    pub(crate) fn tell(&self, ground: &mut Ground, message: Vec<u8>) {
        ground.fleet.hear(self.id, Heard::Message(self.conn, message), now());
    }

    /// A run of these entries, sealed by a beat, as the link carries it.
    pub(crate) fn run(&mut self, bodies: Vec<Body>) -> Result<Vec<u8>> {
        let entries = self.entries(bodies)?;
        self.run_of(entries)
    }

    /// The next entries of its journal.
    pub(crate) fn entries(&mut self, bodies: Vec<Body>) -> Result<Vec<Entry>> {
        let mut entries = vec![];
        for body in bodies {
            let at = self.time();
            entries.push(self.chain.append(at, body.kind(), body.encode())?);
        }
        self.end = entries.last().map(Entry::position).or(self.end);
        Ok(entries)
    }

    /// A run of entries that follow what was offered last.
    pub(crate) fn run_of(&mut self, entries: Vec<Entry>) -> Result<Vec<u8>> {
        let run = Run::new(entries)?;
        let seal = self.beat_over(run.ends_at());
        Ok(Up::Run { run, seal, branch: None }.to_bytes())
    }

    /// The answer to a challenge.
    pub(crate) fn evidence(&mut self, nonce: Nonce) -> Signed<Evidence> {
        let evidence = Evidence {
            fleet: self.fleet.clone(),
            device: self.id,
            nonce,
            position: self.end.expect("it has booted"),
            generation: Generation::NONE,
            state: None::<Digest>,
            opening_key: self.vault.opening_key(),
            device_key: self.root.device_key(),
            claims: Claims::Software { version: hand::label(SOFTWARE) },
        };
        signed(&evidence, ChipKey::Attestation, &mut self.root)
    }

    fn beat_over(&mut self, position: Position) -> Vec<u8> {
        let beat = Beat {
            fleet: self.fleet.clone(),
            device: self.id,
            boot: self.chain.boot(),
            position,
            at: self.time(),
            generation: Generation::NONE,
            posture: Posture::Normal,
            arming: Arming::Armed,
            senses: vec![],
            causes: vec![],
        };
        Signed::seal(&beat, &self.journal).bytes().to_vec()
    }

    fn time(&mut self) -> Time {
        self.ticks += 1_000_000;
        Time { mono: Mono(self.ticks), wall: now().wall, quality: ClockQuality::Fleet }
    }
}

/// What a new device asks with.
pub(crate) fn join_letter(
    label: &str,
    fleet: FleetName,
    opening_key: OpeningPublic,
    root: &mut dyn RootOfTrust,
    token: [u8; 32],
    nonce: Nonce,
) -> Vec<u8> {
    let join = Join {
        token: ByteVec::from(token.to_vec()),
        label: hand::label(label),
        attestation_key: root.attestation_key(),
        device_key: root.device_key(),
        opening_key,
        fleet,
        nonce,
    };
    signed(&join, ChipKey::Device, root).bytes().to_vec()
}

/// A letter signed by one of the chip's keys.
fn signed<T: Letter>(letter: &T, key: ChipKey, root: &mut dyn RootOfTrust) -> Signed<T>
where
    T::Role: Role,
{
    let id = match key {
        ChipKey::Attestation => root.attestation_key().id(),
        ChipKey::Device | ChipKey::NextDevice => root.device_key().id(),
    };
    let unsigned = ToSign::new(letter, id);
    let signature = root.sign(key, &unsigned.message()).expect("the simulated chip signs");
    unsigned.finish(&signature)
}
