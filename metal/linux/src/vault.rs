//! A vault whose opening key stands in a file of mode 0600, until the latch destroys it: tier 0.
//!
//! What root read before the latch fell counts as exposed; the latch only makes sure that nothing opens after it.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use board::{Vault, VaultFault, VaultState};
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
    key: Arc<Mutex<Option<SoftwareOpening>>>,
    files: Arc<Mutex<KeyFiles>>,
}

impl KeyFileVault {
    /// Reads the opening key. None, or what the latch left of one, means that the vault is latched.
    pub(crate) fn open(files: &Arc<Mutex<KeyFiles>>) -> Result<Self, Fault> {
        let mut locked = lock(files);
        let failed = |_| Fault::Key(KeyFile::Opening.path());
        let found = locked.read(KeyFile::Opening).map_err(failed)?;
        let key = found.as_deref().and_then(|bytes| parsed(bytes));
        if found.is_some() && key.is_none() {
            // The power was cut between the writing over and the removal.
            locked.destroy(KeyFile::Opening).map_err(failed)?;
        }
        drop(locked);
        Ok(Self { key: Arc::new(Mutex::new(key)), files: Arc::clone(files) })
    }
}

/// Makes the first opening key of a new device.
pub(crate) fn make(files: &mut KeyFiles) -> Result<SoftwareOpening, Fault> {
    let mut seed = random();
    let kept = files.replace(KeyFile::Opening, &written(&seed));
    let key = SoftwareOpening::from_seed(seed);
    seed.zeroize();
    kept.map(|()| key).map_err(|_| Fault::Key(KeyFile::Opening.path()))
}

impl Vault for KeyFileVault {
    fn state(&self) -> VaultState {
        if lock(&self.key).is_some() { VaultState::Open } else { VaultState::Latched }
    }

    fn opening_key(&self) -> Option<OpeningPublic> {
        lock(&self.key).as_ref().map(|key| *key.public())
    }

    fn latch(&mut self) -> Result<(), VaultFault> {
        // Memory first: nothing opens from here on, however long the disk takes.
        *lock(&self.key) = None;
        lock(&self.files).destroy(KeyFile::Opening).map_err(|_| VaultFault::Unavailable)
    }

    fn rearm(&mut self) -> Result<OpeningPublic, VaultFault> {
        let key = make(&mut lock(&self.files)).map_err(|_| VaultFault::Unavailable)?;
        Ok(*lock(&self.key).insert(key).public())
    }

    fn unseal(
        &mut self,
        _: &Reconciled,
        info: &[u8],
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, VaultFault> {
        let key = lock(&self.key);
        seal::open(key.as_ref().ok_or(VaultFault::Latched)?, info, &[], sealed).map_err(|_| VaultFault::NotForUs)
    }
}

impl fmt::Debug for KeyFileVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyFileVault({:?})", self.state())
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
