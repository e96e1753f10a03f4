//! Keys that the machine holds and does not give away.

use core::fmt;

use crypto::key::{Attestation, Device, PublicKey};

/// The keys that a chip may hold; at tier 0 they stand in a file, each in a role of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChipKey {
    /// Signs evidence, and nothing else.
    Attestation,
    /// Speaks TLS and signs boots.
    Device,
    /// The device key that a renewal is about to put in place.
    NextDevice,
}

/// Why a key could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootFault {
    /// There is no such key yet.
    Missing(ChipKey),
    /// The chip or the file did not answer.
    Unavailable,
}

impl fmt::Display for RootFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(key) => write!(f, "the device has no {key:?} key; enrol or renew it"),
            Self::Unavailable => {
                f.write_str("the root of trust does not answer; look at the TPM or the key file")
            }
        }
    }
}

impl core::error::Error for RootFault {}

/// Signs.
pub trait RootOfTrust {
    /// The attestation key.
    fn attestation_key(&self) -> PublicKey<Attestation>;

    /// The device key in use.
    fn device_key(&self) -> PublicKey<Device>;

    /// ES256 over `message`, r ‖ s.
    fn sign(&mut self, key: ChipKey, message: &[u8]) -> Result<[u8; 64], RootFault>;

    /// Makes the key that is to follow the device key, or returns the one already made. Survives power loss.
    fn prepare(&mut self) -> Result<PublicKey<Device>, RootFault>;

    /// Puts the prepared key in place of the device key; the old one is gone. Survives power loss: before or
    /// after, never neither.
    fn promote(&mut self) -> Result<(), RootFault>;

    /// Fresh random bytes.
    fn random(&mut self) -> [u8; 32];
}
