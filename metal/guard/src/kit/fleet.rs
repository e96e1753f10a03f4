//! The fleet's side: root, keys, log and people.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::cell::RefCell;

use crypto::{
    approved::NeedsConsent,
    cbor::{self, Limits},
    digest::Digest,
    key::{self, PublicKey, SecretKey},
    merkle::{self, Frontier, NodeAt, Nodes},
    note::{Checkpoint, Note, SignatureType, Verifier},
    passkey::{Assertion, CredentialId, Passkey, base64url},
    signed::{Audience, Letter, Signed, ToAssert},
};
use journal::Position;
use minicbor::{Decode, Encode};
use p256::ecdsa::{SigningKey, signature::Signer};
use vocab::{
    Arming, DeviceId, EventId, FleetName, Generation, Label, Millis, Nonce, OrderId, PersonId, Posture,
    ReflexRule, Severity, Tuning, Wall, WorkOrderId,
};
use wire::v1::{
    Consent, DeviceState, FleetTime, Keyset, Order, OrderKind, Presence, Proof, Roster, WorkOrder,
    keyset::Valid,
    proof::{STATE, leaf, origin},
    roster::{Person, Right},
};

use super::zone;
use crate::pins::Pins;

/// When the tests begin: 2026-11-02 06:00 UTC.
pub(crate) const BEGIN: Wall = Wall(1_793_599_200_000_000);

/// A long time after that.
pub(crate) const LATER: Wall = Wall(BEGIN.0 + 90 * 24 * 3600 * 1_000_000);

pub(crate) struct Fleet {
    pub(crate) name: FleetName,
    pub(crate) device: DeviceId,
    pub(crate) root: SecretKey<key::Root>,
    pub(crate) state: SecretKey<key::State>,
    pub(crate) log: SecretKey<key::Log>,
    pub(crate) work: SecretKey<key::WorkOrder>,
    people: Vec<SecretKey<key::Person>>,
    pub(crate) keyset: Keyset,
    pub(crate) roster: Roster,
    tree: RefCell<(Frontier, BTreeMap<NodeAt, Digest>)>,
}

struct Tree<'a>(&'a BTreeMap<NodeAt, Digest>);

impl Nodes for Tree<'_> {
    fn node(&self, at: NodeAt) -> Option<Digest> {
        self.0.get(&at).copied()
    }
}

fn valid<K>(key: K) -> Valid<K> {
    Valid { key, from: BEGIN, until: LATER }
}

impl Fleet {
    pub(crate) fn new() -> Self {
        let name = FleetName::new("acme").unwrap();
        let (root, state) = (SecretKey::from_seed([1; 32]), SecretKey::<key::State>::from_seed([2; 32]));
        let (log, work) =
            (SecretKey::<key::Log>::from_seed([3; 32]), SecretKey::<key::WorkOrder>::from_seed([4; 32]));
        let people: Vec<_> = (10..13).map(|seed| SecretKey::<key::Person>::from_seed([seed; 32])).collect();
        let keyset = Keyset {
            fleet: name.clone(),
            version: 1,
            state: [valid(state.public().clone())].into(),
            work_order: [valid(work.public().clone())].into(),
            log: [valid(log.public().clone())].into(),
            authorities: Vec::new(),
        };
        let person = |(number, key): (usize, &SecretKey<key::Person>)| Person {
            id: person(number),
            name: Label::new("somebody").unwrap(),
            keys: [key.public().clone()].into(),
            may: [Right::Release, Right::Destroy].into(),
            passkeys: [passkey(number)].into(),
        };
        let roster = Roster {
            fleet: name.clone(),
            version: 1,
            people: people.iter().enumerate().map(person).collect(),
        };
        let tree = RefCell::new((Frontier::new(), BTreeMap::new()));
        Self { name, device: DeviceId([7; 16]), root, state, log, work, people, keyset, roster, tree }
    }

