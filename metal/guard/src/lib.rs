//! The device's own judgement: findings → events → journal → reflex → posture, without a network and without a clock.
//!
//! One machine, [`Guard`]: [`Guard::boot`] wakes it from its own journal, [`Guard::handle`] takes what happens and
//! answers with what is to be done, in order. What it must remember stands in the journal and nowhere else, so a
//! power cut at any effect ends in the same latches.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod boot;
pub mod effect;
pub mod guard;
pub mod input;
pub mod pins;
pub mod refusal;

pub use boot::{Remains, Start};
pub use effect::{Effect, Effects, Kept, Lane, Obeys, Signer, Token};
pub use guard::Guard;
pub use input::{Input, Room};
pub use pins::Pins;
pub use refusal::Refusal;
