//! Records at rest: each under a key of its own, bound to the place where it belongs.
//!
//! ```text
//! offset  bytes
//!      0      1  layout, 1
//!      1      8  id of the key-encryption key
//!      9     32  salt
//!     41      4  fleet   the first bytes of a digest: they let us say what was moved, and prove nothing
//!     45      4  table
//!     49      4  row
//!     53      8  version, big-endian
//!     61      n  ciphertext of AES-256-GCM-SIV, nonce zero (each key seals once)
//!   61+n     16  tag
//! ```
//! Key = HKDF-SHA256(salt, KEK, `wrale.record.v1`). Associated data = `wrale.record.v1` ‖ fleet ‖ table ‖ row ‖
//! version ‖ key id, where each of the first three has its length before it. All integers are u64 big-endian.

use alloc::vec::Vec;

use aws_lc_rs::aead::AES_256_GCM_SIV;
use vocab::FleetName;
use zeroize::{Zeroize, Zeroizing};

use super::{
    Part, Refusal, key_id,
    primitive::{self, Secret, TAG},
};
use crate::{digest::Hasher, key::KeyId};

/// The key-encryption key: 32 random bytes from outside the data directory and every backup.
pub struct Kek {
    key: Secret,
    id: KeyId,
}

impl Kek {
    /// Takes the key; whoever read it wipes its own copy.
    pub fn new(mut bytes: [u8; 32]) -> Self {
        let key = Secret::new(bytes);
        bytes.zeroize();
        let id = key_id(&Hasher::tagged("wrale.kek.v1").bytes(key.as_slice()).finish());
        Self { key, id }
    }

    /// Names the key, in the clear, in all that it sealed.
    pub const fn id(&self) -> KeyId {
        self.id
    }
}

/// Where a record belongs. A record opens there and nowhere else.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The fleet whose record it is.
    pub fleet: &'a FleetName,
    /// The table, or the folder of a file.
    pub table: &'a str,
    /// The row's key as stored, or the name of a file.
    pub row: &'a [u8],
    /// Counts the writes of this row, so that an older one cannot be put back; 0 for rows written once.
    pub version: u64,
}

/// Seals a record; `salt` is 32 random bytes, new for each call.
pub fn seal_record(kek: &Kek, salt: [u8; 32], place: &Place, plaintext: &[u8]) -> Vec<u8> {
    let key = record_key(kek, &salt);
    let ciphertext =
        primitive::seal(&AES_256_GCM_SIV, key.as_slice(), NONCE, &place.bound_to(kek.id), plaintext);
    [&[LAYOUT][..], &kek.id.0, &salt, &place.marks(), &place.version.to_be_bytes(), &ciphertext].concat()
}

/// Opens a record that belongs to this place.
pub fn open_record(kek: &Kek, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let short = Refusal::TooShort(sealed.len());
    let (layout, rest) = sealed.split_first().ok_or(short)?;
    if *layout != LAYOUT {
        return Err(Refusal::Layout(*layout));
    }
    let (sealed_by, rest) = rest.split_first_chunk().ok_or(short)?;
    let (salt, rest) = rest.split_first_chunk().ok_or(short)?;
    let (marks, rest) = rest.split_first_chunk().ok_or(short)?;
    let (version, ciphertext) = rest.split_first_chunk().ok_or(short)?;
    if ciphertext.len() < TAG {
        return Err(short);
    }
    if KeyId(*sealed_by) != kek.id {
        return Err(Refusal::OtherKek { sealed_by: KeyId(*sealed_by), ours: kek.id });
    }
    if let Some(part) = place.differs(marks, u64::from_be_bytes(*version)) {
        return Err(Refusal::Elsewhere(part));
    }
    let key = record_key(kek, salt);
    primitive::open(&AES_256_GCM_SIV, key.as_slice(), NONCE, &place.bound_to(kek.id), ciphertext)
        .ok_or(Refusal::Damaged)
}

const LAYOUT: u8 = 1;
const TAGGED: &str = "wrale.record.v1";

/// The key is new for each record, so its one nonce may be any; and were a salt ever drawn twice, SIV would betray
/// no more than whether two records are equal.
const NONCE: [u8; 12] = [0; 12];

fn record_key(kek: &Kek, salt: &[u8; 32]) -> Secret {
    primitive::expand(&primitive::extract(salt, &[kek.key.as_slice()]), &[TAGGED.as_bytes()])
}

type Marks = [u8; 12];

impl Place<'_> {
    /// The associated data: unambiguous, because each part says how long it is.
    fn bound_to(&self, key: KeyId) -> Vec<u8> {
        let mut aad = Vec::from(TAGGED);
        for part in self.parts() {
            aad.extend_from_slice(&(part.len() as u64).to_be_bytes());
            aad.extend_from_slice(part);
        }
        aad.extend_from_slice(&self.version.to_be_bytes());
        aad.extend_from_slice(&key.0);
        aad
    }

    fn parts(&self) -> [&[u8]; 3] {
        [self.fleet.as_str().as_bytes(), self.table.as_bytes(), self.row]
    }

    fn marks(&self) -> Marks {
        let mut marks = Marks::default();
        for (mark, part) in marks.chunks_mut(4).zip(self.parts()) {
            mark.copy_from_slice(&Hasher::tagged("wrale.mark.v1").bytes(part).finish().0[..4]);
        }
        marks
    }

    /// The first part that a record names differently.
    fn differs(&self, marks: &Marks, sealed: u64) -> Option<Part> {
        let names = [Part::Fleet, Part::Table, Part::Row];
        let ours = self.marks();
        let moved = (0..3).find(|i| marks[i * 4..][..4] != ours[i * 4..][..4]).map(|i| names[i]);
        let version = Part::Version { sealed, expected: self.version };
        moved.or_else(|| (sealed != self.version).then_some(version))
    }
}