    pub(crate) fn audience(&self) -> Audience {
        Audience::device(self.name.clone(), self.device)
    }

    pub(crate) fn pins(&self) -> Pins {
        Pins::new(
            self.name.clone(),
            self.device,
            self.root.public().clone(),
            Signed::seal(&self.keyset, &self.root),
            Signed::seal(&self.roster, &self.root),
            &Self::new().checkpoint(),
        )
        .unwrap()
    }

    /// The log's checkpoint now, signed.
    pub(crate) fn checkpoint(&self) -> String {
        let (frontier, _) = &*self.tree.borrow();
        self.note(&origin(&self.name), frontier.size(), frontier.root())
    }

    pub(crate) fn note(&self, origin: &str, size: u64, root: merkle::Root) -> String {
        let checkpoint = Checkpoint::new(origin, size, root).unwrap();
        let verifier = Verifier::new(origin, SignatureType::Note, self.log.public().as_bytes()).unwrap();
        Note::signed(checkpoint.to_string(), &verifier, &self.log).unwrap().to_string()
    }

    /// A first state that arms the device; tests change what they are about.
    pub(crate) fn draft(&self, generation: u64, previous: Option<Digest>) -> DeviceState {
        DeviceState {
            fleet: self.name.clone(),
            device: self.device,
            generation: Generation(generation),
            previous,
            issued: BEGIN,
            basis: nowhere(),
            arming: Arming::Armed,
            tuning: Tuning::default(),
            reflexes: ReflexRule::defaults(),
            interlocks: Vec::new(),
            posture: Posture::Normal,
            orders: Vec::new(),
            secrets: Vec::new(),
            lease: None,
            floor: Generation::NONE,
            roster: Signed::seal(&self.roster, &self.root),
            keyset: Signed::seal(&self.keyset, &self.root),
        }
    }

    /// Signs whatever it says: whoever has stolen the key does not ask whether an order has its people.
    pub(crate) fn sign(&self, state: &DeviceState) -> Signed<DeviceState> {
        let letter = Signed::seal(&Bold(state.clone()), &self.state);
        Signed::parse(letter.bytes().to_vec()).unwrap()
    }

    /// Logs a state, and proves that it did, to a device that remembers a log of `known` leaves.
    pub(crate) fn prove(&self, letter: &Signed<DeviceState>, generation: u64, known: u64) -> Proof {
        let salt = Digest::of(&[generation.to_le_bytes()[0], 0xaa]);
        let data = leaf(STATE, &salt, &letter.digest());
        let mut tree = self.tree.borrow_mut();
        let (frontier, nodes) = &mut *tree;
        let index = frontier.size();
        nodes.extend(frontier.append(merkle::leaf_hash(data.as_bytes())));
        let size = frontier.size();
        let path = merkle::inclusion_proof(index, size, &Tree(nodes)).unwrap();
        let consistency = merkle::consistency_proof(known, size, &Tree(nodes)).unwrap();
        drop(tree);
        Proof {
            generation: Generation(generation),
            salt,
            index,
            path,
            checkpoint: self.checkpoint(),
            from_size: known,
            consistency,
        }
    }

    pub(crate) fn time(&self, nonce: Nonce, wall: Wall) -> Vec<u8> {
        let time = FleetTime { fleet: self.name.clone(), device: self.device, nonce, wall };
        Signed::seal(&time, &self.state).bytes().to_vec()
    }

    /// An order with the consents of these people.
    pub(crate) fn order(&self, id: u8, kind: OrderKind, basis: Position, people: &[usize]) -> Order {
        let mut order = Order { id: OrderId([id; 16]), kind, basis, expires: LATER, consents: Vec::new() };
        let subject = order.subject(&self.audience());
        order.consents = people.iter().map(|&number| self.consent(number, subject, LATER)).collect();
        order
    }

