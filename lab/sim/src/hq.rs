//! The fleet's end of every cable: the real control plane over a simulated store.

use admit::{
    door::{Certificate, Presented},
    pki::{Profile, Usage},
};
use control::{Authority, Effect, Fleet, Heard as FleetHeard, Issuer, Now, Setup};
use crypto::{
    cbor::{self, Limits},
    signed::Audience,
};
use link::Conn;
use minicbor::bytes::ByteVec;
use policy::Document;
use vocab::{DeviceId, Mono, Wall};

use crate::{Ceremony, Dice, Heard, SimStore};

/// The control plane while its process runs.
pub struct Hq {
    /// The fleet.
    pub fleet: Fleet<SimStore>,
    /// What outlives the process.
    pub store: SimStore,
    /// What was said that somebody may want to read.
    pub lines: Vec<control::fleet::Line>,
    /// How often a commit failed.
    pub faults: Vec<control::Fault>,
    numbers: u64,
}

/// A certificate of the laboratory: the profile itself, as only the real issuer may state it.
struct Stamp;

impl Issuer for Stamp {
    fn issue(&self, profile: &Profile) -> Vec<Vec<u8>> {
        vec![cbor::encode(profile)]
    }
}

impl Hq {
    /// A fleet with this ceremony's keys and these documents.
    ///
    /// # Panics
    /// If the ceremony's own letters do not verify.
    pub fn open(seed: u64, ceremony: &Ceremony, documents: Vec<Document>, now: Now) -> Self {
        let setup = setup(seed, ceremony, documents);
        let store = SimStore::new();
        let fleet = Fleet::open(setup, store.clone(), now).expect("an empty store opens");
        Self { fleet, store, lines: vec![], faults: vec![], numbers: 0 }
    }

    /// The process dies and another one starts on what is stored.
    ///
    /// # Panics
    /// If what is stored cannot be opened.
    #[must_use]
    pub fn restarted(self, now: Now) -> Self {
        let (setup, store) = self.fleet.close();
        let fleet = Fleet::open(setup, store, now).expect("what was committed opens");
        Self { fleet, ..self }
    }

    /// The next connection's number.
    pub const fn number(&mut self) -> Conn {
        self.numbers += 1;
        Conn(self.numbers)
    }

    /// What one cable heard; gives the device that it leads to, once that is known.
    pub fn hear(
        &mut self,
        device: Option<DeviceId>,
        heard: Heard,
        now: Now,
    ) -> Result<Option<DeviceId>, admit::Refusal> {
        let (device, heard) = match heard {
            Heard::Opened(conn, chain) => {
                let presented = presented(&chain).ok_or(admit::Refusal::UriCount(0))?;
                let device = self.fleet.enter(&presented, now)?;
                (Some(device), FleetHeard::Opened(conn, presented))
            }
            Heard::Message(conn, message) => (device, FleetHeard::Message(conn, message)),
            Heard::Flushed(conn) => (device, FleetHeard::Flushed(conn)),
            Heard::Closed(conn) => (device, FleetHeard::Closed(conn)),
        };
        if let Some(device) = device {
            self.fleet.hear(device, heard, now);
        }
        Ok(device)
    }

    /// Commits, and gives what is to be sent and closed.
    pub fn step(&mut self, now: Now) -> Vec<Told> {
        let effects = match self.fleet.step(now) {
            Ok(effects) => effects,
            Err(fault) => {
                self.faults.push(fault);
                // What must still be told is told by the next step.
                self.fleet.step(now).unwrap_or_default()
            }
        };
        let mut told = vec![];
        for effect in effects {
            match effect {
                Effect::Send(device, conn, message) => told.push(Told::Send(device, conn, message)),
                Effect::Close(device, conn) => told.push(Told::Close(device, conn)),
                Effect::Doors(_) => {}
                Effect::Said(line) => self.lines.push(line),
            }
        }
        told
    }

    /// When to step again.
    pub fn deadline(&self) -> Option<Mono> {
        self.fleet.deadline()
    }
}

/// What a fleet with this ceremony's keys and these documents is opened with.
///
/// # Panics
/// If the ceremony's own letters do not verify.
pub fn setup(seed: u64, ceremony: &Ceremony, documents: Vec<Document>) -> Setup {
    let everybody = Audience::fleet(ceremony.fleet().clone());
    let root = ceremony.root();
    let keys = ceremony.fleet_keys();
    let mut dice = Dice::new(seed, "hq");
    Setup {
        fleet: ceremony.fleet().clone(),
        keyset: ceremony.keyset().clone().verify(&root, &everybody).expect("the root's own"),
        roster: ceremony.roster().clone().verify(&root, &everybody).expect("the root's own"),
        documents,
        reference: admit::appraise::Reference { software: [crate::hand::label("metald 0.1.0")].into() },
        authority: Authority::new(keys.state, keys.work_order, keys.log, Box::new(Stamp)),
        draw: Box::new(move || dice.bytes()),
    }
}

/// What the fleet's end does with its cables.
pub enum Told {
    /// A message.
    Send(DeviceId, Conn, Vec<u8>),
    /// The end of a connection.
    Close(DeviceId, Conn),
}

/// A moment of the world, as the fleet's machine has it.
pub const fn moment(mono: Mono, wall: Wall) -> Now {
    Now { mono, wall }
}

fn presented(chain: &[u8]) -> Option<Presented> {
    let limits = Limits { bytes: 64 * 1024, depth: 8, items: 1024 };
    let chain: Vec<ByteVec> = cbor::decode(chain, &limits).ok()?;
    let profile: Profile = cbor::decode(chain.first()?, &limits).ok()?;
    let certificate = match profile.usage {
        Usage::Quarantine => Certificate::Quarantine,
        _ => Certificate::Full,
    };
    Some(Presented {
        uris: vec![profile.name.to_string()],
        point: profile.key.point().to_vec(),
        certificate,
        not_before: profile.not_before,
        not_after: profile.not_after,
    })
}
