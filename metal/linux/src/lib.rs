//! A board made of Linux: files, sysfs and the kernel's events.
//!
//! Hands: they do as they are told and decide nothing. Whatever cannot be looked at is a fault and never a normal
//! value; whatever this version cannot do is `Unsupported` and never pretended.

use std::sync::Arc;

pub mod clock;
pub mod disk;
pub mod fault;
mod folder;
pub mod hwmon;
mod iio;
mod keys;
mod power_supply;
mod provision;
pub mod root;
mod said;
mod sysfs;
#[cfg(test)]
mod testing;
pub mod vault;

pub use clock::LinuxClock;
pub use disk::LinuxDisk;
pub use fault::{Fault, Mistake, Unready};
pub use root::KeyFileRoot;
pub use vault::KeyFileVault;

/// Called, from any thread, when there is something to fetch.
pub type Wake = Arc<dyn Fn() + Send + Sync>;
