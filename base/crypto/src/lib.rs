//! Proves, seals and digests the house's words.
//!
//! Pure: randomness and keys that a chip may hold come from outside.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod approved;
pub mod cbor;
pub mod cose;
pub mod digest;
pub mod hex;
pub mod key;
pub mod merkle;
pub mod note;
pub mod passkey;
pub mod refusal;
pub mod seal;
pub mod signed;
