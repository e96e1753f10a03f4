//! What the offline root signed, as it came back: its public key, the keyset and the roster.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use crypto::{
    hex,
    key::{self, PublicKey},
    signed::{Audience, Letter, Signed, Verified},
};
use vocab::FleetName;
use wire::v1::{Keyset, Roster};

use crate::{folder, mistake::Mistake};

/// By their names in the fleet's folder.
pub(crate) const ROOT: &str = "root.pub";
pub(crate) const KEYSET: &str = "keyset.letter";
pub(crate) const ROSTER: &str = "roster.letter";

/// What the root says.
pub(crate) struct Letters {
    pub(crate) root: PublicKey<key::Root>,
    pub(crate) keyset: Verified<Keyset>,
    pub(crate) roster: Verified<Roster>,
}

impl Letters {
    /// Reads and believes them, or says which is missing and what now.
    pub(crate) fn read(folder: &Path, fleet: &FleetName) -> Result<Self, Mistake> {
        let root = root(&folder.join(ROOT))?;
        let keyset = letter(folder.join(KEYSET), &root, fleet)?;
        let roster = letter(folder.join(ROSTER), &root, fleet)?;
        Ok(Self { root, keyset, roster })
    }
}

/// The roster alone, by a root that is known already.
pub(crate) fn roster(
    folder: &Path,
    root: &PublicKey<key::Root>,
    fleet: &FleetName,
) -> Result<Verified<Roster>, Mistake> {
    letter(folder.join(ROSTER), root, fleet)
}

/// The keyset alone; none where there is no letter yet.
pub(crate) fn keyset(folder: &Path, fleet: &FleetName) -> Result<Option<Verified<Keyset>>, Mistake> {
    match root(&folder.join(ROOT)).and_then(|root| letter(folder.join(KEYSET), &root, fleet)) {
        Ok(keyset) => Ok(Some(keyset)),
        Err(Mistake::RootMissing(_) | Mistake::LetterMissing(_)) => Ok(None),
        Err(mistake) => Err(mistake),
    }
}

fn root(file: &Path) -> Result<PublicKey<key::Root>, Mistake> {
    let digits = folder::read(file, 128).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Mistake::RootMissing(file.to_owned()),
        kind => Mistake::Unreadable(file.to_owned(), kind),
    })?;
    let malformed = || Mistake::RootMalformed(file.to_owned());
    let bytes: [u8; 32] = hex::decode_array(digits.trim_ascii()).map_err(|_| malformed())?;
    PublicKey::from_bytes(&bytes).map_err(|_| malformed())
}

fn letter<T: Letter<Role = key::Root>>(
    file: PathBuf,
    root: &PublicKey<key::Root>,
    fleet: &FleetName,
) -> Result<Verified<T>, Mistake> {
    let bytes = folder::read(&file, T::LIMITS.bytes as u64).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Mistake::LetterMissing(file.clone()),
        kind => Mistake::Unreadable(file.clone(), kind),
    })?;
    let believed =
        Signed::parse(bytes).and_then(|letter| letter.verify(root, &Audience::fleet(fleet.clone())));
    believed.map_err(|why| Mistake::Letter(file, why))
}
