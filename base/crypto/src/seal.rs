//! Closes what only one reader may see: a record at rest, a secret on its way to one device.
//!
//! A record is sealed with AES-256-GCM-SIV under a key of its own (RFC 8452, RFC 5869); a secret is sealed with
//! HPKE in base mode (RFC 9180) to a device's opening key, which a chip may hold. Neither says who sealed it: the
//! letter around it is signed. Every random byte is an argument.

use crate::{digest::Digest, key::KeyId};

mod hpke;
mod kem;
mod opening;
mod primitive;
mod record;
mod refusal;

pub use hpke::{Sealed, Unopened, open, seal_to};
pub use opening::{OpeningKey, OpeningPublic, SecretInfo, SoftwareOpening};
pub use record::{Kek, Place, open_record, seal_record};
pub use refusal::{Part, Refusal};

/// A key's id: the first 8 bytes of a digest over it.
fn key_id(digest: &Digest) -> KeyId {
    let mut id = [0; 8];
    id.copy_from_slice(&digest.as_bytes()[..8]);
    KeyId(id)
}

#[cfg(test)]
mod tests;
