//! What enrolment left: who this device is and whom it obeys, in one file of mode 0600, replaced as a whole.

use std::{
    error::Error,
    fmt,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use agent::Identity;
use crypto::{
    cbor,
    key::{Device, PublicKey},
    signed::Audience,
};
use guard::Pins;
use tls::key::Own;
use vocab::DeviceId;
use wire::v1::enrol::{self, Joined};

use crate::{fleet::Fleet, problem::Problem};

/// The answer to this device's enrolment, with the newest certificate in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept(Joined);

/// What is wrong with the machine, or with us.
#[derive(Debug)]
pub enum Fault {
    /// The file cannot be read or written.
    File(PathBuf, io::Error),
    /// The file does not hold what we wrote.
    Damaged(PathBuf),
}

impl Fault {
    /// `metald/…`, stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Damaged(_) => "metald/kept-damaged",
            Self::File(..) => "metald/kept-file",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(file) => write!(
                f,
                "{} is damaged, and says no longer who this device is; restore it, or empty the folder and enrol anew",
                file.display()
            ),
            Self::File(file, why) => write!(f, "{} cannot be used: {why}", file.display()),
        }
    }
}

impl Error for Fault {}

impl Kept {
    /// Takes the fleet's answer for this key, if it is this fleet's and for this device.
    pub fn accept(joined: Joined, fleet: &Fleet, key: &PublicKey<Device>) -> Result<Self, Problem> {
        let everybody = Audience::fleet(fleet.name().clone());
        let kept = Self(joined);
        if kept.fleet() != fleet.name() {
            return Err(Problem::Foreign("it is another fleet's"));
        }
        let own = Own::read(&kept.chain()).map_err(|_| Problem::Foreign("its certificate is none"))?;
        let uri = format!("spiffe://device.{}/{}", fleet.name(), kept.device());
        if own.point != key.as_bytes() || own.uris != [uri] {
            return Err(Problem::Foreign("its certificate is another's"));
        }
        kept.identity(fleet).map_err(|_| Problem::Foreign("its letters are not signed by the root"))?;
        let keyset = kept.0.keyset.clone().verify(fleet.root(), &everybody);
        match keyset {
            Ok(keyset) if keyset.version >= fleet.version() => Ok(kept),
            _ => Err(Problem::Foreign("its keyset is older than the bundle's")),
        }
    }

    /// Reads the file; none where no enrolment was finished.
    pub fn load(path: &Path) -> Result<Option<Self>, Fault> {
        let failed = |why: io::Error| Fault::File(path.into(), why);
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = vec![];
        file.take(enrol::LIMITS.bytes as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
        let joined = cbor::decode(&bytes, &enrol::LIMITS).map_err(|_| Fault::Damaged(path.into()))?;
        Ok(Some(Self(joined)))
    }

    /// Puts it in the place of what stands there. Durable when it returns; a power cut leaves the one or the other.
    pub fn save(&self, path: &Path) -> Result<(), Fault> {
        self.write(path).map_err(|why| Fault::File(path.into(), why))
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let new = path.with_extension("new");
        // What a power cut left half written may have other rights.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        file.write_all(&cbor::encode(&self.0))?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        File::open(folder)?.sync_all()
    }

    /// The device's id, for life.
    pub const fn device(&self) -> DeviceId {
        self.0.device
    }

    /// Its certificate and what stands between it and the root, DER, leaf first.
    pub fn chain(&self) -> Vec<Vec<u8>> {
        self.0.chain.iter().map(|der| der.to_vec()).collect()
    }

    /// What the agent must know, verified anew by the root.
    pub fn identity(&self, fleet: &Fleet) -> Result<Identity, guard::Refusal> {
        let Joined { device, keyset, roster, checkpoint, .. } = self.0.clone();
        let (name, root) = (fleet.name().clone(), fleet.root().clone());
        let pins = Pins::new(name.clone(), device, root, keyset, roster, &checkpoint)?;
        Ok(Identity { fleet: name, device, pins })
    }

    /// The fleet in which it enrolled.
    pub const fn fleet(&self) -> &vocab::FleetName {
        &self.0.fleet
    }
}

/// Keeps the newest certificate in the file, whoever brings it.
pub struct Keeper {
    path: PathBuf,
    kept: Mutex<Kept>,
    writing: Mutex<()>,
}

impl Keeper {
    /// Of what stands in this file.
    pub const fn new(path: PathBuf, kept: Kept) -> Self {
        Self { path, kept: Mutex::new(kept), writing: Mutex::new(()) }
    }

    /// As it is now.
    pub fn kept(&self) -> Kept {
        lock(&self.kept).clone()
    }

    /// From now on this chain is the device's; [`write`](Self::write) makes it durable.
    pub fn certify(&self, chain: &[Vec<u8>]) {
        lock(&self.kept).0.chain = chain.iter().cloned().map(Into::into).collect();
    }

    /// Writes what is newest; it may wait for the disk. What does not reach it costs a re-proof after the next start.
    pub fn write(&self) -> Result<(), Fault> {
        let _one_at_a_time = lock(&self.writing);
        self.kept().save(&self.path)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
