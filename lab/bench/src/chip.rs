//! Keys that more than one thread may sign with: the agent's letters, and the handshakes of its connections.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use board::{ChipKey, RootFault, RootOfTrust};
use crypto::key::{Attestation, Device, PublicKey, Role};

use crate::ground::draw;

/// The keys of one board; a clone is the same.
#[derive(Clone)]
pub(crate) struct Chip(Arc<Mutex<Keys>>);

struct Keys {
    attestation: EcdsaKeyPair,
    device: EcdsaKeyPair,
    next: Option<EcdsaKeyPair>,
}

impl Chip {
    /// New keys.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Keys { attestation: key(), device: key(), next: None })))
    }

    /// Signs a TLS handshake.
    pub(crate) fn sign_handshake(&self, message: &[u8]) -> Result<[u8; 64], tls::Fault> {
        sign(&self.keys().device, message).ok_or(tls::Fault::Key)
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("the system gives random bytes")
}

fn sign(key: &EcdsaKeyPair, message: &[u8]) -> Option<[u8; 64]> {
    key.sign(&SystemRandom::new(), message).ok()?.as_ref().try_into().ok()
}

fn public<R: Role>(key: &EcdsaKeyPair) -> PublicKey<R> {
    PublicKey::from_bytes(key.public_key().as_ref()).expect("the library's points lie on the curve")
}

impl RootOfTrust for Chip {
    fn attestation_key(&self) -> PublicKey<Attestation> {
        public(&self.keys().attestation)
    }

    fn device_key(&self) -> PublicKey<Device> {
        public(&self.keys().device)
    }

    fn sign(&mut self, which: ChipKey, message: &[u8]) -> Result<[u8; 64], RootFault> {
        let keys = self.keys();
        let key = match which {
            ChipKey::Attestation => &keys.attestation,
            ChipKey::Device => &keys.device,
            ChipKey::NextDevice => keys.next.as_ref().ok_or(RootFault::Missing(which))?,
        };
        sign(key, message).ok_or(RootFault::Unavailable)
    }

    fn prepare(&mut self) -> Result<PublicKey<Device>, RootFault> {
        Ok(public(self.keys().next.get_or_insert_with(key)))
    }

    fn promote(&mut self) -> Result<(), RootFault> {
        let mut keys = self.keys();
        keys.device = keys.next.take().ok_or(RootFault::Missing(ChipKey::NextDevice))?;
        Ok(())
    }

    fn random(&mut self) -> [u8; 32] {
        draw()
    }
}
