//! A software root of trust that signs the same bytes for the same seed (RFC 6979).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use board::{ChipKey, RootFault, RootOfTrust};
use crypto::key::{Attestation, Device, PublicKey};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};

use crate::dice::Dice;

/// Tier 0: the keys stand in a file that survives reboots, and that a thief can copy. A clone is another handle on the
/// same file, in whatever thread: sockets sign with the key that is in place now.
#[derive(Clone)]
pub struct SimRoot(Arc<Mutex<KeyFile>>);

#[derive(Clone)]
struct KeyFile {
    attestation: SigningKey,
    device: SigningKey,
    next: Option<SigningKey>,
    dice: Dice,
    broken: bool,
}

impl SimRoot {
    /// The keys of a new board.
    pub fn new(mut dice: Dice) -> Self {
        let (attestation, device) = (throw(&mut dice), throw(&mut dice));
        Self(Arc::new(Mutex::new(KeyFile { attestation, device, next: None, dice, broken: false })))
    }

    /// What a thief carries away: the same keys, and dice of his own.
    #[must_use]
    pub fn copied(&self, dice: Dice) -> Self {
        let copy = KeyFile { dice, ..self.file().clone() };
        Self(Arc::new(Mutex::new(copy)))
    }

    /// Makes the chip answer no more, or again.
    pub fn break_chip(&self, broken: bool) {
        self.file().broken = broken;
    }

    fn file(&self) -> MutexGuard<'_, KeyFile> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn throw(dice: &mut Dice) -> SigningKey {
    loop {
        // All but one in 2^32 throws are keys.
        if let Ok(key) = SigningKey::from_slice(&dice.bytes()) {
            return key;
        }
    }
}

fn public<R: crypto::key::Role>(key: &SigningKey) -> PublicKey<R> {
    let point = key.verifying_key().to_sec1_point(false);
    PublicKey::from_bytes(point.as_bytes()).expect("the library's points lie on the curve")
}

impl RootOfTrust for SimRoot {
    fn attestation_key(&self) -> PublicKey<Attestation> {
        public(&self.file().attestation)
    }

    fn device_key(&self) -> PublicKey<Device> {
        public(&self.file().device)
    }

    fn sign(&mut self, key: ChipKey, message: &[u8]) -> Result<[u8; 64], RootFault> {
        let file = self.file();
        if file.broken {
            return Err(RootFault::Unavailable);
        }
        let signer = match key {
            ChipKey::Attestation => &file.attestation,
            ChipKey::Device => &file.device,
            ChipKey::NextDevice => file.next.as_ref().ok_or(RootFault::Missing(key))?,
        };
        let signature: Signature = signer.sign(message);
        Ok(signature.to_bytes().into())
    }

    fn prepare(&mut self) -> Result<PublicKey<Device>, RootFault> {
        let mut file = self.file();
        let KeyFile { next, dice, .. } = &mut *file;
        Ok(public(next.get_or_insert_with(|| throw(dice))))
    }

    fn promote(&mut self) -> Result<(), RootFault> {
        let mut file = self.file();
        file.device = file.next.take().ok_or(RootFault::Missing(ChipKey::NextDevice))?;
        Ok(())
    }

    fn random(&mut self) -> [u8; 32] {
        self.file().dice.bytes()
    }
}
