//! A board made of Linux: files, sysfs and the kernel's events.
//!
//! Hands: they do as they are told and decide nothing. Whatever cannot be looked at is a fault and never a normal
//! value; whatever this version cannot do is `Unsupported` and never pretended.

use std::sync::Arc;

pub mod board;
pub mod clock;
pub mod disk;
pub mod effectors;
pub mod fault;
mod folder;
pub mod gpio;
pub mod hwmon;
mod iio;
mod interfaces;
mod inventory;
pub mod isolation;
mod keys;
mod line;
mod links;
mod power_supply;
mod provision;
pub mod root;
mod said;
pub mod senses;
pub mod service;
mod sysfs;
#[cfg(test)]
mod testing;
mod uevent;
mod usb;
pub mod vault;
mod vigil;
pub mod watchdog;

pub use self::board::{Config, LinuxBoard};
pub use clock::LinuxClock;
pub use disk::LinuxDisk;
pub use effectors::{Forgotten, KeyHolder, LinuxHands, May, Needs, PowerOff, Systemd};
pub use fault::{Fault, Mistake, Unready};
pub use folder::stands::{Owner, Stands, stands};
pub use gpio::{Bias, GpioLine, LineName, Open};
pub use hwmon::HwmonInput;
pub use isolation::{Lifeline, PacketFilter};
pub use root::KeyFileRoot;
pub use senses::{LinuxSenses, Sense, Source};
pub use service::Service;
pub use vault::KeyFileVault;
pub use watchdog::Watchdog;

/// Called, from any thread, when there is something to fetch.
pub type Wake = Arc<dyn Fn() + Send + Sync>;
