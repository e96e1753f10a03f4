//! The device's own judgement: findings → events → journal → reflex → posture, without a network and without a clock.
//!
//! One machine, [`Guard`]: [`Guard::boot`] wakes it from its own journal, [`Guard::handle`] takes what happens and
//! answers with what is to be done, in order. What it must remember stands in the journal and nowhere else, so a
//! power cut at any effect ends in the same latches.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod acts;
mod adopt;
mod arming;
pub mod boot;
mod clock;
mod draw;
pub mod effect;
mod fuse;
mod glimpse;
pub mod guard;
pub mod input;
mod interlock;
#[cfg(test)]
mod kit;
mod latch;
mod lease;
mod memory;
pub mod pins;
mod posture;
mod record;
mod recorder;
pub mod refusal;
mod respond;
mod severity;
mod storm;
mod work;

pub use boot::{Remains, Start, demanded};
pub use effect::{Effect, Effects, Kept, Lane, Obeys, Signer, Token};
pub use guard::Guard;
pub use input::{Input, Room};
pub use pins::Pins;
pub use refusal::Refusal;
