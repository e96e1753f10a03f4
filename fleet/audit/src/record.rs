//! A decision becomes a record, and a record becomes a leaf.
//!
//! A leaf is a salted digest and reveals nothing. What concerns a person lies beside the record under a salt of its
//! own: erasing both leaves every proof intact, and nobody can guess their way back.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crypto::{
    cbor::{self, Limits, Malformed},
    digest::{Digest, Hasher},
    signed::Signed,
};
use minicbor::{Decode, Encode, bytes::ByteVec};
use vocab::{DeviceId, IncidentId, Label, OrderId, PersonId, PlanId, Wall};
use wire::v1::{DeviceState, proof};

/// What was decided, as whoever decided it states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Which step of the house.
    pub kind: Kind,
    /// When.
    pub at: Wall,
    /// By whom.
    pub actor: Actor,
    /// About what.
    pub subject: Subject,
    /// The digests of all that it was decided from, in the order of the judge's arguments.
    pub inputs: Vec<Digest>,
    /// How.
    pub outcome: Outcome,
    /// In a person's own words.
    pub reason: Option<Label>,
}

/// The steps of the house that decide something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// By what somebody comes in.
    Account,
    /// Whether evidence is sound.
    Appraise,
    /// Whether a person consents.
    Approve,
    /// Whether a plan may be signed.
    Check,
    /// How an incident ended.
    Close,
    /// What belongs to an incident.
    Correlate,
    /// Who gets an identity.
    Enrol,
    /// Who may what, and who may come in.
    Grant,
    /// Whether a run follows what was accepted.
    Ingest,
    /// Whether a suspension ends.
    Lift,
    /// Whether a person may.
    Permit,
    /// What is wanted of devices.
    Plan,
    /// Which documents are in force.
    Policy,
    /// What a person asks for.
    Propose,
    /// Whether what people suspended an identity for is over; that the suspension ends is another decision.
    Resume,
    /// Who no longer has an identity.
    Revoke,
    /// Whether an incident is settled.
    Settle,
    /// Whether a person is who they say.
    SignIn,
    /// Whose identity is kept to the quarantine room.
    Suspend,
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// A device.
    Device(DeviceId),
    /// The control plane by itself.
    Fleet,
    /// A person.
    Person(PersonId),
}

/// What was decided about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A device.
    Device(DeviceId),
    /// The fleet as a whole.
    Fleet,
    /// An incident.
    Incident(IncidentId),
    /// An order.
    Order(OrderId),
    /// A person.
    Person(PersonId),
    /// A plan.
    Plan(PlanId),
}

/// How it was decided; a refusal is a decision like any other.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Outcome {
    /// It was done.
    #[n(0)]
    Done,
    /// It was refused, with this code.
    #[n(1)]
    Refused(#[n(0)] String),
}

/// The words of the kinds; each is part of the leaf, so none ever changes.
const WORDS: [(Kind, &str); 19] = [
    (Kind::Account, "account"),
    (Kind::Appraise, "appraise"),
    (Kind::Approve, "approve"),
    (Kind::Check, "check"),
    (Kind::Close, "close"),
    (Kind::Correlate, "correlate"),
    (Kind::Enrol, "enrol"),
    (Kind::Grant, "grant"),
    (Kind::Ingest, "ingest"),
    (Kind::Lift, "lift"),
    (Kind::Permit, "permit"),
    (Kind::Plan, "plan"),
    (Kind::Policy, "policy"),
    (Kind::Propose, "propose"),
    (Kind::Resume, "resume"),
    (Kind::Revoke, "revoke"),
    (Kind::Settle, "settle"),
    (Kind::SignIn, "sign-in"),
    (Kind::Suspend, "suspend"),
];

impl Kind {
    /// Its word in the leaf.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    /// The kind of a word; none for a state, which is no decision but what came of one.
    pub fn of(word: &str) -> Option<Self> {
        WORDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }
}

/// Thirty-two random bytes for each part of a record, drawn by the caller and never used again.
#[derive(Clone, Copy)]
pub struct Salts {
    /// Hides the leaf.
    pub leaf: Digest,
    /// Hides the personal part.
    pub personal: Digest,
}

/// What a leaf stands for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Record {
    #[n(0)]
    kind: String,
    #[n(1)]
    salt: Digest,
    #[n(2)]
    bytes: ByteVec,
    #[n(3)]
    personal: Option<Beside>,
}

/// The personal part beside a record.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Beside {
    #[n(0)]
    pub(crate) salt: Digest,
    #[n(1)]
    pub(crate) bytes: ByteVec,
}

/// What a record of a decision says once it is read back.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Body {
    /// When.
    #[n(0)]
    pub at: Wall,
    /// By whom; a person is named in the personal part.
    #[n(1)]
    pub actor: Party,
    /// About what; a person is named in the personal part.
    #[n(2)]
    pub subject: Party,
    /// The digests of the inputs.
    #[n(3)]
    pub inputs: Vec<Digest>,
    /// How.
    #[n(4)]
    pub outcome: Outcome,
    /// Binds the personal part, present or erased.
    #[n(5)]
    pub personal: Option<Digest>,
}

