//! Where secrets are opened, until the latch falls.

use alloc::vec::Vec;
use core::fmt;

use crypto::seal::{OpeningPublic, Sealed};
use vocab::Reconciled;
use zeroize::Zeroizing;

/// Whether secrets can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VaultState {
    /// Sealed secrets open.
    Open,
    /// Nothing opens any more; re-arming makes a new key and opens nothing old.
    Latched,
}

/// Why the vault did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultFault {
    /// It is latched.
    Latched,
    /// This was not sealed to the opening key in use.
    NotForUs,
    /// The chip or the file did not answer.
    Unavailable,
}

impl fmt::Display for VaultFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Latched => "the vault is latched; the fleet must release it and seal new secrets",
            Self::NotForUs => "the secret was not sealed to this vault's key; the fleet must seal it again",
            Self::Unavailable => "the vault does not answer; look at the TPM or the key file",
        })
    }
}

impl core::error::Error for VaultFault {}

/// Holds the opening key.
pub trait Vault {
    /// Whether it opens.
    fn state(&self) -> VaultState;

    /// To whom secrets are sealed; none while latched.
    fn opening_key(&self) -> Option<OpeningPublic>;

    /// Destroys the opening key. Durable when it returns; latching twice is latching once.
    fn latch(&mut self) -> Result<(), VaultFault>;

    /// Makes a new opening key. Nothing sealed before opens again.
    fn rearm(&mut self) -> Result<OpeningPublic, VaultFault>;

    /// Opens one secret.
    fn unseal(
        &mut self,
        proof: &Reconciled,
        info: &[u8],
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, VaultFault>;
}
