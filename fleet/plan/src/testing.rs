//! Makes facts for tests: a fleet of two sites whose devices are sound, armed and settled.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::ToString,
    vec,
    vec::Vec,
};

use crypto::{
    cbor::{self, Limits},
    digest::Digest,
    key::{self, SecretKey},
    seal::{OpeningKey, SoftwareOpening, seal_to},
    signed::{Audience, Signed, Verified},
};
use journal::{Head, Position};
use policy::{Document, IncidentFacts, IncidentKind, Subject};
use vocab::{
    Arming, BootId, DeviceId, EventId, FleetName, Generation, IncidentId, OrderId, PersonId, Posture,
    SecretName, Severity, SiteName, TamperKind, Wall,
    tamper::{Authority, Verification},
    unit::Permille,
};
use wire::v1::{
    Consent, DeviceState, Keyset, Roster, keyset::Valid, roster, roster::Right, state::SealedSecret,
};

use crate::{
    facts::{
        Census, DeviceFacts, Facts, Holder, Latch, Letter, Opening, SecretFacts, Sensed, Standing, Tally,
        Version,
    },
    planner::plan,
    proposal::{Proposal, Request},
    value::Plan,
};

/// 2023-11-14, in microseconds.
pub(crate) const NOW: Wall = Wall(1_700_000_000_000_000);

pub(crate) fn fleet() -> FleetName {
    "nordlicht".parse().unwrap()
}

pub(crate) fn site(name: &str) -> SiteName {
    name.parse().unwrap()
}

pub(crate) fn secret(name: &str) -> SecretName {
    name.parse().unwrap()
}

pub(crate) fn id(n: u8) -> DeviceId {
    DeviceId([n; 16])
}

pub(crate) fn person(n: u8) -> PersonId {
    PersonId([n; 16])
}

pub(crate) fn key_of(n: u8) -> SecretKey<key::Person> {
    SecretKey::from_seed([n; 32])
}

fn root() -> SecretKey<key::Root> {
    SecretKey::from_seed([200; 32])
}

/// Three people who may both release and destroy.
pub(crate) fn roster(version: u64) -> Verified<Roster> {
    roster_of(version, &[1, 2, 3])
}

pub(crate) fn roster_of(version: u64, people: &[u8]) -> Verified<Roster> {
    let people = people.iter().map(|n| roster::Person {
        id: person(*n),
        name: format!("person {n}").parse().unwrap(),
        keys: vec![key_of(*n).public().clone()],
        may: vec![Right::Release, Right::Destroy],
        passkeys: vec![],
    });
    let roster = Roster { fleet: fleet(), version, people: people.collect() };
    Signed::seal(&roster, &root()).verify(root().public(), &Audience::fleet(fleet())).unwrap()
}

pub(crate) fn keyset(version: u64) -> Verified<Keyset> {
    let state = SecretKey::<key::State>::from_seed([201; 32]);
    let valid = Valid { key: state.public().clone(), from: Wall(0), until: Wall(i64::MAX) };
    let keyset = Keyset {
        fleet: fleet(),
        version,
        state: vec![valid],
        work_order: vec![],
        log: vec![],
        authorities: vec![],
    };
    Signed::seal(&keyset, &root()).verify(root().public(), &Audience::fleet(fleet())).unwrap()
}

pub(crate) fn position(n: u8, seq: u64) -> Position {
    Position { boot: BootId([n; 16]), seq, head: Head(Digest::of(&[n, u8::try_from(seq % 251).unwrap()])) }
}

/// The opening key that a device attested; another one for each `nth`.
pub(crate) fn opening(n: u8, nth: u8) -> Opening {
    let mut seed = [n; 32];
    seed[0] = nth;
    let key = *SoftwareOpening::from_seed(seed).public();
    cbor::decode(&cbor::encode(&key), &Limits::FRAME).unwrap()
}

