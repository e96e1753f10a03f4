//! Who are you, and are you sound? Identities, their certificates and keys, and the one minter of [`Attested`].
//!
//! Judges alone: facts and randomness come in, decisions go out; nothing here signs a certificate, keeps a record
//! or looks at a clock.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod appraise;
pub mod challenge;
pub mod door;
pub mod enrol;
pub mod identity;
pub mod mistake;
pub mod pki;
pub mod refusal;
pub mod standing;
pub mod token;

pub use appraise::{Appraisal, Attestation, Attested, Reference, appraise};
pub use challenge::Challenge;
pub use door::{Door, Presented, Room, enter};
pub use identity::Identity;
pub use mistake::Mistake;
pub use pki::{Profile, Serial, Spiffe};
pub use refusal::{Refusal, Weight};
pub use standing::{Cause, Standing};
pub use token::Token;

#[cfg(test)]
mod testing;
