//! What the people of a fleet and its offline root make: keys, and the two letters that everything else rests on.
//!
//! Each is a function of bytes that it is given; the machine's randomness and its files are `files`'s and the
//! commands'. The root signs what it has read: a request that is not sound is refused with its reason.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

use crypto::{
    cbor,
    signed::{Letter, Signed},
};
use vocab::{FleetName, Label, PersonId, Wall};
use wire::v1::{
    Keyset, Roster,
    keyset::Valid,
    roster::{Person, Right},
};

use crate::keyfile::{KeyFile, PersonFile, PersonKey, RootFile};

/// A person who was not there before: an id from the moment and ten random bytes, a key from thirty-two.
pub fn new_person(name: Label, now: Wall, id: [u8; 10], seed: [u8; 32]) -> KeyFile {
    KeyFile::new(name, PersonId::v7(now, id), seed)
}

/// The root of a fleet that was not there before.
pub fn new_root(seed: [u8; 32]) -> RootFile {
    RootFile::new(seed)
}

/// Reads a keyset as `fleetd init` asks for it, and judges whether a root may sign it.
pub fn read_keyset(request: &[u8]) -> Result<Keyset, Refusal> {
    let keyset: Keyset = cbor::decode(request, &Keyset::LIMITS).map_err(Refusal::Request)?;
    if cbor::encode(&keyset) != request {
        return Err(Refusal::RequestNewer);
    }
    for (role, spans) in [
        ("state", spans(&keyset.state)),
        ("work-order", spans(&keyset.work_order)),
        ("log", spans(&keyset.log)),
    ] {
        if spans.is_empty() {
            return Err(Refusal::KeyMissing(role));
        }
        if spans.iter().any(|(from, until)| from >= until) {
            return Err(Refusal::KeyNeverValid(role));
        }
    }
    Ok(keyset)
}

fn spans<K>(keys: &[Valid<K>]) -> Vec<(Wall, Wall)> {
    keys.iter().map(|key| (key.from, key.until)).collect()
}

/// Signs a keyset that was read.
pub fn sign_keyset(root: &RootFile, keyset: &Keyset) -> Signed<Keyset> {
    Signed::seal(keyset, &root.secret())
}

/// A key of somebody who is to be on the roster, and what they may consent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub person: PersonFile,
    /// What.
    pub may: Vec<Right>,
}

/// The roster of these people, by id. Several keys under one id and one name are one person's; no key is listed twice,
/// and nobody under two names or ids.
pub fn roster(fleet: &FleetName, version: u64, entries: Vec<Entry>) -> Result<Roster, Refusal> {
    let (mut people, mut keys) = (BTreeMap::<PersonId, Person>::new(), BTreeSet::new());
    for Entry { person: PersonFile { name, person: id, key }, may } in entries {
        if people.values().any(|known| (known.id == id) != (known.name == name)) {
            return Err(Refusal::PersonTwice(name.to_string()));
        }
        let known = people.contains_key(&id);
        if !keys.insert(key.as_bytes().to_vec()) {
            let name = name.to_string();
            return Err(if known { Refusal::PersonTwice(name) } else { Refusal::KeyShared(name) });
        }
        let nothing = || Person { id, name, keys: vec![], may: vec![], passkeys: vec![] };
        let person = people.entry(id).or_insert_with(nothing);
        match key {
            PersonKey::File(key) => person.keys.push(key),
            PersonKey::Passkey(passkey) => person.passkeys.push(passkey),
        }
        person.may.extend(may);
    }
    if people.is_empty() {
        return Err(Refusal::Nobody);
    }
    for person in people.values_mut() {
        person.may.sort_unstable();
        person.may.dedup();
    }
    let roster = Roster { fleet: fleet.clone(), version, people: people.into_values().collect() };
    cbor::check(&cbor::encode(&roster), &Roster::LIMITS).map_err(Refusal::TooMany)?;
    Ok(roster)
}

/// Signs a roster.
pub fn sign_roster(root: &RootFile, roster: &Roster) -> Signed<Roster> {
    Signed::seal(roster, &root.secret())
}

/// Why a root does not sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The request names no key of this role.
    KeyMissing(&'static str),
    /// A key of this role ends before it begins.
    KeyNeverValid(&'static str),
    /// This person's key is another person's too.
    KeyShared(String),
    /// A roster without people lets nobody consent.
    Nobody,
    /// The roster that stands there already is not one of this root for this fleet.
    OtherRoster(crypto::refusal::Refusal),
    /// This person is listed twice: by one key, or under another name or id.
    PersonTwice(String),
    /// The request is no keyset.
    Request(cbor::Malformed),
    /// The request holds what this program does not know.
    RequestNewer,
    /// More people than a roster holds.
    TooMany(cbor::Malformed),
}

impl Refusal {
    /// `cli/<reason>`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::KeyMissing(_) => "cli/key-missing",
            Self::KeyNeverValid(_) => "cli/key-never-valid",
            Self::KeyShared(_) => "cli/key-shared",
            Self::Nobody => "cli/nobody",
            Self::OtherRoster(_) => "cli/other-roster",
            Self::PersonTwice(_) => "cli/person-twice",
            Self::Request(_) => "cli/request",
            Self::RequestNewer => "cli/request-newer",
            Self::TooMany(_) => "cli/too-many",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyMissing(role) => {
                write!(f, "the request names no {role} key; let the fleet make its request again")
            }
            Self::KeyNeverValid(role) => {
                write!(f, "a {role} key of the request ends before it begins; look at the fleet's clock")
            }
            Self::KeyShared(name) => {
                write!(f, "the key of {name} is another person's too; two people need two keys")
            }
            Self::Nobody => {
                f.write_str("a roster needs at least one person, and two to release a severe latch")
            }
            Self::OtherRoster(why) => write!(
                f,
                "the roster.letter that stands there is not this root's for this fleet ({why}); name another folder"
            ),
            Self::PersonTwice(name) => {
                write!(
                    f,
                    "{name} is named twice: by one key, or as two people; name each key once, under one id"
                )
            }
            Self::Request(why) => write!(f, "this is no request for a keyset: {why}"),
            Self::RequestNewer => f.write_str(
                "the request holds what this program does not know, so it is not signed; use a newer one",
            ),
            Self::TooMany(why) => write!(f, "a roster does not hold so many people: {why}"),
        }
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
pub(crate) mod tests;