/// A document that arms everybody and seals whatever is tampered with.
pub(crate) fn document() -> Document {
    use policy::{Identity, Rule, Then, When, document::Version};
    let then = Then { posture: Posture::Sealed, identity: Identity::Suspended, ..Then::default() };
    let when = When {
        incident: BTreeSet::from([IncidentKind::Tamper]),
        severity: Severity::High,
        ..When::default()
    };
    Document {
        version: Version::V1,
        name: "all".parse().unwrap(),
        scope: policy::Scope::default(),
        arming: Some(Arming::Armed),
        tuning: policy::document::Overrides::default(),
        reflexes: None,
        interlocks: None,
        correlation: None,
        severities: BTreeMap::new(),
        rules: vec![Rule { name: "tampered".parse().unwrap(), when, then }],
        ceilings: None,
        reset: None,
        lease: None,
    }
}

/// A device that has spoken and was never told anything.
pub(crate) fn fresh(n: u8, at: &str) -> DeviceFacts {
    DeviceFacts {
        subject: Subject { device: id(n), site: site(at), labels: BTreeSet::new() },
        standing: Standing::Sound,
        accepted: Some(position(n, 10)),
        arming: Arming::Commissioning,
        asked: None,
        posture: Posture::Normal,
        latches: vec![],
        incidents: vec![],
        signed: None,
        adopted: None,
        highest: Generation::NONE,
        opening: Some(opening(n, 0)),
        secrets: BTreeSet::from([secret("wifi")]),
        approved: vec![],
        done: BTreeSet::new(),
        ordered: BTreeSet::new(),
        interlocks: BTreeMap::new(),
    }
}

/// Ten devices at `nord`, ten at `sued`; nothing is signed yet.
pub(crate) fn new_fleet() -> Facts {
    let devices = (1..=20).map(|n| fresh(n, if n <= 10 { "nord" } else { "sued" })).collect();
    let tally = Tally { devices: 10, ..Tally::default() };
    let wifi = SecretFacts {
        name: secret("wifi"),
        newest: 1,
        overlap: None,
        holders: BTreeMap::new(),
        due: BTreeSet::new(),
        exposed: BTreeSet::new(),
    };
    Facts {
        fleet: fleet(),
        now: NOW,
        parent: None,
        roster: roster(1),
        keyset: keyset(1),
        documents: vec![document()],
        devices,
        secrets: vec![wifi],
        census: Census { sites: BTreeMap::from([(site("nord"), tally), (site("sued"), tally)]) },
    }
}

/// The same fleet, its first states signed and adopted.
pub(crate) fn settled() -> Facts {
    let mut facts = new_fleet();
    let plan = plan(&facts).0.unwrap();
    sign(&mut facts, &plan);
    adopt(&mut facts);
    facts
}

/// What the authority does with a plan: seals, signs, and acts on what it says of secrets.
pub(crate) fn sign(facts: &mut Facts, plan: &Plan) {
    for planned in plan.devices() {
        let mut state = planned.state.clone();
        let device = facts.devices.iter_mut().find(|device| device.id() == state.device).unwrap();
        let mut given: BTreeMap<SecretName, Version> = BTreeMap::new();
        for sealed in &state.secrets {
            given.insert(sealed.name.clone(), device.signed.as_ref().unwrap().given[&sealed.name]);
        }
        for seal in &planned.seal {
            let sealed = seal_to(&seal.to, b"info", b"", [9; 32], seal.name.as_str().as_bytes());
            let (name, key, generation) = (seal.name.clone(), seal.to.id(), state.generation);
            state.secrets.push(SealedSecret { name, key, sealed, generation });
            given.insert(seal.name.clone(), seal.version);
        }
        state.secrets.sort_by(|a, b| a.name.cmp(&b.name));
        for secret in &mut facts.secrets {
            if let Some(version) = given.get(&secret.name) {
                secret.holders.insert(state.device, Holder { version: *version, standing: device.standing });
            }
        }
        device.signed = Some(Letter { digest: digest(&state), state, given });
    }
    for rotation in plan.rotations() {
        let secret = facts.secrets.iter_mut().find(|secret| secret.name == rotation.secret).unwrap();
        secret.overlap = Some(secret.newest);
        secret.newest += 1;
        secret.exposed.clear();
        secret.due.clear();
    }
    for retirement in plan.retirements() {
        facts.secrets.iter_mut().find(|secret| secret.name == retirement.secret).unwrap().overlap = None;
    }
    facts.parent = Some(plan.digest());
}

