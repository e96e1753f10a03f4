//! How much a device's word is worth, computed from evidence and shown honestly.

use minicbor::{Decode, Encode};

/// Trust tiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Tier {
    /// Tier 0: keys in a file; whoever copies the file is the device.
    #[n(0)]
    Software,
    /// Tier 1: keys in a secure element.
    #[n(1)]
    SecureElement,
    /// Tier 2: identity held by a TPM.
    #[n(2)]
    Tpm,
    /// Tier 3: and the boot chain was measured and appraised.
    #[n(3)]
    MeasuredBoot,
    /// Tier 4: and tamper events are anchored in the TPM.
    #[n(4)]
    TamperMemory,
}
