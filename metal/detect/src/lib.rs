//! From readings to findings: what the senses make of physics, one file for each way of attack.
//!
//! Integers only, and no clock: the same readings and ticks give the same findings. How often a sensor is read
//! changes no decision; a sensor that is silent, faulted or unproved is never taken for a quiet one.
//!
//! Two kinds of channel. What a *switch* says (contact, external supply, fault) stands until it says otherwise,
//! so `Bank::tick` may decide about it. What is *sampled* (everything else) needs a later reading that still
//! says so: one stray sample decides nothing, and hands must repeat an unchanged value.
//!
//! Memory: a sensor takes at most 2 KiB, one that lists parts or interfaces at most 256 KiB.
#![no_std]

extern crate alloc;

pub mod bank;
pub mod baseline;
mod difference;
mod enclosure;
pub mod finding;
mod held;
mod interfaces;
mod inventory;
mod motion;
pub mod proof;
mod sense;
mod silence;
mod supply;
mod temperature;
mod watch;

pub use bank::Bank;
pub use baseline::{Baseline, Learned, Lesson, Walk};
pub use finding::{Certainty, Finding, Group};
pub use proof::{Condition, Liveness, Proof};

#[cfg(test)]
mod tests;
