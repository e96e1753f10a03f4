//! A board made of Linux: files, sysfs and the kernel's events.
//!
//! Hands: they do as they are told and decide nothing. Whatever cannot be looked at is a fault and never a normal
//! value; whatever this version cannot do is `Unsupported` and never pretended.

pub mod clock;
pub mod fault;

pub use clock::LinuxClock;
pub use fault::{Fault, Mistake, Unready};
