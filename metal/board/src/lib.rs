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
pub use effectors::{Effectors, Finished};
pub use root::{ChipKey, RootFault, RootOfTrust};
pub use sensors::Sensors;
pub use vault::{Vault, VaultFault, VaultState};

/// A whole machine.
pub trait Board {
    /// Its clocks.
    fn clock(&self) -> &dyn Clock;

    /// Its senses.
    fn sensors(&mut self) -> &mut dyn Sensors;

    /// What it can do.
    fn effectors(&mut self) -> &mut dyn Effectors;

    /// Its keys.
    fn root(&mut self) -> &mut dyn RootOfTrust;

    /// Its vault.
    fn vault(&mut self) -> &mut dyn Vault;

    /// Its disk.
    fn disk(&mut self) -> &mut dyn Disk;
}
