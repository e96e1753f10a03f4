//! Keys and letters for this crate's tests: the same seed, the same bytes.

use alloc::{collections::BTreeMap, string::ToString, vec::Vec};
use std::format;

use crypto::{
    digest::Digest,
    key::{Attestation, Device, PublicKey, Role},
    seal::{OpeningKey, OpeningPublic, SoftwareOpening},
    signed::{Letter, Signed, ToSign},
};
use journal::{Cursor, Head, Position};
use minicbor::bytes::ByteVec;
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use vocab::{BootId, DeviceId, FleetName, Generation, Label, Nonce, PersonId, SiteName, Wall};
use wire::v1::{
    Evidence,
    enrol::{Join, Renewal, Reproof},
    evidence::Claims,
};

use crate::{
    appraise::{Adopted, Facts, History, Reference},
    challenge::Challenge,
    enrol::{self, Draw, Joined, Registry},
    identity::Identity,
    token::{Binding, Token},
};

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const NOW: Wall = Wall(1_760_000_000 * SECOND);
pub(crate) const ADA: PersonId = PersonId([0xad; 16]);
pub(crate) const DRAW: Draw = Draw { device: [7; 16], serial: [0xff; 16] };
pub(crate) const DEV: DeviceId = DeviceId([7; 16]);
pub(crate) const SECRET: [u8; 32] = [0x5e; 32];
pub(crate) const NONCE: Nonce = Nonce([0x40; 32]);

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

/// What a new box brings: a device key and an attestation key.
pub(crate) struct Machine {
    pub(crate) device: Chip,
    pub(crate) attestation: Chip,
}

impl Machine {
    pub(crate) fn of(seed: u8) -> Self {
        Self { device: Chip::of(seed), attestation: Chip::of(seed + 100) }
    }

    pub(crate) fn join(&self) -> Join {
        Join {
            token: ByteVec::from(SECRET.to_vec()),
            label: label("dev-07"),
            attestation_key: self.attestation.public(),
            device_key: self.device.public(),
            opening_key: opening(1),
            fleet: fleet(),
            nonce: NONCE,
        }
    }

    pub(crate) fn evidence(&self, position: Position, generation: u64) -> Evidence {
        Evidence {
            fleet: fleet(),
            device: DEV,
            nonce: NONCE,
            position,
            generation: Generation(generation),
            state: (generation > 0).then(|| state(generation)),
            opening_key: Some(opening(2)),
            device_key: self.device.public(),
            claims: Claims::Software { version: label("metald 0.1.0") },
        }
    }
}

pub(crate) fn reproof() -> Reproof {
    Reproof { fleet: fleet(), device: DEV, nonce: NONCE }
}

/// A renewal to the key of this chip, unsigned.
pub(crate) fn renewal(next: &Chip) -> Renewal {
    let possession = next.seal(&reproof());
    Renewal { fleet: fleet(), device: DEV, nonce: NONCE, device_key: next.public(), possession }
}

pub(crate) fn opening(seed: u8) -> OpeningPublic {
    *SoftwareOpening::from_seed([seed; 32]).public()
}

/// The digest of the state of a generation.
pub(crate) fn state(generation: u64) -> Digest {
    Digest::of(generation.to_string().as_bytes())
}

pub(crate) fn asked(at: Wall) -> Challenge {
    Challenge::new(NONCE, at)
}

pub(crate) fn site() -> SiteName {
    SiteName::new("harbour").unwrap()
}

pub(crate) fn token() -> Token {
    Token::issue(&SECRET, site(), crate::token::LIFE, Binding::default(), ADA, NOW).unwrap()
}

/// The fleet's record, in memory.
#[derive(Default)]
pub(crate) struct Book(pub(crate) BTreeMap<DeviceId, Identity>);

impl Book {
    pub(crate) fn with(identity: &Identity) -> Self {
        Self([(identity.device(), identity.clone())].into())
    }
}

impl Registry for Book {
    fn holder(&self, key: &PublicKey<Device>) -> Option<DeviceId> {
        self.0.values().find(|known| known.device_keys().any(|held| held == key)).map(Identity::device)
    }

    fn attester(&self, key: &PublicKey<Attestation>) -> Option<DeviceId> {
        self.0.values().find(|known| known.attestation_key() == key).map(Identity::device)
    }

    fn identity(&self, device: DeviceId) -> Option<Identity> {
        self.0.get(&device).cloned()
    }
}

/// The box of seed 1, enrolled at [`NOW`] as [`DEV`].
pub(crate) fn enrolled() -> (Machine, Identity, Token) {
    let machine = Machine::of(1);
    let letter = machine.device.seal(&machine.join());
    let joined = enrol::join(letter, asked(NOW), Some(token()), &Book::default(), &fleet(), DRAW, NOW);
    match joined {
        Ok(Joined::New(newcomer)) => (machine, newcomer.identity, newcomer.token),
        other => panic!("the box should have joined: {other:?}"),
    }
}

/// A journal as the fleet holds it: entries 1 to `accepted` of one boot, and what they adopted.
pub(crate) struct Shelf {
    pub(crate) accepted: u64,
    pub(crate) adopted: BTreeMap<u64, u64>,
    pub(crate) published: BTreeMap<u64, Wall>,
    pub(crate) lost: Vec<u64>,
}

impl Shelf {
    /// Ten entries; generation 1 adopted at entry 3 and published an hour ago.
    pub(crate) fn new() -> Self {
        Self {
            accepted: 10,
            adopted: [(3, 1)].into(),
            published: [(1, later(-3600))].into(),
            lost: Vec::new(),
        }
    }

    pub(crate) fn position(seq: u64) -> Position {
        let head = Head(Digest::of(format!("head {seq}").as_bytes()));
        Position { boot: BootId([0xb0; 16]), seq, head }
    }
}

impl History for Shelf {
    fn accepted(&self) -> Option<Position> {
        (self.accepted > 0).then(|| Self::position(self.accepted))
    }

    fn head_at(&self, cursor: &Cursor) -> Option<Head> {
        let known = cursor.seq <= self.accepted && !self.lost.contains(&cursor.seq);
        Some(Self::position(cursor.seq)).filter(|at| known && at.boot == cursor.boot).map(|at| at.head)
    }

    fn adopted_at(&self, seq: u64) -> Option<Adopted> {
        let (_, &generation) = self.adopted.range(..=seq).next_back()?;
        Some(Adopted { generation: Generation(generation), state: state(generation) })
    }

    fn published(&self, generation: Generation) -> Option<Wall> {
        self.published.get(&generation.0).copied()
    }
}

pub(crate) fn reference() -> Reference {
    Reference { software: [label("metald 0.1.0")].into() }
}

pub(crate) fn facts<'a>(identity: &'a Identity, reference: &'a Reference, shelf: &'a Shelf) -> Facts<'a> {
    Facts { identity, reference, history: shelf }
}
