//! The proof letter: this state is a leaf of the fleet's audit log. It needs no signature of its own.

use alloc::{format, string::String, vec::Vec};

use crypto::{
    cbor::Limits,
    digest::{Digest, Hasher},
};
use minicbor::{Decode, Encode};
use vocab::{FleetName, Generation};

/// Most bytes and depth of a proof.
pub const LIMITS: Limits = Limits { bytes: 32 * 1024, depth: 4, items: 1024 };

/// Inclusion of one state, and consistency with the checkpoint that the device remembers.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Proof {
    /// Which state.
    #[n(0)]
    pub generation: Generation,
    /// Hides the leaf from everybody who lacks it.
    #[n(1)]
    pub salt: Digest,
    /// The leaf's index.
    #[n(2)]
    pub index: u64,
    /// RFC 9162 §2.1.3 inclusion path in the checkpoint's tree.
    #[n(3)]
    pub path: Vec<Digest>,
    /// The checkpoint as a signed note.
    #[n(4)]
    pub checkpoint: String,
    /// The size that the consistency path starts from; zero when the device remembers none.
    #[n(5)]
    pub from_size: u64,
    /// RFC 9162 §2.1.4 consistency path.
    #[n(6)]
    pub consistency: Vec<Digest>,
}

/// The kind under which a state is a leaf; its record is the letter as signed.
pub const STATE: &str = "state";

/// The origin of a fleet's audit log, and the name of the keys that sign its checkpoints.
pub fn origin(fleet: &FleetName) -> String {
    format!("log.{fleet}")
}

/// The data of an audit leaf: SHA-256(`wrale.leaf.v1` ‖ kind ‖ salt ‖ SHA-256(record)), the kind being one
/// length byte and its ASCII.
pub fn leaf(kind: &str, salt: &Digest, record: &Digest) -> Digest {
    let length = u8::try_from(kind.len()).unwrap_or(u8::MAX);
    Hasher::tagged("wrale.leaf.v1")
        .bytes(&[length])
        .bytes(kind.as_bytes())
        .digest(salt)
        .digest(record)
        .finish()
}
