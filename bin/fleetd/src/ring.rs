//! The fleet's own keys, as files that only the key-encryption key opens: `keys/<role>.<key id>` and
//! `keys/<zone>.<root or issuing>`.

use std::{
    ffi::OsStr,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use crypto::{
    key::{KeyId, PublicKey, SecretKey, SeedRole},
    seal::{Kek, Place, open_record, seal_record},
};
use vocab::FleetName;
use zeroize::Zeroizing;

use crate::{folder, mistake::Mistake, moment};

/// Opens and seals the files under `keys/`.
pub(crate) struct Ring {
    folder: PathBuf,
    fleet: FleetName,
    kek: Kek,
}

/// A sealed file is never longer.
const LIMIT: u64 = 16 * 1024;

impl Ring {
    /// Whether a fleet's folder holds anything that a key-encryption key has sealed.
    pub(crate) fn stands(folder: &Path) -> bool {
        fs::read_dir(folder.join("keys")).is_ok_and(|mut files| files.next().is_some())
    }

    /// Of the fleet's folder.
    pub(crate) fn new(folder: &Path, fleet: FleetName, kek: Kek) -> Self {
        Self { folder: folder.join("keys"), fleet, kek }
    }

    /// The key that seals, for whoever seals more than keys.
    pub(crate) fn into_kek(self) -> Kek {
        self.kek
    }

    /// Opens one file.
    pub(crate) fn open(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, Mistake> {
        let path = self.path(name);
        let sealed = folder::read(&path, LIMIT).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Mistake::KeyMissing(path.clone()),
            kind => Mistake::Unreadable(path.clone(), kind),
        })?;
        open_record(&self.kek, &self.place(name), &sealed).map_err(|why| Mistake::KeySealed(path, why))
    }

    /// Seals one file.
    pub(crate) fn seal(&self, name: &str, secret: &[u8]) -> Result<(), Mistake> {
        let path = self.path(name);
        let unwritable = |error: io::Error| Mistake::Unwritable(path.clone(), error.kind());
        folder::make(&self.folder).map_err(unwritable)?;
        let sealed = seal_record(&self.kek, moment::draw(), &self.place(name), secret);
        folder::write(&path, &sealed).map_err(unwritable)
    }

    /// Thirty-two secret bytes that last as long as the folder: drawn the first time that they are asked for.
    pub(crate) fn lasting(&self, name: &str) -> Result<Zeroizing<[u8; 32]>, Mistake> {
        match self.open(name) {
            Err(Mistake::KeyMissing(_)) => {
                let drawn = Zeroizing::new(moment::draw());
                self.seal(name, &*drawn)?;
                Ok(drawn)
            }
            opened => {
                let bytes: Result<[u8; 32], _> = opened?.as_slice().try_into();
                bytes.map(Zeroizing::new).map_err(|_| Mistake::KeyMalformed(self.path(name)))
            }
        }
    }

    /// Keeps the key of a role that grows from this seed; gives its public half. Once more is as good as once.
    pub(crate) fn keep<R: SeedRole>(&self, seed: &[u8; 32]) -> Result<PublicKey<R>, Mistake> {
        let key = SecretKey::<R>::from_seed(*seed).public().clone();
        self.seal(&name(R::NAME, key.id()), seed)?;
        Ok(key)
    }

    /// The key of a role by its id; none where the folder has no such file.
    pub(crate) fn key<R: SeedRole>(&self, id: KeyId) -> Result<Option<SecretKey<R>>, Mistake> {
        let name = name(R::NAME, id);
        let seed = match self.open(&name) {
            Err(Mistake::KeyMissing(_)) => return Ok(None),
            opened => opened?,
        };
        let seed: [u8; 32] =
            seed.as_slice().try_into().map_err(|_| Mistake::KeyMalformed(self.path(&name)))?;
        let key = SecretKey::from_seed(seed);
        if key.public().id() == id { Ok(Some(key)) } else { Err(Mistake::KeyMalformed(self.path(&name))) }
    }

    /// One file that holds a key of this role; none where there is none.
    pub(crate) fn any<R: SeedRole>(&self) -> Option<PathBuf> {
        let role = format!("{}.", R::NAME);
        let files = fs::read_dir(&self.folder).ok()?.flatten();
        files
            .map(|file| file.path())
            .find(|path| path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with(&role)))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn place<'a>(&'a self, name: &'a str) -> Place<'a> {
        Place { fleet: &self.fleet, table: "keys", row: name.as_bytes(), version: 0 }
    }
}

fn name(role: &str, id: KeyId) -> String {
    format!("{role}.{id}")
}