    pub(crate) fn consent(&self, number: usize, subject: Digest, expires: Wall) -> Signed<Consent> {
        let (fleet, device) = (self.name.clone(), self.device);
        let consent = Consent { fleet, device, person: person(number), subject, expires };
        Signed::seal(&consent, &self.people[number])
    }

    /// The same by the person's passkey, which a page with this origin asked.
    pub(crate) fn asserted(&self, number: usize, subject: Digest, page: &str) -> Signed<Consent> {
        let (fleet, device) = (self.name.clone(), self.device);
        let consent = Consent { fleet, device, person: person(number), subject, expires: LATER };
        let unsigned = ToAssert::new(&consent);
        let challenge = base64url(&unsigned.challenge().0);
        let client = format!(
            r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{page}","crossOrigin":false}}"#
        );
        let data = [&Digest::of(b"acme.example").0[..], &[0x05, 0, 0, 0, 1]].concat();
        let message = [&data[..], &Digest::of(client.as_bytes()).0].concat();
        let signature: p256::ecdsa::Signature = authenticator(number).sign(&message);
        let signature = signature.to_der();
        let said = Assertion {
            authenticator_data: &data,
            client_data: client.as_bytes(),
            signature: signature.as_bytes(),
        };
        unsigned.finish(passkey(number).key.id(), &said)
    }

    pub(crate) fn work(&self, id: u8, holder: usize, zones: &[&str], window: Millis) -> WorkOrder {
        WorkOrder {
            fleet: self.name.clone(),
            device: self.device,
            id: WorkOrderId([id; 16]),
            zones: zones.iter().map(|name| zone(name)).collect(),
            holder: self.people[holder].public().clone(),
            window,
            from: BEGIN,
            until: LATER,
            nonce: None,
        }
    }

    pub(crate) fn sign_work(&self, order: &WorkOrder) -> Vec<u8> {
        Signed::seal(order, &self.work).bytes().to_vec()
    }

    pub(crate) fn presence(&self, order: &WorkOrder, holder: usize, challenge: Nonce) -> Vec<u8> {
        let (fleet, device) = (self.name.clone(), self.device);
        let presence = Presence { fleet, device, order: order.id, challenge };
        Signed::seal(&presence, &self.people[holder]).bytes().to_vec()
    }
}

/// The page that passkeys are pinned for.
pub(crate) const PAGE: &str = "https://acme.example";

fn authenticator(number: usize) -> SigningKey {
    SigningKey::from_slice(&[u8::try_from(number).unwrap() + 20; 32]).unwrap()
}

fn passkey(number: usize) -> Passkey {
    let point = authenticator(number).verifying_key().to_sec1_point(false);
    Passkey {
        key: PublicKey::from_bytes(point.as_bytes()).unwrap(),
        relying_party: "acme.example".parse().unwrap(),
        origin: PAGE.parse().unwrap(),
        credential: CredentialId::new([1].into()).unwrap(),
    }
}

/// A state that is signed even where it is not whole.
#[derive(Encode, Decode)]
#[cbor(transparent)]
struct Bold(#[n(0)] DeviceState);

impl Letter for Bold {
    type Role = key::State;
    const KIND: &'static str = DeviceState::KIND;
    const LIMITS: Limits = DeviceState::LIMITS;

    fn audience(&self) -> Audience {
        self.0.audience()
    }
}

pub(crate) fn proof_bytes(proof: &Proof) -> Vec<u8> {
    cbor::encode(proof)
}

pub(crate) fn release(event: EventId, severity: Severity) -> OrderKind {
    OrderKind::ReleaseLatch { event, severity }
}

pub(crate) fn person(number: usize) -> PersonId {
    PersonId([u8::try_from(number).unwrap() + 1; 16])
}

pub(crate) fn nowhere() -> Position {
    Position { boot: vocab::BootId([0; 16]), seq: 0, head: journal::Head(Digest::of(b"nowhere")) }
}
