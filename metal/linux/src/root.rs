//! A root of trust whose keys stand in files of mode 0600: tier 0.
//!
//! Whoever reads the files is the device; no more is claimed.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ::board::{ChipKey, RootFault, RootOfTrust};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use crypto::key::{Attestation, Device, PublicKey, Role};
use rustix::rand::{GetRandomFlags, getrandom};

use crate::{
    fault::Fault,
    keys::{KeyFile, KeyFiles},
};

/// The keys of one device; a clone is another handle on them.
#[derive(Clone)]
pub struct KeyFileRoot(Arc<Mutex<Keys>>);

struct Keys {
    files: Arc<Mutex<KeyFiles>>,
    attestation: Pair<Attestation>,
    device: Pair<Device>,
    next: Option<Pair<Device>>,
}

struct Pair<R> {
    secret: EcdsaKeyPair,
    public: PublicKey<R>,
}

impl KeyFileRoot {
    /// Reads the keys that are there; whatever a power cut left half done is finished or undone.
    pub(crate) fn open(files: &Arc<Mutex<KeyFiles>>) -> Result<Self, Fault> {
        let mut locked = lock(files);
        let attestation = pair(&mut locked, KeyFile::Attestation)?.ok_or(damaged(KeyFile::Attestation))?;
        let device = pair(&mut locked, KeyFile::Device)?.ok_or(damaged(KeyFile::Device))?;
        let mut next = pair(&mut locked, KeyFile::Next)?;
        if next.as_ref().is_some_and(|next: &Pair<Device>| next.public == device.public) {
            // Promoted, but the power was cut before its old name was gone.
            locked.remove(KeyFile::Next).map_err(KeyFile::Next.fault())?;
            next = None;
        }
        drop(locked);
        let keys = Keys { files: Arc::clone(files), attestation, device, next };
        Ok(Self(Arc::new(Mutex::new(keys))))
    }
}

/// Makes the keys of a new device, the attestation key last.
pub(crate) fn make(files: &mut KeyFiles) -> Result<(), Fault> {
    for key in [KeyFile::Device, KeyFile::Attestation] {
        keep(files, key, &generate().map_err(key.fault())?).map_err(key.fault())?;
    }
    Ok(())
}

/// Fresh random bytes of the kernel.
pub(crate) fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    let mut filled = 0;
    while filled < bytes.len() {
        // Only a signal interrupts it; up to 256 bytes it is never partial, and never fails since Linux 3.17.
        filled += getrandom(&mut bytes[filled..], GetRandomFlags::empty()).unwrap_or_default();
    }
    bytes
}

impl RootOfTrust for KeyFileRoot {
    fn attestation_key(&self) -> PublicKey<Attestation> {
        lock(&self.0).attestation.public.clone()
    }

    fn device_key(&self) -> PublicKey<Device> {
        lock(&self.0).device.public.clone()
    }

    fn sign(&mut self, key: ChipKey, message: &[u8]) -> Result<[u8; 64], RootFault> {
        let keys = lock(&self.0);
        let secret = match key {
            ChipKey::Attestation => &keys.attestation.secret,
            ChipKey::Device => &keys.device.secret,
            ChipKey::NextDevice => &keys.next.as_ref().ok_or(RootFault::Missing(key))?.secret,
        };
        let signature = secret.sign(&SystemRandom::new(), message).map_err(|_| RootFault::Unavailable)?;
        signature.as_ref().try_into().map_err(|_| RootFault::Unavailable)
    }

    fn prepare(&mut self) -> Result<PublicKey<Device>, RootFault> {
        let mut keys = lock(&self.0);
        if let Some(next) = &keys.next {
            return Ok(next.public.clone());
        }
        let unavailable = |_| RootFault::Unavailable;
        let secret = generate().map_err(unavailable)?;
        keep(&mut lock(&keys.files), KeyFile::Next, &secret).map_err(unavailable)?;
        let next = Pair::of(secret).ok_or(RootFault::Unavailable)?;
        Ok(keys.next.insert(next).public.clone())
    }

    fn promote(&mut self) -> Result<(), RootFault> {
        let mut keys = lock(&self.0);
        let next = keys.next.take().ok_or(RootFault::Missing(ChipKey::NextDevice))?;
        let kept = keep(&mut lock(&keys.files), KeyFile::Device, &next.secret);
        if kept.is_err() {
            // Nothing has changed that a restart could not finish, and it can be tried again.
            keys.next = Some(next);
            return Err(RootFault::Unavailable);
        }
        keys.device = next;
        // From here on the promotion stands; a second name for the same key is removed at the next start.
        let _ = lock(&keys.files).remove(KeyFile::Next);
        Ok(())
    }

    fn random(&mut self) -> [u8; 32] {
        random()
    }
}

impl<R: Role> Pair<R> {
    fn of(secret: EcdsaKeyPair) -> Option<Self> {
        let public = PublicKey::from_bytes(secret.public_key().as_ref()).ok()?;
        Some(Self { secret, public })
    }
}

fn generate() -> io::Result<EcdsaKeyPair> {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(io::Error::other)
}

/// PKCS #8 version 1 (RFC 5208), DER.
fn keep(files: &mut KeyFiles, key: KeyFile, secret: &EcdsaKeyPair) -> io::Result<()> {
    let document = secret.to_pkcs8v1().map_err(io::Error::other)?;
    files.replace(key, document.as_ref())
}

fn pair<R: Role>(files: &mut KeyFiles, key: KeyFile) -> Result<Option<Pair<R>>, Fault> {
    let Some(bytes) = files.read(key).map_err(key.fault())? else { return Ok(None) };
    let secret = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes);
    secret.ok().and_then(Pair::of).map(Some).ok_or(damaged(key))
}

const fn damaged(key: KeyFile) -> Fault {
    Fault::KeyDamaged(key.path())
}

/// The guarded thing; whoever panicked before us left it whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
