//! What a machine must offer to be a device: six traits, one file each.
//!
//! A hand does as it is told and decides nothing.
#![no_std]

extern crate alloc;

pub mod clock;
pub mod disk;
pub mod effectors;
pub mod root;
pub mod sensors;
pub mod vault;

pub use clock::Clock;
pub use disk::{Disk, DiskFault, Operation, Ticket};
pub use effectors::Effectors;
pub use root::{ChipKey, RootFault, RootOfTrust};
pub use sensors::Sensors;
pub use vault::{Vault, VaultFault, VaultState};
