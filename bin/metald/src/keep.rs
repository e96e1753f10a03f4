//! What enrolment left: who this device is and whom it obeys, in one file of mode 0600, replaced as a whole.

use std::{
    cmp::Ordering,
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
    cbor::{self, Limits},
    key::{Device, PublicKey, Root},
    signed::{Audience, Letter, Signed, Verified},
};
use guard::Pins;
use minicbor::{Decode, Encode};
use tls::key::Own;
use vocab::DeviceId;
use wire::v1::{
    Keyset, Roster,
    enrol::{self, Joined},
};

use crate::{fleet::Fleet, problem::Problem};

/// The answer to this device's enrolment, with the newest certificate in it, and the newest letters of the root.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Kept {
    #[n(0)]
    joined: Joined,
    /// The answer's own, or a later one: an older one is never believed again.
    #[n(1)]
    keyset: Signed<Keyset>,
    /// The same.
    #[n(2)]
    roster: Signed<Roster>,
}

/// A keyset and a roster may stand twice.
const LIMITS: Limits = Limits { bytes: 2 * enrol::LIMITS.bytes, depth: enrol::LIMITS.depth + 1, items: 4096 };

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
        let (keyset, roster) = (joined.keyset.clone(), joined.roster.clone());
        let kept = Self { joined, keyset, roster };
        if kept.fleet() != fleet.name() {
            return Err(Problem::Foreign("it is another fleet's"));
        }
        let own = Own::read(&kept.chain()).map_err(|_| Problem::Foreign("its certificate is none"))?;
        let uri = format!("spiffe://device.{}/{}", fleet.name(), kept.device());
        if own.point != key.as_bytes() || own.uris != [uri] {
            return Err(Problem::Foreign("its certificate is another's"));
        }
        kept.identity(fleet).map_err(|_| Problem::Foreign("its letters are not signed by the root"))?;
        match kept.keyset(fleet.root()) {
            Ok(keyset) if keyset.version >= fleet.version() => Ok(kept),
            _ => Err(Problem::Foreign("its keyset is older than the bundle's")),
        }
    }

    /// Takes letters of the root that came later, if they are no older than those that are kept, and keeps the newer.
    pub fn follow(
        &mut self,
        keyset: &Signed<Keyset>,
        roster: &Signed<Roster>,
        root: &PublicKey<Root>,
    ) -> Result<(), Problem> {
        let everybody = Audience::fleet(self.fleet().clone());
        newer(&self.keyset, keyset, root, &everybody, |keyset| keyset.version)?;
        newer(&self.roster, roster, root, &everybody, |roster| roster.version)?;
        (self.keyset, self.roster) = (keyset.clone(), roster.clone());
        Ok(())
    }

    /// The newest keyset that this device has believed.
    pub fn keyset(&self, root: &PublicKey<Root>) -> Result<Verified<Keyset>, crypto::refusal::Refusal> {
        self.keyset.clone().verify(root, &Audience::fleet(self.fleet().clone()))
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
        file.take(LIMITS.bytes as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
        cbor::decode(&bytes, &LIMITS).map(Some).map_err(|_| Fault::Damaged(path.into()))
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
        file.write_all(&cbor::encode(self))?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        File::open(folder)?.sync_all()
    }

    /// The device's id, for life.
    pub const fn device(&self) -> DeviceId {
        self.joined.device
    }

    /// Its certificate and what stands between it and the root, DER, leaf first.
    pub fn chain(&self) -> Vec<Vec<u8>> {
        self.joined.chain.iter().map(|der| der.to_vec()).collect()
    }

    /// What the agent must know, verified anew by the root.
    pub fn identity(&self, fleet: &Fleet) -> Result<Identity, guard::Refusal> {
        let Joined { device, keyset, roster, checkpoint, .. } = self.joined.clone();
        let (name, root) = (fleet.name().clone(), fleet.root().clone());
        let pins = Pins::new(name.clone(), device, root, keyset, roster, &checkpoint)?;
        let pins = pins.since(self.keyset.clone(), self.roster.clone())?;
        Ok(Identity { fleet: name, device, pins })
    }

    /// The newest roster that this device has believed.
    pub const fn roster(&self) -> &Signed<Roster> {
        &self.roster
    }

    /// The fleet in which it enrolled.
    pub const fn fleet(&self) -> &vocab::FleetName {
        &self.joined.fleet
    }
}

/// Whether a letter of the root may follow the one that is kept: a newer one, or the same.
fn newer<T: Letter<Role = Root>>(
    kept: &Signed<T>,
    offered: &Signed<T>,
    root: &PublicKey<Root>,
    everybody: &Audience,
    version: fn(&T) -> u64,
) -> Result<(), Problem> {
    let foreign = |_| Problem::Foreign("its letters are not signed by the root");
    let known = version(&kept.claimed().map_err(foreign)?);
    let letter = offered.clone().verify(root, everybody).map_err(foreign)?;
    match version(&letter).cmp(&known) {
        Ordering::Less => {
            Err(Problem::Foreign("its keyset or roster is older than the one that this device obeys"))
        }
        Ordering::Equal if offered.digest() != kept.digest() => {
            Err(Problem::Foreign("its keyset or roster is another of the version that this device obeys"))
        }
        Ordering::Equal | Ordering::Greater => Ok(()),
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
        lock(&self.kept).joined.chain = chain.iter().cloned().map(Into::into).collect();
    }

    /// Letters of the root came with something else; [`write`](Self::write) makes them durable.
    pub fn follow(
        &self,
        keyset: &Signed<Keyset>,
        roster: &Signed<Roster>,
        root: &PublicKey<Root>,
    ) -> Result<(), Problem> {
        lock(&self.kept).follow(keyset, roster, root)
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
