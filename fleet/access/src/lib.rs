//! Who may what: roles × action × resource.
//!
//! Whatever no line of the matrix allows is refused, and every refusal looks the same to whoever is refused.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod account;
pub mod matrix;
pub mod permit;
pub mod person;
pub mod resource;
pub mod session;
pub mod throttle;
pub mod word;

pub use account::Account;
pub use matrix::{Action, Role};
pub use permit::{Permit, Refusal, Why, permit};
pub use person::{Grant, Person, Reach};
pub use resource::{Kind, Resource};