/// Whom or what a record names without naming a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Party {
    /// A device.
    #[n(0)]
    Device(#[n(0)] DeviceId),
    /// The fleet.
    #[n(1)]
    Fleet,
    /// An incident.
    #[n(2)]
    Incident(#[n(0)] IncidentId),
    /// An order.
    #[n(3)]
    Order(#[n(0)] OrderId),
    /// A person, whom the personal part names.
    #[n(4)]
    Person,
    /// A plan.
    #[n(5)]
    Plan(#[n(0)] PlanId),
}

/// What concerns people, and may have to be forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Personal {
    /// Who decided.
    #[n(0)]
    pub actor: Option<PersonId>,
    /// About whom.
    #[n(1)]
    pub subject: Option<PersonId>,
    /// In whose own words.
    #[n(2)]
    pub reason: Option<Label>,
}

/// Most that a record of a decision may hold.
const LIMITS: Limits = Limits { bytes: 16 * 1024, depth: 6, items: 1024 };

/// Most that a stored record may hold: a state in it is at most 256 KiB.
const STORED: Limits = Limits { bytes: 300 * 1024, depth: 4, items: 64 };

/// The record of a decision.
pub fn record(decision: &Decision, salts: Salts) -> Record {
    let Decision { kind, at, actor, subject, inputs, outcome, reason } = decision.clone();
    let personal = Personal { actor: actor.person(), subject: subject.person(), reason };
    let beside = (personal != Personal::default())
        .then(|| Beside { salt: salts.personal, bytes: cbor::encode(&personal).into() });
    let body = Body {
        at,
        actor: actor.party(),
        subject: subject.party(),
        inputs,
        outcome,
        personal: beside.as_ref().map(Beside::commitment),
    };
    Record { kind: kind.word().into(), salt: salts.leaf, bytes: cbor::encode(&body).into(), personal: beside }
}

impl Record {
    /// The record of a state: its letter as signed, whose leaf the device itself looks for.
    pub fn of_state(letter: &Signed<DeviceState>, salt: Digest) -> Self {
        Self { kind: proof::STATE.into(), salt, bytes: letter.bytes().to_vec().into(), personal: None }
    }

    /// A record as somebody is shown it: without what concerns people.
    pub fn shown(kind: &str, salt: Digest, bytes: Vec<u8>) -> Self {
        Self::from_parts(kind, salt, bytes, None)
    }

    pub(crate) fn from_parts(kind: &str, salt: Digest, bytes: Vec<u8>, personal: Option<Beside>) -> Self {
        Self { kind: kind.into(), salt, bytes: bytes.into(), personal }
    }

    /// A record as it was stored.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, &STORED)
    }

    /// The bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// The data of its leaf: SHA-256(`wrale.leaf.v1` ‖ kind ‖ salt ‖ SHA-256(record)).
    pub fn leaf(&self) -> Digest {
        proof::leaf(&self.kind, &self.salt, &Digest::of(&self.bytes))
    }

    /// Forgets what concerns people. The leaf stays what it was.
    pub fn erase(&mut self) {
        self.personal = None;
    }

    /// The word of its kind.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What hides its leaf.
    pub const fn salt(&self) -> &Digest {
        &self.salt
    }

    /// The record's own bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) const fn beside(&self) -> Option<&Beside> {
        self.personal.as_ref()
    }

    /// What a decision says; none for a state.
    pub fn body(&self) -> Result<Option<Body>, Malformed> {
        Kind::of(&self.kind).map(|_| cbor::decode(&self.bytes, &LIMITS)).transpose()
    }

    /// What concerns people; none if nothing does, or if it was erased.
    pub fn personal(&self) -> Result<Option<Personal>, Malformed> {
        self.personal.as_ref().map(|beside| cbor::decode(&beside.bytes, &LIMITS)).transpose()
    }
}

impl Beside {
    /// SHA-256(`wrale.personal.v1` ‖ salt ‖ SHA-256(personal part)).
    pub(crate) fn commitment(&self) -> Digest {
        Hasher::tagged("wrale.personal.v1").digest(&self.salt).digest(&Digest::of(&self.bytes)).finish()
    }
}

impl Actor {
    const fn person(self) -> Option<PersonId> {
        if let Self::Person(person) = self { Some(person) } else { None }
    }

    const fn party(self) -> Party {
        match self {
            Self::Device(device) => Party::Device(device),
            Self::Fleet => Party::Fleet,
            Self::Person(_) => Party::Person,
        }
    }
}

impl Subject {
    const fn person(self) -> Option<PersonId> {
        if let Self::Person(person) = self { Some(person) } else { None }
    }

    const fn party(self) -> Party {
        match self {
            Self::Device(device) => Party::Device(device),
            Self::Fleet => Party::Fleet,
            Self::Incident(incident) => Party::Incident(incident),
            Self::Order(order) => Party::Order(order),
            Self::Person(_) => Party::Person,
            Self::Plan(plan) => Party::Plan(plan),
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(device) => device.fmt(f),
            Self::Fleet => f.write_str("the fleet"),
            Self::Incident(incident) => incident.fmt(f),
            Self::Order(order) => order.fmt(f),
            Self::Person => f.write_str("a person"),
            Self::Plan(plan) => plan.fmt(f),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
