//! A vault whose opening key stands in a file of mode 0600, until the latch destroys it: tier 0.
//!
//! What root read before the latch fell counts as exposed; the latch only makes sure that nothing opens after it.

use std::sync::{Arc, Mutex};

use ::board::{Vault, VaultFault, VaultState};
use crypto::{
    digest::Hasher,
    seal::{self, OpeningKey, OpeningPublic, Sealed, SoftwareOpening},
};
use vocab::Reconciled;
use zeroize::{Zeroize, Zeroizing};

use crate::{
    fault::Fault,
    keys::{KeyFile, KeyFiles},
    root::{lock, random},
};

/// The vault of one device; a clone is another handle on it.
#[derive(Clone)]
pub struct KeyFileVault {
    /// A lock of its own: nobody who asks for the state waits for the disk.
    held: Arc<Mutex<Held>>,
    files: Arc<Mutex<KeyFiles>>,
}

struct Held {
    key: Option<SoftwareOpening>,
    /// How often the latch fell: a re-arming during which it falls opens nothing.
    latches: u64,
}

impl KeyFileVault {
    /// Reads the opening key. None, or what the latch left of one, means that the vault is latched.
    pub(crate) fn open(files: &Arc<Mutex<KeyFiles>>) -> Result<Self, Fault> {
        let mut locked = lock(files);
        let opening = KeyFile::Opening;
        let found = locked.read(opening).map_err(opening.fault())?;
        let key = found.as_deref().and_then(|bytes| parsed(bytes));
        if found.is_some() && key.is_none() {
            // The power was cut between the writing over and the removal.
            locked.destroy(opening).map_err(opening.fault())?;
        }
        drop(locked);
        Ok(Self { held: Arc::new(Mutex::new(Held { key, latches: 0 })), files: Arc::clone(files) })
    }

    #[cfg(test)]
    pub(crate) fn files(&self) -> Arc<Mutex<KeyFiles>> {
        Arc::clone(&self.files)
    }

    /// Looks whether there is no opening key any more, neither in memory nor in its file.
    pub(crate) fn is_gone(&self) -> bool {
        let file = lock(&self.files).read(KeyFile::Opening);
        self.state() == VaultState::Latched && matches!(file, Ok(None))
    }

    /// Forgets the opening key at once, without the disk: nothing opens from here on.
    pub(crate) fn shut(&self) {
        let mut held = lock(&self.held);
        held.key = None;
        held.latches += 1;
    }
}

/// Makes the first opening key of a new device.
pub(crate) fn make(files: &mut KeyFiles) -> Result<SoftwareOpening, Fault> {
    let mut seed = random();
    let kept = files.replace(KeyFile::Opening, &written(&seed));
    let key = SoftwareOpening::from_seed(seed);
    seed.zeroize();
    kept.map(|()| key).map_err(KeyFile::Opening.fault())
}

impl Vault for KeyFileVault {
    fn state(&self) -> VaultState {
        if lock(&self.held).key.is_some() { VaultState::Open } else { VaultState::Latched }
    }

    fn opening_key(&self) -> Option<OpeningPublic> {
        lock(&self.held).key.as_ref().map(|key| *key.public())
    }

    fn latch(&mut self) -> Result<(), VaultFault> {
        // However long the disk takes.
        self.shut();
        lock(&self.files).destroy(KeyFile::Opening).map_err(|_| VaultFault::Unavailable)
    }

    fn rearm(&mut self) -> Result<OpeningPublic, VaultFault> {
        let before = lock(&self.held).latches;
        let mut files = lock(&self.files);
        let key = make(&mut files).map_err(|_| VaultFault::Unavailable)?;
        let mut held = lock(&self.held);
        if held.latches != before {
            // Whoever latched waits for these files and destroys what we just made.
            return Err(VaultFault::Latched);
        }
        Ok(*held.key.insert(key).public())
    }

    fn unseal(
        &mut self,
        _: &Reconciled,
        info: &[u8],
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, VaultFault> {
        let held = lock(&self.held);
        let key = held.key.as_ref().ok_or(VaultFault::Latched)?;
        seal::open(key, info, &[], sealed).map_err(|_| VaultFault::NotForUs)
    }
}

/// The seed and eight bytes over it: what was written over is never taken for a seed.
fn written(seed: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([&seed[..], &check(seed)].concat())
}

fn parsed(bytes: &[u8]) -> Option<SoftwareOpening> {
    let (seed, sum) = bytes.split_first_chunk::<32>()?;
    (sum == check(seed)).then(|| SoftwareOpening::from_seed(*seed))
}

fn check(seed: &[u8; 32]) -> [u8; 8] {
    let digest = Hasher::tagged("wrale.opening-file.v1").bytes(seed).finish();
    let mut sum = [0; 8];
    sum.copy_from_slice(&digest.as_bytes()[..8]);
    sum
}

#[cfg(test)]
mod tests;
