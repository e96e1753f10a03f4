//! Both ends of the two roads: `wrale.link.v1`, over anything that carries messages in order.
//!
//! The postman: it carries sealed letters and reads none. Whoever drives a machine gives it inputs with the
//! time, does what the effects say, and calls again at the deadline. Losing any message is never losing a fact.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod backoff;
pub mod challenge;
pub mod device;
pub mod downlink;
pub mod fault;
pub mod frame;
pub mod inbox;
pub mod outbox;
pub mod pace;
pub mod part;
pub mod parting;
pub mod refusal;
pub mod station;
pub mod uplink;
pub mod violation;
pub mod watch;

pub use challenge::Purpose;
pub use device::Device;
pub use fault::Fault;
pub use frame::{Adopted, Down, Frame, Goodbye, Readings, Room, Up};
pub use parting::Parting;
pub use refusal::Refusal;
pub use station::Station;
pub use violation::Violation;

/// Names one connection of one device; each is greater than the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conn(pub u64);

#[cfg(test)]
mod tests;