fn digest(state: &DeviceState) -> Digest {
    Digest::of(&cbor::encode(state))
}

/// What devices do: adopt what was signed, and report it.
pub(crate) fn adopt(facts: &mut Facts) {
    for device in &mut facts.devices {
        let Some(signed) = &device.signed else { continue };
        device.highest = signed.state.generation;
        device.arming = signed.state.arming;
        device.posture = signed
            .state
            .posture
            .stricter(device.latches.iter().map(|l| l.posture).max().unwrap_or(Posture::Normal));
        device.adopted = Some(signed.clone());
    }
}

pub(crate) fn event(n: u8) -> EventId {
    EventId([n; 16])
}

pub(crate) fn opened_lid(n: u8) -> IncidentFacts {
    IncidentFacts {
        id: IncidentId::v7(NOW, [n; 10]),
        kind: IncidentKind::Tamper,
        tamper: BTreeSet::from([TamperKind::LidOpened]),
        severity: Severity::High,
        confidence: Permille(950),
        verification: Verification::Single,
        authority: Authority::Unauthorised,
    }
}

/// Somebody opens a device: it latches, seals itself, and its identity is suspended.
pub(crate) fn open_lid(facts: &mut Facts, n: u8) {
    let device = facts.devices.iter_mut().find(|device| device.id() == id(n)).unwrap();
    device.accepted = Some(position(n, 20));
    device.latches.push(Latch {
        event: event(n),
        severity: Severity::High,
        position: position(n, 20).cursor(),
        posture: Posture::Sealed,
        cause: Sensed::Present,
        openers: BTreeSet::new(),
    });
    device.posture = Posture::Sealed;
    device.incidents.push(opened_lid(n));
    device.standing = Standing::Suspended;
    device.opening = None;
    let site = device.subject.site.clone();
    facts.census.sites.get_mut(&site).unwrap().latched += 1;
    for secret in &mut facts.secrets {
        if let Some(holder) = secret.holders.get_mut(&id(n)) {
            holder.standing = Standing::Suspended;
        }
    }
}

pub(crate) fn device(facts: &mut Facts, n: u8) -> &mut DeviceFacts {
    facts.devices.iter_mut().find(|device| device.id() == id(n)).unwrap()
}

pub(crate) fn request(n: u8, by: u8, seen: u64) -> Request {
    Request {
        fleet: fleet(),
        device: id(n),
        order: OrderId::v7(NOW, [n; 10]),
        seen: position(n, seen),
        expires: Wall(NOW.0 + 3_600_000_000),
        by: person(by),
        at: NOW,
        reason: "the lock was replaced".to_string().parse().unwrap(),
    }
}

/// A person's consent, by that person's key.
pub(crate) fn consent(proposal: &Proposal, n: u8) -> Signed<Consent> {
    let Audience { fleet, device } = proposal.audience();
    let consent = Consent {
        fleet,
        device: device.unwrap(),
        person: person(n),
        subject: proposal.subject(),
        expires: Wall(NOW.0 + 3_600_000_000),
    };
    Signed::seal(&consent, &key_of(n))
}

/// An order with the consents of these people, as if each of them counted.
pub(crate) fn with_consents(proposal: &Proposal, people: &[u8]) -> wire::v1::Order {
    let consents: Vec<_> = people.iter().map(|n| consent(proposal, *n)).collect();
    wire::v1::Order { consents, ..proposal.order().clone() }
}
