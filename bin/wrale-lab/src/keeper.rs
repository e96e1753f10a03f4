//! Plays whoever keeps the root, while the lab is at work: what people made in a page is compared with them and signed
//! onto the roster, by the same functions as `wrale root sign`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail};
use cli::{KeyFile, PersonFile, PersonKey, RootFile, ceremony};
use vocab::FleetName;
use wire::v1::{Keyset, roster::Right};

/// The root, and whom it has signed so far.
pub(crate) struct Keeper(Mutex<Signed>);

struct Signed {
    root: RootFile,
    fleet: FleetName,
    version: u64,
    people: Vec<PersonFile>,
}

/// A roster as it goes to the fleet's folder.
pub(crate) struct Letter {
    pub(crate) version: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Keeper {
    /// Whoever signed the first roster, of these people.
    pub(crate) fn new(root: RootFile, fleet: FleetName, people: Vec<PersonFile>) -> Self {
        Self(Mutex::new(Signed { root, fleet, version: 0, people }))
    }

    /// Signs everybody that is known.
    pub(crate) fn sign(&self) -> Result<Letter> {
        self.held().sign()
    }

    /// Signs which keys speak for the fleet.
    pub(crate) fn sign_keyset(&self, keyset: &Keyset) -> Vec<u8> {
        ceremony::sign_keyset(&self.held().root, keyset).bytes().to_vec()
    }

    /// Reads what a page wrote down of somebody's passkey. Whoever brings it is asked whether it is theirs: it must
    /// name them. A roster with it is signed; none if it was signed before.
    pub(crate) fn take(&self, record: &str, of: &KeyFile) -> Result<Option<Letter>> {
        let made = PersonFile::parse(record)?;
        if made.person != of.person || made.name != of.name || matches!(made.key, PersonKey::File(_)) {
            bail!("the page wrote down a passkey of somebody else than {}, so it is not signed", of.name);
        }
        let mut signed = self.held();
        if signed.people.contains(&made) {
            return Ok(None);
        }
        signed.people.push(made);
        // What cannot be signed is not kept, or nothing else could be signed after it.
        let letter = signed.sign();
        if letter.is_err() {
            signed.people.pop();
        }
        letter.map(Some)
    }

    /// The root's public half, as devices are given it.
    pub(crate) fn root(&self) -> crypto::key::PublicKey<crypto::key::Root> {
        self.held().root.public()
    }

    /// The same as the text of a file.
    pub(crate) fn public_text(&self) -> String {
        self.held().root.public_text()
    }

    fn held(&self) -> MutexGuard<'_, Signed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Signed {
    fn sign(&mut self) -> Result<Letter> {
        let may = vec![Right::Release, Right::Destroy];
        let entry = |person: &PersonFile| ceremony::Entry { person: person.clone(), may: may.clone() };
        let entries = self.people.iter().map(entry).collect();
        let roster = ceremony::roster(&self.fleet, self.version + 1, entries)?;
        self.version = roster.version;
        let bytes = ceremony::sign_roster(&self.root, &roster).bytes().to_vec();
        Ok(Letter { version: roster.version, bytes })
    }
}

#[cfg(test)]
pub(crate) mod tests;
